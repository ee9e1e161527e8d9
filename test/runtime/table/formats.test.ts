import { parseHTML } from "linkedom";
import { describe, expect, it } from "vitest";
import type { Evaluation, Figures } from "../../../src/runtime/evaluate/evaluate.js";
import type { Table } from "../../../src/runtime/experiment.js";
import { escapeCsv, escapeHtml, escapeLatex, escapeMarkdown } from "../../../src/runtime/table/format/escape.js";
import { pageOf } from "../../../src/runtime/table/format/page.js";
import { printed } from "../../../src/runtime/table/print.js";
import { type FinishedRun, resultOf } from "../../../src/runtime/table/result.js";
import { sheetOf } from "../../../src/runtime/table/sheet.js";
import type { RunRecord } from "../../../src/runtime/train/record.js";
import { tiny, tinyTable } from "../experiment.js";

const evil = '<script>alert(1)</script> & "q" | a\\b_c % $x #y {z} ~^ `t` [l](u)\n\u0007\u001b[31m\u2028\u202e';
const table: Table = {
  ...tinyTable,
  title: `Title ${evil}`,
  rows: [
    ["softmax", 1],
    [`row ${evil}`, 2],
  ],
  columns: [["=col", 1]],
  run: () => tiny,
  published: [{ source: "Some et al. 2018", within: 1, entries: [{ row: "softmax", column: "=col", value: 91 }] }],
};

const figures = (accuracy: number): Figures => ({ accuracy, folds: [accuracy], thresholds: [0], auc: 0.9, eer: 0.1, tar: { "0.1": 0.5 } });

function finished(row: number, seed: number, accuracy: number): FinishedRun {
  const evaluation: Evaluation = {
    protocol: "pairs of faces.test: 60 same + 60 different, seed 0, 5 folds, cosine, threshold from the other four folds",
    same: 60,
    different: 60,
    trained: figures(accuracy),
    untrained: figures(0.5),
    pixels: figures(0.6),
  };
  const record: RunRecord = {
    name: "tiny",
    spec: { file: "tiny.face", line: 1 },
    program: null,
    key: `${row}${seed}`.repeat(32),
    ingredients: {},
    backend: { name: "cpu", library: "tfjs", threads: 1 },
    versions: { facec: "0.1.0", numeric: 1, node: "v20" },
    seed,
    epochs: 6,
    batch: 8,
    steps: 27,
    data: { name: "faces.train", images: 36, identities: 6, fingerprint: "f" },
    backbone: "small",
    loss: { name: "softmax", formula: "f" },
    parameters: 10,
    timing: { finished: "2026-01-01T00:00:00.000Z", seconds: 2, images_per_second: 100 },
    final: null,
    best: null,
    evaluations: [evaluation],
  };
  return { row, column: 0, seed, record, folder: "f" };
}

const places = [0, 1].flatMap((row) => [1, 2].map((seed) => ({ row, column: 0, seed })));
const runs = [finished(0, 1, 0.9), finished(0, 2, 0.94), finished(1, 1, 0.93), finished(1, 2, 0.95)];
const failures = [{ row: `row ${evil}`, column: "=col", seed: 3, code: "not-finite", message: "A value is not finite." }];
const result = resultOf(table, places, runs, failures);

describe("the result of a table", () => {
  const [first, second] = result.cells;
  it("has means, spreads and what is best", () => {
    expect(first).toMatchObject({ row: "softmax", n: 2, unit: "percent", best: false, published: 91, within: true, tolerance: 1 });
    expect(first?.mean).toBeCloseTo(92, 10);
    expect(first?.std).toBeCloseTo(Math.sqrt(8), 10);
    expect(first?.values.map(({ seed }) => seed)).toEqual([1, 2]);
    expect(second).toMatchObject({ best: true, published: null, within: null });
    expect(result.baselines.map(({ untrained, pixels }) => [untrained.mean, pixels.mean])).toEqual([
      [50, 60],
      [50, 60],
    ]);
  });
  it("compares every row with the first one, seed by seed", () => {
    expect(result.comparisons).toHaveLength(1);
    expect(result.comparisons[0]).toMatchObject({ against: "softmax", n: 2, p: 0.5, enough: false });
    expect(result.comparisons[0]?.difference).toBeCloseTo(2, 10);
  });
  it("takes figures that differ by rounding alone for equal, in every format", () => {
    const noisy = [finished(0, 1, 0.7), finished(0, 2, 0.1 + 0.2), finished(1, 1, 0.7 + 1e-16 * 3), finished(1, 2, 0.3)];
    const same = resultOf(table, places, noisy, []);
    expect(same.comparisons[0]).toMatchObject({ difference: 0, p: 1 });
    expect(same.cells.map(({ best, mean }) => [best, mean])).toEqual([
      [true, 50],
      [true, 50],
    ]);
    for (const format of ["text", "md", "csv", "json", "html", "latex"] as const) {
      expect(printed(same, format, false), format).not.toMatch(/\de-\d|\.\d{11}/);
    }
    expect(sheetOf(same).notes.join("\n")).toContain("accuracy: 0.00 over 2 seeds (exact sign flips, p = 1.0");
    expect(sheetOf(result).notes.join("\n")).toContain("accuracy: +2.00 over 2 seeds");
  });
  it("marks all that are shown as the same figure as best, and has no spread for one seed", () => {
    const near = [finished(0, 1, 0.91301), finished(1, 1, 0.91304)];
    const cells = resultOf(table, places, near, []).cells;
    expect(cells.map(({ best, std, n }) => ({ best, std, n }))).toEqual([
      { best: true, std: null, n: 1 },
      { best: true, std: null, n: 1 },
    ]);
    expect(printed(resultOf(table, places, near, []), "md", false)).toContain("**91.30**");
  });
  it("judges published figures by the distance that the table allows", () => {
    const far = resultOf(
      { ...table, published: [{ source: "s", within: 0.9, entries: [{ row: "softmax", column: "=col", value: 91 }] }] },
      places,
      runs,
      [],
    );
    expect(far.cells[0]?.within).toBe(false);
    const open = resultOf(
      { ...table, published: [{ source: "s", within: null, entries: [{ row: "softmax", column: "=col", value: 91 }] }] },
      places,
      runs,
      [],
    );
    expect(open.cells[0]).toMatchObject({ published: 91, within: null });
  });
  it("shows cells without runs as empty", () => {
    const empty = resultOf(table, places, [], []);
    expect(empty.cells[0]).toMatchObject({ mean: null, std: null, n: 0, values: [], best: false });
    expect(printed(empty, "text", false)).toContain("| -");
  });
  it("keeps one column where some rows have no run, and one for each cell", () => {
    const some = sheetOf(resultOf(table, places, runs.slice(0, 2), failures));
    expect(some.header).toEqual(["=col"]);
    expect(some.lines.map(({ entries }) => entries.map(({ text }) => text))).toEqual([
      ["92.00 ± 2.83 (published 91, within 1)"],
      ["-"],
      ["50.00 ± 0.00"],
      ["60.00 ± 0.00"],
    ]);
    const [cell] = table.cells;
    if (cell === undefined) throw new Error("the table has a cell");
    const auc = { ...cell, measure: { kind: "auc" } as const, format: "number" as const, spread: false };
    const other = { ...cell, protocol: { ...cell.protocol, seed: 4 } };
    const three = sheetOf(resultOf({ ...table, cells: [cell, auc, other] }, places, runs, []));
    expect(three.header).toEqual(["=col: accuracy (1)", "=col: AUC", "=col: accuracy (2)"]);
    expect(three.lines[0]?.entries.map(({ text }) => text).slice(1)).toEqual(["0.9000", "-"]);
    expect(three.notes.filter((note) => note.startsWith("accuracy (")).map((note) => note.slice(0, 24))).toEqual([
      "accuracy (1) in percent:",
      "accuracy (2) in percent:",
    ]);
  });
  it("says where a protocol has too few different pairs for a FAR", () => {
    const [cell] = table.cells;
    if (cell === undefined) throw new Error("the table has a cell");
    const rare = { ...cell, measure: { kind: "tar", far: 1e-6 } as const };
    const none = resultOf({ ...table, cells: [rare] }, places, runs, []);
    expect(none.cells[0]).toMatchObject({ mean: null, n: 0, lacks: "different pairs", measure: "TAR at FAR 0.000001" });
    expect(sheetOf(none).lines[0]?.entries[0]?.text).toBe("not enough negatives");
  });
  it("shows a baseline for each row where rows differ in it", () => {
    const [run] = runs;
    if (run === undefined) throw new Error("there are runs");
    const [evaluation] = run.record.evaluations;
    if (evaluation === undefined) throw new Error("there is an evaluation");
    const other = { ...run, record: { ...run.record, evaluations: [{ ...evaluation, untrained: figures(0.7) }] } };
    const labels = sheetOf(resultOf(table, places, [other, ...runs.slice(1)], [])).lines.map(({ label }) => label);
    expect(labels).toContain("softmax: untrained");
    expect(labels).toContain("raw pixels");
  });
});

describe("formats", () => {
  it("are what they are called", () => {
    expect(JSON.parse(printed(result, "json", false))).toEqual(JSON.parse(JSON.stringify(result)));
    expect(printed(result, "text", false)).toContain("92.00 ± 2.83 (published 91, within 1)");
    expect(printed(result, "md", false)).toContain("| softmax | 92.00 ± 2.83 \\(published 91, within 1\\) |");
    expect(printed(result, "md", false)).toContain("**94.00 ± 1.41**");
    expect(printed(result, "latex", false)).toContain("\\textbf{94.00 $\\pm$ 1.41}");
    expect(printed(result, "csv", false).split("\n")).toHaveLength(1 + 2 + 1);
    expect(printed(result, "text", false)).not.toContain("\u001b");
  });

  it("let no label out of its cell", () => {
    for (const format of ["text", "md", "csv", "latex", "html"] as const) {
      const text = printed(result, format, false);
      for (const character of ["\u0007", "\u001b", "\u2028", "\u202e"]) expect(text.includes(character), format).toBe(false);
      if (format === "md" || format === "html") expect(text).not.toContain("<script");
    }
    const rows = printed(result, "md", false)
      .split("\n")
      .filter((line) => line.startsWith("|"));
    for (const row of rows) expect(row.replaceAll(/\\./g, "").split("|")).toHaveLength(4);
    expect(escapeLatex("a_b & 50% #1 {x} $y \\end ~ ^ <")).toBe(
      "a\\_b \\& 50\\% \\#1 \\{x\\} \\$y \\textbackslash{}end \\textasciitilde{} \\textasciicircum{} \\textless{}",
    );
    expect(escapeHtml(`<a href="x" t='y'>&`)).toBe("&lt;a href=&quot;x&quot; t=&#39;y&#39;&gt;&amp;");
    expect(escapeMarkdown("a|b*c_d`e")).toBe("a\\|b\\*c\\_d\\`e");
    expect(escapeCsv('say "x", y')).toBe('"say ""x"", y"');
    expect(escapeCsv("=1+1")).toBe("'=1+1");
  });
});

describe("the page", () => {
  const lines = Array.from({ length: 400 }, (_, i) => ({
    step: i + 1,
    epoch: (i + 1) / 100,
    loss: 2 / (i + 1),
    rate: 0.1,
    gradient_norm: 1,
    seconds: i,
    images_per_second: 10,
  }));
  const curves = [{ row: `row ${evil}`, column: "=col", curves: [{ seed: 1, lines }] }];
  const page = pageOf(table, result, sheetOf(result), curves, "stamp");

  it("needs nothing but itself", () => {
    expect(page).not.toMatch(/https?:/);
    expect(page).not.toMatch(/<(script|link|img|iframe|object)\b/i);
    expect(page).not.toMatch(/@import|url\(/);
  });
  it("shows labels as text and curves as drawings", () => {
    const { document } = parseHTML(page);
    expect(document.querySelector("title")?.textContent).toContain("<script>alert(1)</script>");
    expect(document.querySelectorAll("script")).toHaveLength(0);
    expect(document.querySelectorAll("svg path[stroke]").length).toBeGreaterThan(0);
    expect(document.querySelectorAll("table")).toHaveLength(3);
    expect(page).toContain(runs[0]?.record.key ?? "no key");
    expect(page).toContain("60 same + 60 different");
    expect(page.length).toBeLessThan(60_000);
  });
});

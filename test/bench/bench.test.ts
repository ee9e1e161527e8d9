/** The bench's own arithmetic, that it refuses what cannot be compared, and that docs/benchmarks.md says what was measured. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { agreement } from "../../bench/groups/agreement.js";
import type { Group } from "../../bench/groups/group.js";
import { memory } from "../../bench/groups/memory.js";
import { start } from "../../bench/groups/start.js";
import { training } from "../../bench/groups/training.js";
import { wasm } from "../../bench/groups/wasm.js";
import { compare } from "../../bench/measure/compare.js";
import type { Ready } from "../../bench/measure/process.js";
import { type Contestant, type Row, type Rows, readRows } from "../../bench/measure/results.js";
import { requireSame } from "../../bench/measure/same.js";
import { median } from "../../bench/measure/statistics.js";
import { pipeline } from "../../bench/pipeline/pipeline.js";
import { document, reported } from "../../bench/report.js";
import { targets } from "../../bench/targets.js";
import { compile } from "../../src/compiler/compile.js";
import { nodeHost } from "../../src/compiler/host.js";
import { projectRoot } from "../golden.js";

const groups: readonly Group[] = [training, memory, wasm, pipeline, start, agreement];

const contestant = (unit: Contestant["unit"], ...rounds: number[]): Contestant => ({ what: "", unit, rounds });

describe("ratios", () => {
  test("the median lies in the middle", () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  test("are taken round by round, over the round's best peer", () => {
    const contestants = {
      ours: contestant("images/s", 20, 30, 12),
      a: contestant("images/s", 10, 10, 6),
      b: contestant("images/s", 5, 20, 4),
    };
    expect(compare("over them", "ours", ["a", "b"], contestants)).toMatchObject({ rounds: [2, 1.5, 2], median: 2 });
  });

  test("of seconds say how much sooner ours is, those of memory how much of theirs it takes", () => {
    const seconds = { ours: contestant("s", 1, 2), peer: contestant("s", 3, 3) };
    expect(compare("over it", "ours", ["peer"], seconds)?.rounds).toEqual([3, 1.5]);
    const memories = { ours: contestant("MiB", 500), a: contestant("MiB", 1000), b: contestant("MiB", 2000) };
    expect(compare("over it", "ours", ["a", "b"], memories)?.rounds).toEqual([0.5]);
  });

  test("are none without a peer", () => {
    expect(compare("over nobody", "ours", ["peer"], { ours: contestant("s", 1) })).toBeNull();
  });
});

describe("contestants that do not do the same work", () => {
  const ready = (parameters: number, ...losses: number[]): Ready => ({ parameters, losses, first_step_ms: 1, library: "", threads: 1 });
  const pair = (a: Ready, b: Ready) => () => requireSame(new Map(Object.entries({ a, b })), "float32");

  test("are refused: other parameters, other losses, no losses", () => {
    expect(pair(ready(10, 7, 6.9, 6.8), ready(11, 7, 6.9, 6.8))).toThrow(/not the same net/);
    expect(pair(ready(10, 7, 6.9, 6.8), ready(10, 7, 6.9, 6.9))).toThrow(/do not compute the same/);
    expect(pair(ready(10, 7, 6.9, 6.8), ready(10, 7, 6.9, Number.NaN))).toThrow(/do not compute the same/);
    expect(pair(ready(10, 7, 6.9, 6.8), ready(10, 7, 6.9))).toThrow(/do not compute the same/);
  });

  test("pass with losses within rounding", () => {
    expect(pair(ready(10, 7, 6.9, 6.8), ready(10, 7.00001, 6.90002, 6.80003))).not.toThrow();
  });
});

test("every target is of a row that is measured", () => {
  const rows = new Set(groups.flatMap((group) => group.rows.map((row) => `${group.name} ${row}`)));
  expect(targets.filter(({ group, row }) => !rows.has(`${group} ${row}`))).toEqual([]);
});

test("every target of a result is found in it", () => {
  const lost = targets.filter(({ group, row, of }) => {
    const found: Row | undefined = readRows(group)[row];
    return found !== undefined && !(of in found.contestants) && !found.comparisons.some(({ name }) => name === of);
  });
  expect(lost).toEqual([]);
});

test("the tables of docs/benchmarks.md are those of bench/results", () => {
  const text = readFileSync(document, "utf8");
  expect(reported(text)).toBe(text);
});

test("the tables say what was not measured, and show a result that there is", () => {
  const text = readFileSync(document, "utf8");
  expect(reported(text, () => ({}))).toContain("not measured");
  const row: Row = {
    title: "a net",
    date: "2026-01-02T03:04:05.000Z",
    machine: { cpu: "a processor", cores: 2, memory_gib: 8, system: "linux x64", node: "v20.0.0" },
    settings: { batch: 32 },
    contestants: { facec: contestant("images/s", 200, 220, 210), PyTorch: contestant("images/s", 100, 100, 100) },
    comparisons: [{ name: "over PyTorch eager", ours: "facec", peers: ["PyTorch"], rounds: [2, 2.2, 2.1], median: 2.1 }],
  };
  const shown = reported(text, (group): Rows => (group === "training" ? { ir18: row } : {}));
  expect(shown).toContain("| 210 images/s | 100 images/s | **2.10** | 2.00-2.20 | 1.3 | 1.5 |");
  expect(shown).toContain("2026-01-02, a processor, 2 cores, 8 GiB, linux x64, Node v20.0.0; batch 32.");
});

describe("bench/specs", () => {
  const folder = join(projectRoot, "bench/specs");
  test.each(readdirSync(folder))("%s compiles without a word", (name) => {
    const { diagnostics } = compile(nodeHost(), join(folder, name));
    expect(diagnostics.map((each) => `${each.code}: ${each.wording.text}`)).toEqual([]);
  });

  test("are what the results name", () => {
    const named = groups.flatMap(({ name }) => Object.values(readRows(name)).map(({ settings }) => settings.spec));
    const files = named.flatMap((each) => (typeof each === "string" ? each.split(", ") : []));
    expect(files.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
  });
});

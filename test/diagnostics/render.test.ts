import { describe, expect, test } from "vitest";
import { type Diagnostic, diagnostic, type Place } from "../../src/diagnostics/diagnostic.js";
import { toJson } from "../../src/diagnostics/json.js";
import { render, renderAll } from "../../src/diagnostics/render.js";
import type { SourceFile, Span } from "../../src/diagnostics/source.js";
import { displayWidth, visible } from "../../src/diagnostics/visible.js";

function at(text: string, part: string, name = "a.face"): Span {
  const source: SourceFile = { name, text };
  const start = text.indexOf(part);
  return { source, start, end: start + part.length };
}

const said = (place: Place, related: Diagnostic["related"] = []): Diagnostic =>
  diagnostic("setting-without-value", place, { setting: "batch" }, related);
const plain = (found: Diagnostic): string => render(found, { color: false });

/** The line with the carets, and the part of the code above it that they underline. */
function underlined(found: Diagnostic): string {
  const lines = plain(found).split("\n");
  const row = lines.findIndex((line) => /\|\s+\^/.test(line));
  const [code = "", carets = ""] = [lines[row - 1], lines[row]];
  const from = carets.indexOf("^");
  const count = carets.lastIndexOf("^") - from + 1;
  let column = 0;
  return [...code]
    .filter((character) => {
      const here = column;
      column += displayWidth(character);
      return here >= from && here < from + count;
    })
    .join("");
}

describe("frames", () => {
  test("code, place, label, text and hint", () => {
    expect(plain(said(at("train t {\n  batch\n}", "batch")))).toBe(
      [
        "error[setting-without-value]: `batch` has no value",
        "  --> a.face:2:3",
        "   |",
        " 2 |   batch",
        "   |   ^^^^^ its value should follow on this line",
        "   |",
        "A setting is a word and a value on the same line, such as `batch 32`; nothing follows `batch`.",
        "hint: Write the value behind the word.",
      ].join("\n"),
    );
  });

  test("a line alone, a path, nothing", () => {
    expect(plain(said({ file: "a.face", line: 14 })).split("\n")[1]).toBe("  --> a.face:14: its value should follow on this line");
    expect(plain(said({ path: "faces/1.pgm" })).split("\n")[1]).toBe("  --> faces/1.pgm: its value should follow on this line");
    expect(plain(said(null)).split("\n")[1]).toMatch(/^A setting/);
  });

  test("related places come with code of their own, from other files too", () => {
    const text = plain(said(at("b", "b"), [{ place: at("let c = 1", "c", "other.face"), text: "declared here" }]));
    expect(text).toContain("--> other.face:1:5");
    expect(text).toContain("^ declared here");
  });

  test.each([
    ["tabs", "\t\tlet\tx = 1", "x"],
    ["wide letters before", '"顔の距離" + x', "x"],
    ["wide letters themselves", '"顔" + 距 + "離"', "距"],
    ["combining marks", '"e\u0301e\u0301" + x', "x"],
    ["pictures beyond the basic plane", '"🙂🙂" + x', "x"],
    ["a carriage return at the end", "let x\r\n", "x"],
  ])("carets stand under what they mean: %s", (_, text, part) => {
    expect(underlined(said(at(text, part)))).toBe(part);
  });

  test("a long line is cut around its carets", () => {
    const found = said(at(`${"a + ".repeat(2000)}HERE${" + b".repeat(2000)}`, "HERE"));
    expect(underlined(found)).toBe("HERE");
    expect(
      Math.max(
        ...plain(found)
          .split("\n")
          .map((line) => line.length),
      ),
    ).toBeLessThan(160);
  });

  test("a span over several lines shows its first and says where it ends", () => {
    const text = plain(said(at("train t {\n  batch 1\n}", "{\n  batch 1\n}")));
    expect(text).toContain("^ its value should follow on this line (to line 3)");
  });

  test("an empty place, and one at the end of the text, still show a caret", () => {
    const source = { name: "a.face", text: "let a\n" };
    for (const start of [5, 6]) expect(plain(said({ source, start, end: start }))).toContain("^ its value");
    expect(plain(said({ source: { name: "a.face", text: "" }, start: 0, end: 0 }))).toContain("^ its value");
  });

  test("nothing drives the terminal: control and direction marks are shown", () => {
    const evil = "a\u001b[31m\u0007\u202e\u2028b";
    const found = diagnostic("setting-without-value", at(`let ${evil} = 1`, evil, `${evil}.face`), { setting: evil }, [
      { place: { path: evil }, text: evil },
    ]);
    const text = plain(found);
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e\u2028]/u);
    expect(text).toContain("␛[31m␇<U+202E><U+2028>");
    expect(visible("\u007f\u0085")).toBe("␡<U+0085>");
  });

  test("colour only when asked", () => {
    const found = said(at("batch", "batch"));
    const colored = render(found, { color: true });
    expect(colored).toContain("\u001b[31m");
    const paint = new RegExp(`${"\u001b"}\\[\\d+m`, "g");
    expect(colored.replace(paint, "")).toBe(plain(found));
  });

  test("several are set apart by a blank line", () => {
    const found = said(null);
    expect(renderAll([found, found], { color: false })).toBe(`${plain(found)}\n\n${plain(found)}`);
  });
});

describe("json", () => {
  test("a span has its range; a path has none; a line begins at column 1", () => {
    const span = toJson(said(at("train t {\n  batch\n}", "batch"), [{ place: { path: "x.pgm" }, text: "this file" }]));
    expect(span).toEqual({
      file: "a.face",
      range: { start: { line: 2, column: 3 }, end: { line: 2, column: 8 } },
      severity: "error",
      code: "setting-without-value",
      message: expect.stringMatching(/^`batch` has no value\. A setting is/),
      hint: "Write the value behind the word.",
      related: [{ file: "x.pgm", range: null, message: "this file" }],
    });
    expect(toJson(said({ file: "b.face", line: 3 })).range).toEqual({ start: { line: 3, column: 1 }, end: { line: 3, column: 1 } });
    expect(toJson(said(null))).toMatchObject({ file: null, range: null });
  });
});

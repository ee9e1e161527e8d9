import { describe, expect, test } from "vitest";
import { commentText, Names, numberLiteral, propertyName, stringLiteral } from "../../src/compiler/emit/text.js";

/** Texts that would end a string, a template, a comment or a line, hide what follows, or give an order to a tool. */
const hostile = [
  '"; process.exit(1); "',
  "\\",
  `\`$${"{process.exit(1)}"}\``,
  "*/ process.exit(1) /*",
  "a\nprocess.exit(1)",
  "a\r\nprocess.exit(1)",
  "a\u2028process.exit(1)",
  "a\u2029process.exit(1)",
  "\u0000\u001b[31m\u0085",
  "\u202e reversed \u2066 \u200b invisible \ufeff",
  "\ud800 half a pair",
  "\u{e0041} a tag",
  "@ts-ignore @ts-expect-error",
  "__proto__",
];

/** What JavaScript makes of an expression. */
function read(expression: string): unknown {
  return new Function(`"use strict"; return (${expression});`)();
}

describe("text of a spec in a program", () => {
  test.each(hostile)("is the same string again: %j", (text) => {
    const literal = stringLiteral(text);
    expect(read(literal)).toBe(text);
    expect(literal).toMatch(/^"[\x20-\x7e]*"$/);
  });

  test.each(hostile)("stays in its comment: %j", (text) => {
    const comment = commentText(text);
    expect(comment).not.toContain("*/");
    expect(comment).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    expect(comment).not.toContain("@ts-");
    expect(read(`/* ${comment} */ 1 // ${comment}\n`)).toBe(1);
  });

  test.each(hostile)("is a property of its own: %j", (text) => {
    expect(Object.entries(read(`{ ${propertyName(text)}: 1 }`) as object)).toEqual([[text, 1]]);
  });
});

describe("names", () => {
  test("never hide words of the language, globals, or each other", () => {
    const names = new Names(["add"]);
    const claimed = ["class", "add", "add", "Math", "constructor", "__proto__", "await", "a b", "1st", "", "é", "at"].map((name) =>
      names.claim(name, "Loss"),
    );
    expect(claimed).toEqual([
      "classLoss",
      "addLoss",
      "addLoss2",
      "MathLoss",
      "constructorLoss",
      "__proto__Loss",
      "awaitLoss",
      "aB",
      "_1st",
      "unnamed",
      "unnamedLoss",
      "atLoss",
    ]);
    for (const name of claimed) expect(read(`((${name}) => ${name})(1)`)).toBe(1);
  });
});

describe("numbers", () => {
  test.each([
    0,
    -0,
    1,
    -3,
    0.1,
    5e-4,
    1e-12,
    1e21,
    123456789,
    1 / 3,
    Math.PI,
    Number.MAX_VALUE,
    Number.MIN_VALUE,
    Infinity,
    -Infinity,
    Number.NaN,
  ])("%s reads back", (value) => {
    expect(read(numberLiteral(value))).toBe(value);
  });

  test("are as short as they can be", () => {
    expect([5e-4, 1e-12, 0.1, 64, 1e21].map(numberLiteral)).toEqual(["0.0005", "1e-12", "0.1", "64", "1e21"]);
  });
});

/** Specs taken apart and put together wrongly. */
import fc from "fast-check";
import { specs } from "./specs.js";

/** Words, numbers, signs and the space between them: pieces that mangling moves about. */
const piecesOf = (text: string): string[] => text.match(/[A-Za-z_]\w*|[\d.]+|\s+|"[^"\n]*"|\/\/[^\n]*|./gsu) ?? [];
export const material = specs.map(({ text }) => piecesOf(text));
export const foreign = [
  "(",
  ")",
  "[",
  "]",
  "{",
  "}",
  '"',
  ";",
  "if",
  "else",
  "over",
  "where",
  "loss",
  "table",
  "-",
  "\n",
  "\n-",
  "**",
  "|",
  "θ",
  "\u001b",
  "\u2028",
  "1.",
  "//",
  "/*",
  "'",
  "\\",
  "=",
  ",",
  "..",
];

type Change = { readonly at: number; readonly how: "drop" | "double" | "swap" | "put"; readonly piece: number };

const change: fc.Arbitrary<Change> = fc.record({
  at: fc.nat(),
  how: fc.constantFrom("drop" as const, "double" as const, "swap" as const, "put" as const),
  piece: fc.nat(),
});

function mangle(pieces: readonly string[], changes: readonly Change[]): string {
  const out = [...pieces];
  for (const { at, how, piece } of changes) {
    const i = at % Math.max(1, out.length);
    const here = out[i] ?? "";
    if (how === "drop") out.splice(i, 1);
    else if (how === "double") out.splice(i, 0, here);
    else if (how === "swap") out.splice(i, 2, out[i + 1] ?? "", here);
    else out.splice(i, 1, foreign[piece % foreign.length] ?? "");
  }
  return out.join("");
}

export const mangled = fc
  .tuple(fc.nat({ max: material.length - 1 }), fc.array(change, { minLength: 1, maxLength: 6 }))
  .map(([spec, changes]) => mangle(material[spec] ?? [], changes));

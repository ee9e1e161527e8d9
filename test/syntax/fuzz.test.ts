import fc from "fast-check";
import { expect, test } from "vitest";
import { formatFile } from "../../src/compiler/format/format.js";
import { walk } from "../../src/compiler/syntax/walk.js";
import type { Diagnostic, Place } from "../../src/diagnostics/diagnostic.js";
import { toJson } from "../../src/diagnostics/json.js";
import { renderAll } from "../../src/diagnostics/render.js";
import { foreign, mangled, material } from "./mangle.js";
import { bare, commentsOf, read, specs } from "./specs.js";

const runs = process.env.FACEC_FUZZ === undefined ? 60 : Number(process.env.FACEC_FUZZ);

/** Thrown, not expected: this looks at every node of every text, and `expect` is slow. */
function checkInside(place: Place, length: number): void {
  if (place === null || !("source" in place)) return;
  if (place.start < 0 || place.end < place.start || place.end > length) {
    throw new Error(`a span [${place.start}, ${place.end}) outside a text of ${length} characters`);
  }
}

function expectSound(text: string): readonly Diagnostic[] {
  const { value, diagnostics } = read(text);
  for (const found of diagnostics) {
    checkInside(found.place, text.length);
    for (const { place } of found.related) checkInside(place, text.length);
    JSON.stringify(toJson(found));
  }
  expect(renderAll(diagnostics, { color: false }).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  walk(value, (node) => checkInside(node.span, text.length));
  return diagnostics;
}

function expectCanonical(text: string): void {
  const file = read(text).value;
  const written = formatFile(file);
  const again = read(written);
  expect(again.diagnostics).toEqual([]);
  expect(bare(again.value)).toEqual(bare(file));
  expect(commentsOf(again.value)).toEqual(commentsOf(file));
  expect(formatFile(again.value)).toBe(written);
}

test("mangled specs give diagnostics, never an exception; sound ones keep their meaning when formatted", () => {
  fc.assert(
    fc.property(mangled, (text) => {
      if (expectSound(text).length === 0) expectCanonical(text);
    }),
    { numRuns: runs },
  );
});

test("any characters give diagnostics, never an exception", () => {
  const character = fc.oneof(
    fc.constantFrom(...foreign),
    fc.string({ unit: "binary", maxLength: 3 }),
    fc.constantFrom("loss a = ", "x", " 1 ", "\n"),
  );
  fc.assert(
    fc.property(fc.array(character, { maxLength: 40 }), (parts) => {
      if (expectSound(parts.join("")).length === 0) expectCanonical(parts.join(""));
    }),
    { numRuns: runs },
  );
});

test("a piece that is missing gives one message", () => {
  const words = material.flatMap((pieces, spec) => pieces.flatMap((piece, i) => (/^\s|^\/\//.test(piece) ? [] : [{ spec, i }])));
  fc.assert(
    fc.property(fc.constantFrom(...words), ({ spec, i }) => {
      const text = (material[spec] ?? []).filter((_, at) => at !== i).join("");
      expect(
        expectSound(text)
          .map((found) => found.code)
          .slice(1),
      ).toEqual([]);
    }),
    { numRuns: 4 * runs },
  );
});

test.each(specs)("$name keeps its meaning and its comments when formatted", ({ text }) => {
  expectCanonical(text);
});

test("line breaks and comments may stand between any two pieces of a spec, as far as they keep its meaning", () => {
  const breaks = fc.array(fc.record({ at: fc.nat(), what: fc.constantFrom("\n", " // here\n", "\n\n// there\n", "   ", "\n\n\n") }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(fc.nat({ max: material.length - 1 }), breaks, (spec, list) => {
      const pieces = [...(material[spec] ?? [])];
      for (const { at, what } of list) pieces.splice(at % pieces.length, 0, what);
      const text = pieces.join("");
      if (expectSound(text).length === 0) expectCanonical(text);
    }),
    { numRuns: runs },
  );
});

/** The compiler on text that is not sound: it says something and never throws. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { memoryHost, nodeHost } from "../../src/compiler/host.js";
import type { Diagnostic } from "../../src/diagnostics/diagnostic.js";
import { projectRoot } from "../golden.js";

const folders = ["specs", "specs/std", "test/golden/errors/plan", "test/golden/errors/types"];
const specs = folders.flatMap((folder) =>
  readdirSync(join(projectRoot, folder))
    .filter((name) => name.endsWith(".face"))
    .map((name) => readFileSync(join(projectRoot, folder, name), "utf8")),
);
const host = nodeHost();

function diagnosticsOf(text: string): readonly Diagnostic[] {
  return compile(memoryHost({ "broken.face": text }, host), "broken.face", { until: "plan" }).diagnostics;
}

/** The words, numbers and signs of a text, with what stands between. */
function pieces(text: string): string[] {
  return text.match(/\w+|\s+|[^\w\s]/g) ?? [];
}

const mangled = fc.constantFrom(...specs).chain((text) => {
  const parts = pieces(text);
  const change = fc.record({
    at: fc.nat(Math.max(0, parts.length - 1)),
    how: fc.constantFrom("drop", "double", "swap", "replace"),
    by: fc.constantFrom(...pieces(specs.join("\n"))),
  });
  return fc.array(change, { minLength: 1, maxLength: 4 }).map((changes) => {
    const now = [...parts];
    for (const { at, how, by } of changes) {
      const here = now[at] ?? "";
      if (how === "drop") now[at] = "";
      else if (how === "double") now[at] = `${here} ${here}`;
      else if (how === "replace") now[at] = by;
      else [now[at], now[at + 1]] = [now[at + 1] ?? "", here];
    }
    return now.join("");
  });
});

describe("mangled specs", () => {
  it("give diagnostics whose places lie in the file, never an exception", () => {
    fc.assert(
      fc.property(mangled, (text) => {
        for (const { place } of diagnosticsOf(text)) {
          if (place === null || !("source" in place)) continue;
          expect(place.start).toBeGreaterThanOrEqual(0);
          expect(place.end).toBeGreaterThanOrEqual(place.start);
          expect(place.end).toBeLessThanOrEqual(place.source.text.length);
        }
      }),
      { numRuns: Number(process.env.FACEC_FUZZ ?? 60), seed: Number(process.env.FACEC_FUZZ_SEED ?? 20_181_114) },
    );
  });
});

describe("one mistake gives one message", () => {
  const sound = `use std.losses { softmax }
use std.schedules { steps }
dataset faces = synthetic(identities = 20, images = 5) { image 32x32x1 }
dataset others = synthetic(identities = 8, images = 5, seed = 3) { image 32x32x1 }
backbone Net { flatten; dense(64) }
loss mine(s = 30) { let c = cosine(x, W); cross_entropy(s * c) }
train first { data faces; backbone Net; loss mine; optimizer sgd(momentum = 0.9); schedule steps(0.1); batch 16; epochs 2 }
table all { from first; rows loss { softmax, mine, "low" = mine(8) }; cell pairs(others).auc }
`;

  it("the text as it is has none", () => {
    expect(diagnosticsOf(sound)).toEqual([]);
  });

  it.each([
    ["a misspelt function that many things rest on", "cosine(x, W)", "cosin(x, W)", "unknown-name"],
    ["a weighting of the wrong form", "s * c)", "s * x)", "type-mismatch"],
    ["a formula with a hole", "let c = cosine(x, W)", "let c = ", "unexpected-text"],
    ["a layer that is not there", "flatten;", "flaten;", "unknown-layer"],
    ["a broken shape", "flatten; dense(64)", "dense(64)", "shape-mismatch"],
    ["a broken data set", "image 32x32x1", "image 32", "image-form"],
    ["a name that a module lacks", "{ softmax }", "{ softmex }", "not-in-module"],
    ["a setting that is missing", "batch 16; ", "", "missing-settings"],
    ["a misspelt setting", "batch 16; ", "bach 16; ", "unknown-setting"],
    ["a training of another name", "from first", "from frist", "unknown-name"],
  ])("%s", (_, from, to, code) => {
    expect(sound).toContain(from);
    const codes = diagnosticsOf(sound.replace(from, to)).map((each) => each.code);
    // A name that is missing is missing at each of its uses only where it is declared.
    expect(codes).toEqual([code]);
  });
});

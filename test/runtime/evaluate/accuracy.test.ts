import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { foldedAccuracy } from "../../../src/runtime/evaluate/accuracy.js";

describe("accuracy in folds", () => {
  it("takes the threshold from the other folds", () => {
    // Fold 0 alone would choose 0.2; fold 1 chooses 0.5 for it and misjudges its pair at 0.3.
    const pairs = { scores: [0.1, 0.3, 0.4, 0.6], same: [0, 1, 0, 1], fold: [0, 0, 1, 1], folds: 2 };
    const { accuracy, folds, thresholds } = foldedAccuracy(pairs);
    expect(thresholds).toEqual([0.5, 0.2]);
    expect(folds).toEqual([0.5, 0.5]);
    expect(accuracy).toBe(0.5);
  });
  it("takes the lowest of equally good thresholds", () => {
    const pairs = { scores: [0.1, 0.2, 0.3, 0.4, 0, 1], same: [0, 1, 0, 1, 0, 1], fold: [1, 1, 1, 1, 0, 0], folds: 2 };
    expect(foldedAccuracy(pairs).thresholds[0]).toBeCloseTo(0.15, 12);
  });
  it("may call everything the same, or everything different", () => {
    const pairs = { scores: [0.5, 0.5, 0.1, 0.1], same: [1, 1, 0, 0], fold: [0, 0, 1, 1], folds: 2 };
    expect(foldedAccuracy(pairs).thresholds).toEqual([Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]);
  });
  it("equals the plain search over all thresholds", () => {
    const entry = fc.record({
      score: fc.integer({ min: 0, max: 12 }),
      same: fc.integer({ min: 0, max: 1 }),
      fold: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(fc.array(entry, { minLength: 6, maxLength: 30 }), (entries) => {
        fc.pre([0, 1, 2].every((fold) => entries.some((e) => e.fold === fold)));
        const found = foldedAccuracy({
          scores: entries.map((e) => e.score),
          same: entries.map((e) => e.same),
          fold: entries.map((e) => e.fold),
          folds: 3,
        });
        for (const fold of [0, 1, 2]) {
          const others = entries.filter((e) => e.fold !== fold);
          const right = (list: typeof entries, threshold: number) => list.filter((e) => e.score >= threshold === (e.same === 1)).length;
          const candidates = Array.from({ length: 27 }, (_, i) => i / 2 - 0.25);
          const best = Math.max(...candidates.map((threshold) => right(others, threshold)));
          expect(right(others, found.thresholds[fold] ?? Number.NaN)).toBe(best);
          const own = entries.filter((e) => e.fold === fold);
          expect(found.folds[fold]).toBe(right(own, found.thresholds[fold] ?? Number.NaN) / own.length);
        }
      }),
      { numRuns: 200 },
    );
  });
});

import { describe, expect, it } from "vitest";
import { auc, eer, tarAtFar } from "../../../src/runtime/evaluate/roc.js";

describe("area under the curve", () => {
  it("is the share of same pairs above different ones", () => {
    // 0.9 beats all 3, 0.6 beats 2, 0.2 beats 1: 6 of 9.
    expect(auc([0.9, 0.6, 0.2], [0.7, 0.5, 0.1])).toBeCloseTo(6 / 9, 12);
  });
  it("counts ties half, in any order of the input", () => {
    expect(auc([0.5, 0.5], [0.5, 0.1])).toBeCloseTo((0.5 + 1 + 0.5 + 1) / 4, 12);
    expect(auc([1], [1])).toBe(0.5);
  });
});

describe("equal error rate", () => {
  it("is where false accepts and false rejects meet", () => {
    expect(eer([0.9, 0.8, 0.6, 0.3], [0.5, 0.4, 0.2, 0.1])).toBe(0.25); // at 0.5 each is one of four
    expect(eer([0.9, 0.2], [0.5, 0.1, 0.05])).toBeCloseTo((1 / 3 + 1 / 2) / 2, 12); // they never meet; closest at 0.5
  });
  it("is 0 for perfect and 1 for reversed scores", () => {
    expect(eer([2, 3], [0, 1])).toBe(0);
    expect(eer([0, 1], [2, 3])).toBe(1);
  });
});

describe("TAR at FAR", () => {
  const same = [0.9, 0.8, 0.6, 0.3];
  const different = [0.85, 0.5, 0.4, 0.35, 0.2, 0.15, 0.12, 0.1, 0.05, 0.01];
  it("never exceeds the target", () => {
    expect(tarAtFar(same, different, 0.1)).toBe(0.75); // at 0.6: one of ten different pairs
    expect(tarAtFar(same, different, 0.19)).toBe(0.75);
    expect(tarAtFar(same, different, 0.39)).toBe(0.75); // 0.3 lies below 0.35, the fourth
    expect(tarAtFar(same, different, 0.4)).toBe(1);
  });
  it("gives none of a group of equal scores where all would be too many", () => {
    expect(tarAtFar([0.5, 0.9], [0.5, 0.5, 0.1, 0], 0.25)).toBe(0.5);
  });
  it("has no value below one different pair", () => {
    expect(tarAtFar(same, different, 0.09)).toBeNull();
  });
});

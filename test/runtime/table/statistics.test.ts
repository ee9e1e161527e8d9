import { describe, expect, it } from "vitest";
import { deviation, mean, signFlip } from "../../../src/runtime/table/statistics.js";

describe("statistics", () => {
  it("means and sample deviations are those of hand", () => {
    expect(mean([90, 92, 97])).toBe(93);
    expect(deviation([90, 92, 97])).toBeCloseTo(Math.sqrt((9 + 1 + 16) / 2), 12);
    expect(deviation([5])).toBeNull();
  });
});

describe("sign flips", () => {
  it("count the patterns that lie as far from nothing", () => {
    expect(signFlip([1, 2, 3])).toEqual({ p: 2 / 8, least: 2 / 8 });
    // Sums of +-1 +-2 +-3 of size 4 or more: 6, 4, -4, -6.
    expect(signFlip([-1, 2, 3]).p).toBe(4 / 8);
    expect(signFlip([0, 0]).p).toBe(1);
    expect(signFlip([1, 1, 1, 1, 1, 1])).toEqual({ p: 2 / 64, least: 2 / 64 });
  });
  it("see ties through rounding", () => {
    // 0.1 + 0.2 - 0.3 is not 0 in binary: both ways round count as the same size.
    expect(signFlip([0.1, 0.2, -0.3]).p).toBe(1);
  });
  it("are drawn where they are too many to try, near the exact share", () => {
    const differences = Array.from({ length: 20 }, (_, i) => (i % 4 === 0 ? -1 : 1));
    // 15 against 5 of 20: two-sided binomial tail.
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k);
    const exact = (2 * [0, 1, 2, 3, 4, 5].reduce((sum, k) => sum + choose(20, k), 0)) / 2 ** 20;
    expect(signFlip(differences).p).toBeCloseTo(exact, 2);
  });
});

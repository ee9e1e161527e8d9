import { describe, expect, it } from "vitest";
import type { Initial } from "../../../src/runtime/describe.js";
import type { Variable } from "../../../src/runtime/step/step.js";
import { initialValues } from "../../../src/runtime/train/initial.js";

const variable = (name: string, initial: Initial, shape: readonly number[] = [200, 100]): Variable => ({
  name,
  shape,
  kind: "weight",
  initial,
  group: "weight",
  value: 0,
  at: null,
});

function moments(initial: Initial, seed = 1): { mean: number; deviation: number; largest: number } {
  const values = [...(initialValues([variable("w", initial)], seed).get("w") ?? [])];
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance), largest: Math.max(...values.map(Math.abs)) };
}

describe("initial values", () => {
  it("have the spread that He et al. and Glorot and Bengio state", () => {
    // 20,000 draws: the deviation is known to about 1 %.
    expect(moments({ kind: "he", fanIn: 50 }).deviation).toBeCloseTo(Math.sqrt(2 / 50), 2);
    const xavier = moments({ kind: "xavier", fanIn: 50, fanOut: 70 });
    expect(xavier.largest).toBeLessThanOrEqual(Math.sqrt(6 / 120));
    expect(xavier.deviation).toBeCloseTo(Math.sqrt(2 / 120), 2);
    const normal = moments({ kind: "normal", mean: 3, deviation: 0.5 });
    expect(normal.mean).toBeCloseTo(3, 1);
    expect(normal.deviation).toBeCloseTo(0.5, 1);
    expect(moments({ kind: "constant", value: 0.25 })).toEqual({ mean: 0.25, deviation: 0, largest: 0.25 });
  });

  it("depend on seed and name, not on the other variables", () => {
    const he: Initial = { kind: "he", fanIn: 9 };
    const alone = initialValues([variable("b", he, [5])], 3).get("b");
    expect(initialValues([variable("a", he, [7]), variable("b", he, [5])], 3).get("b")).toEqual(alone);
    expect(initialValues([variable("b", he, [5])], 4).get("b")).not.toEqual(alone);
    expect(initialValues([variable("c", he, [5])], 3).get("c")).not.toEqual(alone);
  });
});

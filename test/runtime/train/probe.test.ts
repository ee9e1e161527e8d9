import { describe, expect, it } from "vitest";
import { type Nested, type ProbeValues, probe } from "../../../src/runtime/probe.js";
import { plain, scaled } from "../experiment.js";

const values: ProbeValues = {
  x: [
    [0.5, -1],
    [2, 0.25],
    [-0.75, 1.5],
  ],
  W: [
    [0.1, -0.4, 0.3, 0],
    [0.7, 0.2, -0.6, 1],
  ],
  b: [0, 0.1, -0.2, 0.05],
  y: [2, 0, 3],
  learned: { s: 1.5 },
};

function flat(nested: Nested | undefined): number[] {
  return typeof nested === "number" ? [nested] : (nested ?? []).flatMap(flat);
}

describe("a probe of a loss", () => {
  it("begins with the initial value of a state that is not given, also where it is called like a method of objects", async () => {
    const named = { ...plain, states: { constructor: { axes: [], initial: 1 } } };
    const { compiled } = await probe(named, { ...values, states: {} }, { backend: "cpu" });
    expect(compiled).toEqual((await probe(plain, values, { backend: "cpu" })).compiled);
  });
});

describe.each(["cpu", "wasm"] as const)("a probe on %s", (backend) => {
  it("gives the loss of hand, with W as its file has it", async () => {
    const { compiled } = await probe(plain, values, { backend });
    const z = values.x.map((row) => (values.b ?? []).map((b, c) => row.reduce((sum, v, f) => sum + v * (values.W?.[f]?.[c] ?? 0), b)));
    const expected = z.map((row, i) => Math.log(row.reduce((sum, v) => sum + Math.exp(v), 0)) - (row[values.y[i] ?? 0] ?? 0));
    for (const [i, value] of compiled.per_sample.entries()) expect(value).toBeCloseTo(expected[i] ?? 0, 5);
    expect(compiled.loss).toBeCloseTo(expected.reduce((a, b) => a + b, 0) / 3, 5);
    expect(compiled.weights).toBeNull();
    expect(Object.keys(compiled.gradients).sort()).toEqual(["W", "b", "x"]);
    expect([(compiled.gradients.W as readonly Nested[]).length, flat(compiled.gradients.W).length]).toEqual([2, 8]);
  });

  it("has the same gradients by the stated gradient and by transposing the value", async () => {
    for (const loss of [plain, scaled]) {
      const { compiled, transposed } = await probe(loss, values, { backend });
      expect(Object.keys(transposed).sort()).toEqual(Object.keys(compiled.gradients).sort());
      for (const [name, gradient] of Object.entries(compiled.gradients)) {
        const other = flat(transposed[name]);
        for (const [i, value] of flat(gradient).entries()) expect(value, `${loss.name} by ${name}`).toBeCloseTo(other[i] ?? Number.NaN, 5);
      }
    }
  });
});

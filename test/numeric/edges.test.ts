/** Points where formulas as they are written fail: compiled losses and their gradients stay finite there. */
import { describe, expect, it } from "vitest";
import { parameter } from "../../src/compiler/formula/build.js";
import { type Bindings, evaluateAll } from "../../src/compiler/formula/evaluate.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { differentiate, gradientFacts } from "../../src/compiler/formula/gradient.js";
import { improve } from "../../src/compiler/formula/improve.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import { along, arcface, array, at, b, cosface, crossEntropy, fn, focalWeight, op, p, W, x } from "./formulas.js";

const sizes = new Map([
  ["sample", 2],
  ["class", 3],
  ["feature", 2],
]);

function rows(axis: string, values: readonly (readonly number[])[]): NamedArray {
  return array([axis, "feature"], [values.length, 2], values.flat());
}

const points: Readonly<Record<string, Bindings>> = {
  "theta 0 and pi at the label": {
    x: rows("sample", [
      [1, 0],
      [-2, 0],
    ]),
    W: rows("class", [
      [3, 0],
      [1, 1],
      [0, 2],
    ]),
    b: array(["class"], [3], [0, 0, 0]),
    y: array(["sample"], [2], [0, 0]),
  },
  "p of 0 and of 1, logits of 1e4": {
    x: rows("sample", [
      [100, 0],
      [100, 0],
    ]),
    W: rows("class", [
      [100, 0],
      [-100, 0],
      [0, 1],
    ]),
    b: array(["class"], [3], [0, 0, 0]),
    y: array(["sample"], [2], [0, 1]),
  },
  "zero vectors": {
    x: rows("sample", [
      [0, 0],
      [1, 2],
    ]),
    W: rows("class", [
      [0, 0],
      [0, 0],
      [1, 1],
    ]),
    b: array(["class"], [3], [0, 0, 0]),
    y: array(["sample"], [2], [0, 2]),
  },
};

const half = op("divide", op("add", 1, fn("cosine", x, at(W))), 2);
const losses: Readonly<Record<string, Expr>> = {
  softmax: crossEntropy,
  "softmax by its log": op("negate", op("log", at(p))),
  "focal 0.5": op("multiply", focalWeight(0.5), crossEntropy),
  "focal 0": op("multiply", focalWeight(0), crossEntropy),
  "focal 1": op("multiply", focalWeight(1), crossEntropy),
  "focal 2": op("multiply", focalWeight(2), op("negate", op("log", at(p)))),
  csoftmax: op("multiply", half, crossEntropy),
  cosface: cosface(64, 0.35),
  arcface: arcface(64, 0.5),
  "arcface without a turn": fn("cross_entropy", op("multiply", 64, op("cos", op("add", fn("angle", x, W), parameter("m", 0.5))))),
  angles: op("add", crossEntropy, at(fn("angle", x, W))),
  "sine of the angle": op("add", crossEntropy, op("sin", at(fn("angle", x, W)))),
  ring: op("add", crossEntropy, op("power", op("subtract", fn("norm", x), 1), 2)),
  distance: op("add", crossEntropy, op("sqrt", fn("squared_distance", x, at(W)))),
};

function compiled(perSample: Expr): readonly Expr[] {
  const stable = improve([perSample]).roots;
  const gradients = differentiate(stable[0] ?? perSample, [x, W, b]).filter((each) => each !== null);
  return improve([...stable, ...gradients], { differentiated: true }).roots;
}

describe("compiled losses are finite", () => {
  for (const [name, loss] of Object.entries(losses)) {
    const roots = compiled(loss);
    for (const [where, bindings] of Object.entries(points)) {
      it(`${name} at ${where}`, () => {
        expect(roots.length).toBeGreaterThan(2);
        for (const value of evaluateAll(roots, bindings, sizes)) {
          // Float32 holds no more than 3.4e38, and its squares are summed for the norm of the gradient.
          expect(value.data.every((v) => Math.abs(v) < 1e15)).toBe(true);
        }
      });
    }
  }

  it("because the rules make them so: as written, some are not", () => {
    const failing = ["softmax by its log", "focal 0.5", "angles"].filter((name) => {
      const loss = losses[name] ?? crossEntropy;
      const roots = [loss, ...differentiate(loss, [x, W]).filter((each) => each !== null)];
      return Object.values(points).some((bindings) =>
        evaluateAll(roots, bindings, sizes).some((value) => !value.data.every(Number.isFinite)),
      );
    });
    expect(failing).toEqual(["softmax by its log", "focal 0.5", "angles"]);
  });

  it("a zero vector has cosine 0 with every other", () => {
    const [value] = evaluateAll(compiled(fn("cosine", x, at(W))), points["zero vectors"] ?? {}, sizes);
    expect(value?.data[0]).toBe(0);
  });
});

describe("where no gradient comes through", () => {
  it("is said at the operation that lets none through", () => {
    const above = op("greater", along("sum", "feature", x), 0);
    const counted = op("select", above, 1, 0);
    expect(differentiate(counted, [x])).toEqual([null]);
    expect(gradientFacts(counted, [x])).toEqual([{ at: above, why: "comparison" }]);
    const stepped = op("floor", along("sum", "feature", x));
    expect(gradientFacts(stepped, [x])).toEqual([{ at: stepped, why: "step" }]);
    const stopped = fn("stop", fn("norm", x));
    expect(gradientFacts(stopped, [x])).toEqual([{ at: stopped, why: "stopped" }]);
  });

  it("is silent where one does", () => {
    const above = op("greater", along("sum", "feature", x), 0);
    expect(gradientFacts(op("select", above, fn("norm", x), 0), [x])).toEqual([]);
    expect(differentiate(crossEntropy, [fn("norm", W)])).toEqual([null]);
  });

  it("the gradient of a value that is the same for every sample is not divided by N", () => {
    const [gradient] = differentiate(along("sum", "class", b), [b]);
    const [value] = evaluateAll(gradient === null || gradient === undefined ? [] : [gradient], points["zero vectors"] ?? {}, sizes);
    expect([...(value?.data ?? [])]).toEqual([1, 1, 1]);
  });
});

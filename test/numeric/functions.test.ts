/** The language's built-in functions: what they are made of, and what they say of arguments that do not fit. */
import { describe, expect, it } from "vitest";
import { isFault, number } from "../../src/compiler/formula/build.js";
import { evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { functions, type Over } from "../../src/compiler/formula/functions.js";
import { print } from "../../src/compiler/formula/print.js";
import { array, fn, named, op, over, p, target, W, x, y, z } from "./formulas.js";

const sample = { axes: ["sample"], by: null } as const;
const byClass = { axes: ["sample"], by: "class" } as const;
const w = named("w", ["sample"]);

function faultOf(name: string, args: readonly Expr[], after: Over | null = null): { argument: number; expected: string; given: string } {
  const result = functions[name]?.expand(args, after, null);
  if (result === undefined || !isFault(result)) throw new Error(`${name} takes these arguments`);
  return result;
}

describe("built-in functions", () => {
  it("mean what the language says", () => {
    expect(print(fn("cross_entropy", z))).toBe("logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]");
    expect(print(fn("cosine", x, W))).toBe("dot(x / max(norm(x), 1e-8), W / max(norm(W), 1e-8))");
    expect(print(fn("clamp", w, 0, 1))).toBe("min(max(w, 0), 1)");
    expect(print(fn("max", 0, w, 3))).toBe("max(max(0, w), 3)");
    expect(print(over("max", { axes: ["class"], by: null }, p))).toBe("max(softmax(dot(x, W) + b) over class)");
    expect(print(over("min", { axes: ["class"], by: null }, p))).toBe("-max(-softmax(dot(x, W) + b) over class)");
    expect(print(over("mean", sample, w))).toBe("sum(w over sample) / N");
    expect(print(over("mean", { axes: ["feature"], by: null }, x))).toBe("sum(x over feature) / feature count");
    expect(print(over("sum", byClass, w))).toBe("sum(w over sample by class)");
    expect(print(over("count", byClass))).toBe("count(over sample by class)");
    expect(print(over("count", sample, op("less", w, 0)))).toBe("sum(if w < 0 then 1 else 0 over sample)");
    expect(print(fn("value", w, fn("abs", w)))).toBe("value(w, gradient = abs(w))");
    expect(print(fn("squared_distance", x, op("pick", W, y)))).toBe("sum((x - W[y]) * (x - W[y]) over feature)");
  });

  it("take what does not vary along an axis as it is", () => {
    expect(print(over("mean", sample, number(3)))).toBe("3");
    expect(print(over("sum", sample, number(3)))).toBe("3 * N");
    expect(print(over("max", sample, number(3)))).toBe("3");
  });

  it("squared distances between all samples and classes equal those taken one by one", () => {
    const sizes = new Map([
      ["sample", 2],
      ["class", 3],
      ["feature", 2],
    ]);
    const bindings = { x: array(["sample", "feature"], [2, 2], [1, 2, 3, 5]), W: array(["class", "feature"], [3, 2], [0, 0, 1, 2, -1, 4]) };
    expect([...evaluate(fn("squared_distance", x, W), bindings, sizes).data]).toEqual([5, 0, 8, 34, 13, 17]);
  });

  it("say which argument does not fit, what is expected and what stands there", () => {
    expect(faultOf("cosine", [x, w])).toEqual({ argument: 1, expected: "numbers, one per feature", given: "one number per sample" });
    expect(faultOf("cross_entropy", [w])).toEqual({ argument: 0, expected: "numbers, one per class", given: "one number per sample" });
    expect(faultOf("exp", [y])).toEqual({ argument: 0, expected: "a number", given: "a label" });
    expect(faultOf("exp", [])).toEqual({ argument: 0, expected: "a number", given: "nothing" });
    expect(faultOf("exp", [target])).toEqual({ argument: 0, expected: "a number", given: "one condition per sample and class" });
    expect(faultOf("sum", [w])).toEqual({ argument: -1, expected: "an axis after `over`", given: "nothing" });
    expect(faultOf("sum", [w], { axes: ["feature"], by: null })).toEqual({
      argument: 0,
      expected: "numbers, one per feature",
      given: "one number per sample",
    });
    expect(faultOf("sum", [p], byClass)).toEqual({
      argument: 0,
      expected: "numbers, one per sample and not per class",
      given: "one number per sample and class",
    });
    expect(faultOf("sum", [w], { axes: ["sample"], by: "feature" })).toEqual({ argument: -1, expected: "by class", given: "by feature" });
    expect(faultOf("max", [w])).toEqual({ argument: -1, expected: "an axis after `over`", given: "nothing" });
    expect(faultOf("count", [w], sample)).toEqual({ argument: 0, expected: "a condition", given: "one number per sample" });
  });

  it("are described, each with its parameters, and no name of Object is among them", () => {
    for (const [name, each] of Object.entries(functions)) {
      expect(each.name).toBe(name);
      expect(each.doc.length).toBeGreaterThan(10);
      for (const parameter of each.parameters) expect(parameter.doc).not.toBe("");
    }
    expect(functions.toString).toBeUndefined();
    expect(functions.constructor).toBeUndefined();
  });
});

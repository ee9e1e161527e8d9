/** Formulas that nobody wrote: derived gradients equal differences, improved forms equal plain ones, nothing throws. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isFault, isHostScalar, parameter } from "../../src/compiler/formula/build.js";
import { type Bindings, evaluate, evaluateAll } from "../../src/compiler/formula/evaluate.js";
import type { Axis, Expr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { improve } from "../../src/compiler/formula/improve.js";
import { print } from "../../src/compiler/formula/print.js";
import { share } from "../../src/compiler/formula/share.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import type { LossInputs } from "../../src/runtime/experiment.js";
import { lossStep } from "../../src/runtime/step/build.js";
import { evaluateStep } from "../runtime/reference.js";
import { along, apply, array, at, b, draws, fn, op, randomArray, target, W, x, z } from "./formulas.js";
import { recordFormula } from "./recording.js";

const sizes = new Map<Axis, number>([
  ["sample", 3],
  ["class", 4],
  ["feature", 2],
]);
const inputs = [x, W, b];

/** One step of building: from the expressions so far to one more; null where it does not fit. */
type Grow = (first: Expr, second: Expr, third: Expr) => Expr | null;

function fitting(name: Parameters<typeof apply>[0], args: readonly Expr[], axis: Axis | null = null): Expr | null {
  const made = apply(name, args, axis);
  return isFault(made) ? null : made;
}

function isPerClass(v: Expr): boolean {
  return v.type.axes.includes("feature") && !v.type.axes.includes("sample");
}

/** Bounded or smooth, so that differences can be trusted: no e^e^v, no poles. */
const growth: readonly Grow[] = [
  (u, v) => fitting("add", [u, v]),
  (u, v) => fitting("subtract", [u, v]),
  (u, v) => fitting("multiply", [op("sin", u), v]),
  (u, v) => op("divide", u, op("add", 2, op("cos", v))),
  (u) => op("negate", u),
  (u) => op("sin", u),
  (u) => op("cos", u),
  (u) => op("softplus", u),
  (u) => op("exp", op("sin", u)),
  (u) => op("log", op("add", 1, op("exp", u))),
  (u) => op("log", op("add", 1, op("softplus", u))),
  (u) => op("power", op("sin", u), 2),
  (u) => op("power", op("add", 1, op("multiply", u, u)), parameter("gamma", 0.7)),
  (u) => op("multiply", parameter("s", 1.5), u),
  (u, v) => fitting("maximum", [u, v]),
  (u, v, w) => fitting("select", [op("less", u, 0.3), v, w]),
  (u, v) => fitting("select", [target, u, v]),
  (u) => (u.type.axes.includes("class") ? at(u) : null),
  (u) => (u.type.axes.includes("class") ? at(fn("softmax", u)) : null),
  (u) => (u.type.axes.includes("class") ? op("subtract", 1, at(fn("softmax", u))) : null),
  (u) => fitting("logSumExp", [u], "class"),
  (u) => fitting("softmax", [u], "class"),
  (u) => fitting("sum", [u], "class"),
  (u) => fitting("sum", [u], "sample"),
  (u, v) => fitting("dot", [u, v], "feature"),
  (u, v) => fitting("dot", [u, v], "class"),
  (u, v) => (u.type.axes.includes("feature") && v.type.axes.includes("feature") ? fn("cosine", u, v) : null),
  (u) => (u.type.axes.includes("feature") ? op("log", op("add", 1, fn("norm", u))) : null),
  // Of vectors that cannot be parallel: at angles 0 and pi the plain form has no gradient to compare with.
  (v) => (isPerClass(v) ? op("cos", op("add", fn("angle", x, v), parameter("m", 0.5))) : null),
  (v) => (isPerClass(v) ? op("select", op("less", fn("angle", x, v), 1.5), 1, fn("cosine", x, v)) : null),
  (u) => fn("stop", u),
  (u, v) => fitting("withGradient", [u, v]),
];

const choice = fc.tuple(fc.nat(growth.length - 1), fc.nat(1000), fc.nat(1000), fc.nat(1000));

/** One number a sample, from a list of choices. */
function formula(choices: readonly (readonly [number, number, number, number])[]): Expr {
  const pool: Expr[] = [x, W, b, z, fn("cosine", x, W)];
  for (const [which, i, j, k] of choices) {
    const pick = (n: number): Expr => pool[pool.length - 1 - (n % Math.min(pool.length, 6))] ?? x;
    const grown = growth[which]?.(pick(i), pick(j), pick(k)) ?? null;
    if (grown !== null) pool.push(grown);
  }
  const last = pool[pool.length - 1] ?? x;
  const rest = last.type.axes.filter((axis) => axis !== "sample");
  return rest.reduce<Expr>((v, axis) => along("sum", axis, op("divide", v, 2)), last);
}

function bindingsFor(seed: number): Record<string, NamedArray> {
  const draw = draws(seed);
  const made: Record<string, NamedArray> = { y: array(["sample"], [3], [2, 0, 3]) };
  for (const input of inputs) made[input.name] = randomArray(input.type.axes, sizes, draw);
  return made;
}

function close(found: NamedArray, expected: NamedArray, tolerance: number, message: () => string): void {
  expect(found.axes, message()).toEqual(expected.axes);
  const scale = Math.max(1, ...expected.data.map(Math.abs));
  for (const [i, value] of expected.data.entries()) {
    if (!(Math.abs((found.data[i] ?? Number.NaN) - value) <= tolerance * scale))
      expect.fail(`${message()}: ${found.data[i]} is not ${value}`);
  }
}

function improved(perSample: Expr): { readonly value: Expr; readonly gradients: readonly (Expr | null)[] } {
  const [stable = perSample] = improve([perSample]).roots;
  const gradients = differentiate(stable, inputs);
  const [value = stable, ...rest] = improve([stable, ...gradients.filter((each) => each !== null)], { differentiated: true }).roots;
  let next = 0;
  return { value, gradients: gradients.map((each) => (each === null ? null : (rest[next++] ?? null))) };
}

function differences(expr: Expr, name: string, bindings: Readonly<Record<string, NamedArray>>, h: number): NamedArray {
  const start = bindings[name] ?? array([], [], []);
  const mean = (i: number, by: number): number => {
    const data = start.data.slice();
    data[i] = (data[i] ?? 0) + by;
    const value = evaluate(expr, { ...bindings, [name]: { ...start, data } }, sizes);
    return value.data.reduce((sum, each) => sum + each / value.data.length, 0);
  };
  return { ...start, data: start.data.map((_, i) => (mean(i, h) - mean(i, -h)) / (2 * h)) };
}

/** The gradients of the batch mean by x, W and b, from the kernels that `perSample` becomes. */
function transposed(perSample: Expr, bindings: Readonly<Record<string, NamedArray>>): ReadonlyMap<string, Float64Array> {
  const nothing = { name: "random", formula: "", at: { file: "random.face", line: 1 }, gradient: () => ({}) };
  const value = (given: LossInputs) => {
    const recorded = recordFormula(perSample, (name) => Reflect.get(given, name));
    if (typeof recorded === "number") throw new Error("no value of the step");
    return { perSample: recorded };
  };
  const step = lossStep({ ...nothing, uses: ["x", "y", "W", "b"], value }, { N: 3, C: 4, features: 2 }, { derive: true });
  const named = [...step.variables, { name: "labels" }].map(({ name }) => name);
  const given = named.map((name) => [name, bindings[name === "labels" ? "y" : name.replace("loss/", "")]?.data ?? new Float64Array()]);
  const values = evaluateStep(step, Object.fromEntries(given));
  return new Map(inputs.map(({ name }) => [name, values[step.outputs[`gradient/${name}`] ?? -1]?.data ?? new Float64Array()]));
}

const settings = { seed: 20260401, numRuns: 150 };
const choices = fc.array(choice, { minLength: 1, maxLength: 9 });

describe("random formulas", () => {
  it("have the same value and gradients when they are improved", () => {
    fc.assert(
      fc.property(choices, fc.nat(1000), (list, seed) => {
        const plain = formula(list);
        const bindings: Bindings = bindingsFor(seed);
        const better = improved(plain);
        close(evaluate(better.value, bindings, sizes), evaluate(plain, bindings, sizes), 1e-8, () => print(plain));
        const derived = differentiate(plain, inputs);
        for (const [i, gradient] of derived.entries()) {
          const found = better.gradients[i] ?? null;
          if (gradient === null || found === null) continue;
          close(
            evaluate(found, bindings, sizes),
            evaluate(gradient, bindings, sizes),
            1e-7,
            () => `gradient by ${inputs[i]?.name} of ${print(plain)}`,
          );
        }
      }),
      settings,
    );
  });

  it("are recorded with their gradients: those that come of transposing the kernels of the improved value", () => {
    let compared = 0;
    fc.assert(
      fc.property(choices, fc.nat(1000), (list, seed) => {
        const plain = formula(list);
        const [stable = plain] = improve([plain]).roots;
        if (isHostScalar(stable)) return;
        const bindings = bindingsFor(seed);
        const found = transposed(stable, bindings);
        for (const [i, gradient] of differentiate(plain, inputs).entries()) {
          const input = inputs[i];
          if (input === undefined) continue;
          const data = found.get(input.name);
          if (gradient === null) expect(data?.every((v) => v === 0) ?? true, print(plain)).toBe(true);
          else {
            const expected = evaluate(gradient, bindings, sizes);
            close({ ...expected, data: data ?? new Float64Array() }, expected, 1e-7, () => `gradient by ${input.name} of ${print(plain)}`);
            compared += 1;
          }
        }
      }),
      settings,
    );
    expect(compared).toBeGreaterThan(settings.numRuns);
  });

  it("have the gradients that differences give", () => {
    fc.assert(
      fc.property(choices, fc.nat(1000), (list, seed) => {
        const plain = formula(list);
        if (inOrder([plain]).some((each) => each.kind === "operation" && (each.op === "stop" || each.op === "withGradient"))) return;
        const bindings = bindingsFor(seed);
        for (const [i, gradient] of differentiate(plain, inputs).entries()) {
          const input = inputs[i];
          if (input === undefined || gradient === null) continue;
          const found = evaluate(gradient, bindings, sizes);
          // At a kink two steps of different size disagree: there is no derivative to compare with.
          const [coarse, fine] = [differences(plain, input.name, bindings, 1e-5), differences(plain, input.name, bindings, 5e-6)];
          if (coarse.data.some((v, k) => Math.abs(v - (fine.data[k] ?? 0)) > 1e-6 * Math.max(1, Math.abs(v)))) continue;
          close(found, fine, 1e-5, () => `gradient by ${input.name} of ${print(plain)}`);
        }
      }),
      settings,
    );
  });

  it("are shared in an order that can be computed, under names of their own", () => {
    fc.assert(
      fc.property(choices, (list) => {
        const { value, gradients } = improved(formula(list));
        const roots = [value, ...gradients.filter((each) => each !== null)];
        const { locals } = share(roots);
        expect(new Set(locals.map((local) => local.name)).size).toBe(locals.length);
        const seen = new Set<Expr>();
        const all = new Set(locals.map((local) => local.expr as Expr));
        for (const { expr } of locals) {
          for (const inner of inOrder([expr])) if (inner !== expr && all.has(inner)) expect(seen.has(inner)).toBe(true);
          seen.add(expr);
        }
      }),
      { ...settings, numRuns: 60 },
    );
  });
});

describe("deep formulas", () => {
  it("do not overflow the stack", () => {
    let deep: Expr = along("sum", "feature", x);
    for (let i = 0; i < 20_000; i++) deep = op("sin", deep);
    const [gradient] = differentiate(deep, [x]);
    expect(gradient).not.toBeNull();
    expect(evaluateAll([deep], bindingsFor(1), sizes)[0]?.axes).toEqual(["sample"]);
    expect(share([deep]).locals.length).toBeGreaterThan(100);
    expect(improve([deep]).roots.length).toBe(1);
  });

  it("let a stop out to where it ends", () => {
    let deep: Expr = fn("stop", along("sum", "feature", x));
    for (let i = 0; i < 5_000; i++) deep = op("sin", deep);
    const [outside] = improve([op("multiply", deep, along("sum", "feature", x))]).roots;
    const [stopped] = outside?.kind === "operation" ? outside.args : [];
    const marks = inOrder([stopped ?? x]).filter((each) => each.kind === "operation" && each.op === "stop");
    expect(marks).toEqual([stopped]);
  });
});

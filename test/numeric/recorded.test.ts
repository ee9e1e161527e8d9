/**
 * Losses as steps: kernels in float64 against the evaluator, and the stated gradient against the transposed value; all of the
 * library, with all of its weightings, and the ways to stop a gradient.
 */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { type Bindings, evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Axis, Expr, OperationExpr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { improve } from "../../src/compiler/formula/improve.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import { memoryHost, nodeHost } from "../../src/compiler/host.js";
import { differentiatedBy } from "../../src/compiler/plan/improve.js";
import type { LossPlan } from "../../src/compiler/plan/plan.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import type { Loss, LossInputs } from "../../src/runtime/experiment.js";
import { lossStep } from "../../src/runtime/step/build.js";
import { optimize } from "../../src/runtime/step/fuse.js";
import type { Value } from "../../src/runtime/step/record.js";
import type { Step } from "../../src/runtime/step/step.js";
import { outputOf } from "../runtime/reference.js";
import { array, distance, draws, randomArray } from "./formulas.js";
import { recordFormula } from "./recording.js";

const sizes = new Map<Axis, number>([
  ["sample", 4],
  ["class", 3],
  ["feature", 5],
]);

/** Weights that are the same number for every sample are in no program. */
function hasWeights(plan: LossPlan): plan is LossPlan & { readonly weights: Expr } {
  return plan.weights !== null && inOrder([plan.weights]).some((each) => each.kind === "input" && each.type.axes.length > 0);
}

/** The loss as a generated program states it. */
function lossOf(plan: LossPlan): Loss {
  const record = (expr: Expr, inputs: LossInputs): Value => {
    const result = recordFormula(expr, (name) => Reflect.get(inputs, name));
    if (typeof result === "number") throw new Error("a loss is no plain number");
    return result;
  };
  return {
    name: plan.name,
    formula: plan.formula,
    at: plan.at,
    uses: plan.uses,
    learned: Object.fromEntries(plan.learned.map(({ name, axes, sizes, initial }) => [name, { axes, sizes, initial }])),
    states: Object.fromEntries(plan.states.map(({ name, axes, initial }) => [name, { axes, initial }])),
    value: (inputs) => ({
      perSample: record(plan.perSample, inputs),
      ...(hasWeights(plan) ? { weights: record(plan.weights, inputs) } : {}),
    }),
    gradient: (inputs) => Object.fromEntries(plan.gradients.map(({ of, value }) => [of, record(value, inputs)])),
  };
}

function operationsOf(roots: readonly Expr[]): readonly OperationExpr[] {
  return inOrder(roots).filter((expr) => expr.kind === "operation");
}

function nameOf(expr: Expr | undefined): string {
  return expr?.kind === "input" ? expr.name : "";
}

function zeros(axes: readonly Axis[]): NamedArray {
  const shape = axes.map((axis) => sizes.get(axis) ?? 0);
  return { axes, shape, data: new Float64Array(shape.reduce((a, b) => a * b, 1)) };
}

function bindingsOf(plan: LossPlan, seed: number): Record<string, NamedArray> {
  const draw = draws(seed);
  const made: Record<string, NamedArray> = { y: array(["sample"], [4], [2, 0, 2, 1]) };
  for (const input of [...differentiatedBy(plan), ...plan.states])
    made[input.name] = randomArray("type" in input ? input.type.axes : input.axes, sizes, draw);
  return made;
}

function givenTo(step: Step, bindings: Readonly<Record<string, NamedArray>>): Record<string, Float64Array> {
  const data = (name: string): Float64Array => bindings[name.replace("loss/", "")]?.data ?? new Float64Array();
  return Object.fromEntries([...step.variables.map(({ name }) => [name, data(name)] as const), ["labels", data("y")] as const]);
}

interface Planned {
  readonly plain: LossPlan;
  readonly improved: LossPlan;
  readonly by: readonly Expr[];
  /** Gradients of the formula as it is written. */
  readonly derived: readonly (Expr | null)[];
}

/** Differentiates at once: the next compilation forgets the expressions of this one. */
function lossesOf(result: ReturnType<typeof compile>): readonly Planned[] {
  expect(result.diagnostics.filter((each) => each.severity === "error")).toEqual([]);
  return (result.value.plan?.losses ?? []).map((plain, i) => {
    const improved = result.value.improved?.losses[i];
    if (improved === undefined) throw new Error(`${plain.name} was not improved`);
    const by = differentiatedBy(plain);
    return { plain, improved, by, derived: differentiate(plain.perSample, by) };
  });
}

const library = lossesOf(compile(nodeHost(), "std.losses"));
const weightings = ["uniform", "focal(2)", "focal(0.5)", "focal_stopped(2)", "focal_stopped(0.5)"];
const centred = ["half_cosine", "relu_cosine", "exp_cosine"].map((name) => `${name}(W[y])`);
const products = [...weightings, ...centred, ...[...weightings, ...centred].map((each) => `normalised(${each})`)].flatMap((each) => [
  each,
  `stopped(${each})`,
]);

/** Where gradients end or turn: inside, around, beside; with other axes than what they stand for. */
const marked: Readonly<Record<string, string>> = {
  by_x_alone: "cross_entropy(dot(x, stop(W)) + b)",
  margin_of_the_batch: "cross_entropy(10 * (if target then c - stop(mean(c[y] over sample)) else c)) where c = cosine(x, W)",
  stopped_shares: "log(1 + stop(p[y])) + stop(1 - p[y]) * cross_entropy(z) where z = dot(x, W) + b, p = softmax(z)",
  stopped_twice: "stop(stop(norm(x)) * sum(b over class)) * cross_entropy(dot(x, W) + b)",
  stopped_limit: "norm(x) * (if stop(norm(x)) < 1 then 2 else cross_entropy(dot(x, W) + b))",
  straight: "cross_entropy(value(floor(4 * z), gradient = 4 * z)) where z = dot(x, W) + b",
  straight_number: "norm(x) * value(1, gradient = norm(x))",
  straight_per_class: "cross_entropy(value(norm(x), gradient = dot(x, W)) * dot(x, W) + b)",
  straight_to_nothing: "norm(x) * value(norm(x), gradient = stop(norm(x)))",
  straight_in_a_stop: "norm(x) + stop(value(norm(x), gradient = sum(b over class)))",
};
const text = [
  "use std.losses { softmax, cosface, arcface_straight }",
  "use std.weightings { uniform, focal, focal_stopped, half_cosine, relu_cosine, exp_cosine, stopped, normalised }",
  ...products.map((each, i) => `loss weighted${i} = ${each} * ${i % 3 === 0 ? "cosface(4, 0.2)" : "softmax"}`),
  "loss straight_weighted = stopped(half_cosine(W[y])) * arcface_straight(4, 0.5)",
  ...Object.entries(marked).map(([name, formula]) => `loss ${name} = ${formula}`),
];
const names = text.flatMap((line) => line.match(/^loss (\w+)/)?.[1] ?? []);
const written = lossesOf(compile(memoryHost({ "marks.face": `${text.join("\n")}\n` }), "marks.face")).filter(({ plain }) =>
  names.includes(plain.name),
);

describe("recorded losses", () => {
  it("are all of the library, and those written here", () => {
    const source = nodeHost().standard("std.losses") ?? "";
    expect(library.length).toBe(source.match(/^loss /gm)?.length);
    expect(written.map(({ plain }) => plain.name).sort()).toEqual([...names].sort());
    expect(names.length).toBe(products.length + Object.keys(marked).length + 1);
  });
  for (const [i, { plain, improved, by, derived }] of [...library, ...written].entries()) {
    const name = library.some((each) => each.improved === improved) ? improved.name : improved.formula;
    const loss = lossOf(improved);
    const shape = { N: 4, C: 3, features: 5 };
    const bindings: Bindings & Record<string, NamedArray> = bindingsOf(improved, i + 1);
    const expectOutput = (step: Step, output: string, expected: NamedArray): void => {
      const found = array(expected.axes, expected.shape, outputOf(step, output, givenTo(step, bindings)));
      expect(distance(found, expected), output).toBeLessThan(1e-9);
    };
    const wanted = derived.map((gradient, k) => {
      return gradient === null ? zeros(by[k]?.type.axes ?? []) : evaluate(gradient, bindings, sizes);
    });

    it(`${name}: value, weights and gradients are those of the formula as written`, () => {
      const step = lossStep(loss, shape);
      expectOutput(step, "perSample", evaluate(plain.perSample, bindings, sizes));
      if (hasWeights(improved)) expectOutput(step, "weights", evaluate(plain.weights ?? improved.weights, bindings, sizes));
      for (const [k, gradient] of wanted.entries()) expectOutput(step, `gradient/${nameOf(by[k])}`, gradient);
    });

    it(`${name}: the transposed value has the same gradients`, () => {
      const step = lossStep(loss, shape, { derive: true });
      for (const [k, gradient] of wanted.entries()) expectOutput(step, `gradient/${nameOf(by[k])}`, gradient);
    });

    it(`${name}: what says its gradient costs nothing`, () => {
      const [perSample = improved.perSample, weights] = improve(
        [improved.perSample, ...(improved.weights === null ? [] : [improved.weights])],
        { differentiated: true },
      ).roots;
      const bare = lossOf({ ...improved, perSample, weights: weights ?? null });
      const [found, wanted] = [loss, bare].map((each) =>
        optimize(lossStep(each, shape))
          .nodes.map((node) => node.kernel)
          .sort(),
      );
      expect(found).toEqual(wanted);
    });

    it(`${name}: its gradients have no mark left`, () => {
      for (const { op } of operationsOf(improved.gradients.map((each) => each.value))) expect(["stop", "withGradient"]).not.toContain(op);
    });
  }
});

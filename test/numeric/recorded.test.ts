/** The losses of the library as steps: kernels in float64 against the evaluator, and the stated gradient against the transposed value. */
import { describe, expect, it } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { type Bindings, evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Axis, Expr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import { nodeHost } from "../../src/compiler/host.js";
import { differentiatedBy } from "../../src/compiler/plan/improve.js";
import type { LossPlan } from "../../src/compiler/plan/plan.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import type { Loss, LossInputs } from "../../src/runtime/experiment.js";
import { lossStep } from "../../src/runtime/step/build.js";
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
    value: (inputs) => ({ perSample: record(plan.perSample, inputs) }),
    gradient: (inputs) => Object.fromEntries(plan.gradients.map(({ of, value }) => [of, record(value, inputs)])),
  };
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

const { value } = compile(nodeHost(), "std.losses");
const plain = value.plan?.losses ?? [];
const improved = value.improved?.losses ?? [];

function isStopped(plan: LossPlan): boolean {
  return inOrder([plan.perSample]).some((each) => each.kind === "operation" && (each.op === "stop" || each.op === "withGradient"));
}

describe("losses of the library, recorded", () => {
  it("are there", () => {
    expect(improved.length).toBeGreaterThanOrEqual(13);
    expect(improved.length).toBe(plain.length);
  });
  for (const [i, plan] of improved.entries()) {
    const original = plain[i] ?? plan;
    const loss = lossOf(plan);
    const shape = { N: 4, C: 3, features: 5 };
    const bindings: Bindings & Record<string, NamedArray> = bindingsOf(plan, i + 1);
    const expectOutput = (step: Step, name: string, expected: NamedArray): void => {
      const found = array(expected.axes, expected.shape, outputOf(step, name, givenTo(step, bindings)));
      expect(distance(found, expected), name).toBeLessThan(1e-9);
    };
    const by = differentiatedBy(original);
    const derived = differentiate(original.perSample, by);

    it(`${plan.name}: value and gradients are those of the formula as written`, () => {
      const step = lossStep(loss, shape);
      expectOutput(step, "perSample", evaluate(original.perSample, bindings, sizes));
      for (const [k, gradient] of derived.entries()) {
        if (gradient !== null) expectOutput(step, `gradient/${by[k]?.name}`, evaluate(gradient, bindings, sizes));
      }
    });

    if (isStopped(original)) continue;
    it(`${plan.name}: the transposed value has the same gradients`, () => {
      const step = lossStep(loss, shape, { derive: true });
      for (const [k, gradient] of derived.entries()) {
        if (gradient !== null) expectOutput(step, `gradient/${by[k]?.name}`, evaluate(gradient, bindings, sizes));
      }
    });
  }
});

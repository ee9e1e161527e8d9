/** Records a loss: its inputs, its value as the batch loss, its gradients. */
import type { Initial } from "../describe.js";
import type { Loss, LossInputs } from "../experiment.js";
import { apply, constant, input } from "../kernels/pointwise.js";
import { sizeOf } from "../kernels/shapes.js";
import type { Axis } from "../ops/axes.js";
import type { Recording, Value } from "./record.js";
import { transpose } from "./transpose.js";

export interface RecordedLoss {
  readonly perSample: Value;
  readonly weights: Value | null;
  /** Mean over the batch. */
  readonly loss: Value;
  /** Of the batch loss, by x, W, b and everything learned; each shaped as what it belongs to. */
  readonly gradients: ReadonlyMap<string, Value>;
  /** What the gradients belong to: x, W, b and everything learned, as recorded. */
  readonly trained: ReadonlyMap<string, Value>;
}

/** Sizes that a loss meets: samples in the batch, classes, features of an embedding. */
export interface LossSizes {
  readonly N: number;
  readonly C: number;
  readonly features: number;
}

/** Name of the variable of something that a loss owns: "loss/W". */
export const lossVariable = (name: string): string => `loss/${name}`;

/**
 * Records `value`, then `gradient` or, with `derive`, the transposed value; then updates of states. `x` is {sample,
 * feature}, `y` the labels {sample}.
 */
export function recordLoss(recorder: Recording, loss: Loss, x: Value, y: Value, sizes: LossSizes, derive = false): RecordedLoss {
  recorder.declare("sample", sizes.N);
  recorder.declare("class", sizes.C);
  recorder.declare("feature", sizes.features);
  return recorder.within(`loss ${loss.name}`, loss.at, () => {
    const trained = new Map<string, Value>([["x", x]]);
    const own = recordOwn(recorder, loss, trained);
    const inputs = Object.assign(inputsOf(recorder, x, y, sizes, trained), Object.fromEntries(own));
    const value = loss.value(inputs);
    const mean = batchMean(recorder, value.perSample, sizes.N);
    const gradients = derive ? derived(recorder, mean, trained) : stated(recorder, loss.gradient(inputs), trained);
    const updates = loss.update?.(inputs) ?? {};
    for (const [name, next] of Object.entries(updates)) {
      const state = own.get(name);
      if (state === undefined) throw new Error(`The loss ${loss.name} has no state ${name}.`);
      recorder.update(lossVariable(name), fitted(recorder, next, state));
    }
    return { perSample: value.perSample, weights: value.weights ?? null, loss: mean, gradients, trained };
  });
}

/** W, b, what is learned (both added to `trained`) and states, as variables of the step. */
function recordOwn(recorder: Recording, loss: Loss, trained: Map<string, Value>): ReadonlyMap<string, Value> {
  const own = new Map<string, Value>();
  const at = loss.at;
  const made = (name: string, axes: readonly Axis[], rest: Omit<Parameters<Recording["variable"]>[0], "name" | "shape" | "at">): Value => {
    const shape = axes.map((axis) => recorder.size(axis));
    return recorder.variable({ name: lossVariable(name), shape, at, ...rest }, axes);
  };
  const classifier = (name: "W" | "b", axes: readonly Axis[], deviation: number): void => {
    if (!loss.uses.includes(name)) return;
    const initial = deviation === 0 ? ({ kind: "constant", value: 0 } as const) : ({ kind: "normal", mean: 0, deviation } as const);
    trained.set(name, made(name, axes, { kind: "weight", initial, group: "classifier" }));
  };
  classifier("W", ["class", "feature"], 0.01);
  classifier("b", ["class"], 0);
  for (const [name, { axes, sizes = {}, initial }] of Object.entries(loss.learned ?? {})) {
    for (const [axis, size] of Object.entries(sizes)) recorder.declare(axis, size);
    const value = made(name, axes, { kind: "learned", initial: withFans(initial, recorder), group: "learned" });
    own.set(name, value);
    trained.set(name, value);
  }
  for (const [name, { axes, initial }] of Object.entries(loss.states ?? {})) {
    own.set(name, made(name, axes, { kind: "state", initial: { kind: "constant", value: initial }, group: "learned" }));
  }
  return own;
}

/** A learned value's fans are the numbers of features and classes, which its declaration does not know: it has 0 for them. */
function withFans(initial: Initial, recorder: Recording): Initial {
  const [features, classes] = [recorder.size("feature"), recorder.size("class")];
  if (initial.kind === "he" && initial.fanIn === 0) return { kind: "he", fanIn: features };
  return initial.kind === "xavier" && initial.fanIn === 0 ? { kind: "xavier", fanIn: features, fanOut: classes } : initial;
}

/** What is not read is not made: a step is fed only what its loss uses. */
function inputsOf(recorder: Recording, x: Value, y: Value, { N, C }: LossSizes, trained: ReadonlyMap<string, Value>): LossInputs {
  const classifier = (name: string): Value => {
    const value = trained.get(name);
    if (value === undefined) throw new Error(`The loss reads ${name}, which its \`uses\` does not name.`);
    return value;
  };
  return {
    x,
    y,
    N,
    C,
    get W() {
      return classifier("W");
    },
    get b() {
      return classifier("b");
    },
    get epoch() {
      return recorder.feed("epoch", [], "float32", []);
    },
    get step() {
      return recorder.feed("step", [], "float32", []);
    },
    get progress() {
      return recorder.feed("progress", [], "float32", []);
    },
  };
}

/** A value without the axis sample is the same for every sample: its mean is itself. */
function batchMean(recorder: Recording, perSample: Value, count: number): Value {
  if (perSample.axes.some((axis) => axis !== "sample"))
    throw new Error(`A loss is one number a sample, not {${perSample.axes.join(", ")}}.`);
  if (perSample.axes.length === 0) return perSample;
  const [sum] = recorder.kernel("reduceSum", [perSample], { axes: [0] }, [[]]);
  if (sum === undefined) throw new Error("reduceSum has no output.");
  return recorder.pointwise(apply("divide", input(0), constant(count)), [sum]);
}

function stated(
  recorder: Recording,
  gradients: Readonly<Record<string, Value>>,
  trained: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  for (const [name, target] of trained) {
    const gradient = Object.hasOwn(gradients, name) ? gradients[name] : undefined;
    if (gradient !== undefined) found.set(name, fitted(recorder, gradient, target));
  }
  return found;
}

/** Zeros for what the loss does not depend on, as `gradient` states them. */
function derived(recorder: Recording, loss: Value, trained: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> {
  const one = recorder.constant(1);
  const gradients = transpose(recorder, [{ value: loss, gradient: one }], [...trained.values()]);
  const found = new Map<string, Value>();
  [...trained].forEach(([name, { shape, axes }], i) => {
    const gradient = gradients[i] ?? recorder.kernel("constant", [], { value: 0, shape }, [axes])[0];
    if (gradient !== undefined) found.set(name, gradient);
  });
  return found;
}

/** `value` with the axes of `target` in its order; what does not vary along an axis is repeated. */
export function fitted(recorder: Recording, value: Value, target: Value): Value {
  if (value.axes.join() === target.axes.join() && sizeOf(value.shape) === sizeOf(target.shape)) return value;
  if (value.axes.some((axis) => !target.axes.includes(axis))) {
    throw new Error(`A gradient with axes {${value.axes.join(", ")}} belongs to a value with {${target.axes.join(", ")}}.`);
  }
  return recorder.pointwise(input(1), [target, value]);
}

/** Batch norm: the mean, then the mean square about it, then one pass that applies them. */
import { at, numberOf, sizeOf } from "../shapes.js";
import { type Binding, entrywise, inputSlot, literal, outputSlot, type Plan, type Planner, shapeOf } from "./plan.js";
import { type Joined, type Reduction, reductionPlan, summed } from "./reduce.js";

/** A reduction over all but the last axis. */
function byChannel(shape: readonly number[], bindings: readonly Binding[], results: readonly Joined[]): Plan {
  const channels = at(shape, shape.length - 1);
  const reduction: Reduction = {
    kept: [{ size: channels, stride: 1 }],
    gone: [{ size: sizeOf(shape) / channels, stride: channels }],
    bindings,
    results,
  };
  return reductionPlan(reduction);
}

/** One plan after another. Each has its own scratch. */
function inTurn(...plans: readonly Plan[]): Plan {
  const scratch: number[] = [];
  const dispatches = plans.flatMap((plan) => {
    const start = scratch.length;
    scratch.push(...plan.scratch);
    return plan.dispatches.map((dispatch) => ({
      ...dispatch,
      bindings: dispatch.bindings.map((slot) => (slot.of === "scratch" ? { ...slot, index: slot.index + start } : slot)),
    }));
  });
  return { scratch, dispatches };
}

const inverse = (epsilon: number, channel: string): string => `(1.0f / sqrt(variance[${channel}] + ${literal(epsilon)}))`;

export const batchNorm: Planner = (inputs, attributes) => {
  const shape = shapeOf(inputs);
  const [channels, size] = [at(shape, shape.length - 1), sizeOf(shape)];
  const average = (sum: string): string => `${sum} * ${literal(channels / size)}`;
  const x: Binding = { slot: inputSlot(0), name: "x" };
  const mean: Binding = { slot: outputSlot(1), name: "mean" };
  const variance: Binding = { slot: outputSlot(2), name: "variance" };
  const applied = entrywise(
    [
      x,
      { slot: inputSlot(1), name: "scale" },
      { slot: inputSlot(2), name: "offset" },
      mean,
      variance,
      { slot: outputSlot(0), name: "y", written: true },
    ],
    size,
    `  let c = i % ${channels}u;
  y[i] = (x[i] - mean[c]) * (${inverse(numberOf(attributes, "epsilon"), "c")} * scale[c]) + offset[c];`,
  );
  return inTurn(
    byChannel(shape, [x], [summed("x[at]", outputSlot(1), average)]),
    byChannel(shape, [x, mean], [summed("(x[at] - mean[o]) * (x[at] - mean[o])", outputSlot(2), average)]),
    { scratch: [], dispatches: [applied] },
  );
};

export const batchNormGradient: Planner = (inputs, attributes) => {
  const shape = shapeOf(inputs);
  const [channels, size] = [at(shape, shape.length - 1), sizeOf(shape)];
  const epsilon = numberOf(attributes, "epsilon");
  const [dy, x, scale, mean, variance] = ["dy", "x", "scale", "mean", "variance"].map((name, i): Binding => ({ slot: inputSlot(i), name }));
  if (dy === undefined || x === undefined || scale === undefined || mean === undefined || variance === undefined)
    throw new Error("five operands");
  const dscale: Binding = { slot: outputSlot(1), name: "dscale" };
  const doffset: Binding = { slot: outputSlot(2), name: "doffset" };
  const share = literal(channels / size);
  const applied = entrywise(
    [dy, x, scale, mean, variance, dscale, doffset, { slot: outputSlot(0), name: "dx", written: true }],
    size,
    `  let c = i % ${channels}u;
  let inverse = ${inverse(epsilon, "c")};
  let normal = (x[i] - mean[c]) * inverse;
  dx[i] = scale[c] * inverse * (dy[i] - ${share} * (doffset[c] + normal * dscale[c]));`,
  );
  return inTurn(
    byChannel(
      shape,
      [dy, x, mean, variance],
      [summed("dy[at] * (x[at] - mean[o])", outputSlot(1), (sum) => `${sum} * ${inverse(epsilon, "o")}`), summed("dy[at]", outputSlot(2))],
    ),
    { scratch: [], dispatches: [applied] },
  );
};

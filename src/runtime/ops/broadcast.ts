import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { type Axis, canonical } from "./axes.js";
import { total } from "./calculus.js";
import { call, fault, take } from "./define.js";
import { entry, fill } from "./named.js";
import { recordKernel, reshaped, size } from "./recording.js";
import { theAxis } from "./reduce.js";

export const broadcastOperation: AxisOperation = {
  kind: "axis",
  name: "broadcast",
  doc: "v repeated along an axis that it lacks.",
  notation: call("broadcast"),
  signature: (args, axis) => {
    const [v] = args;
    if (v?.of !== "number" || axis === null || v.axes.includes(axis)) return fault(0, `numbers, not one per ${axis ?? "axis"}`, v);
    return { axes: canonical([...v.axes, axis]), of: "number" };
  },
  derivative: (k, dy, _args, _out, axis) => [total(k, dy, theAxis(axis))],
  evaluate: (args, axis, sizes) => fill([...take(args, 0).axes, theAxis(axis)], sizes, (place) => entry(take(args, 0), place)),
  record: (_recorder, args, axis) => broadcast(take(args, 0), theAxis(axis)),
};

/** `v` repeated along `axis`, which it lacks: the result has the axes of `v` and this one, in canonical order. */
export function broadcast(v: Value, axis: Axis): Value {
  const axes = canonical([...v.axes, axis]);
  const flat = axes.map((each) => (each === axis ? 1 : size(v, each)));
  const shape = axes.map((each) => (each === axis ? v.recorder.size(axis) : size(v, each)));
  return recordKernel(v.recorder, "broadcast", [reshaped(v, flat, axes)], { shape }, axes);
}

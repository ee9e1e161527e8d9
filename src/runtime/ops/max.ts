import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import type { Axis } from "./axes.js";
import { over, times, where } from "./calculus.js";
import { call, take } from "./define.js";
import { along, fill } from "./named.js";
import { recordReduce } from "./recording.js";
import { reduced, theAxis, without } from "./reduce.js";

export const maxOperation: AxisOperation = {
  kind: "axis",
  name: "max",
  doc: "Largest entry of v along an axis, which it removes; entries that tie share the gradient.",
  notation: call("max"),
  signature: (args, axis) => reduced(args, axis),
  derivative: (k, dy, args, out, axis) => {
    const largest = where(k, k.apply("equal", [take(args, 0), out]), k.number(1));
    return [times(k, over(k, dy, k.apply("sum", [largest], theAxis(axis))), largest)];
  },
  evaluate: (args, axis, sizes) => {
    const v = take(args, 0);
    return fill(without(v.axes, axis), sizes, (place) => Math.max(...along(v, theAxis(axis), sizes, place)));
  },
  record: (_recorder, args, axis) => recordReduce("reduceMax", take(args, 0), theAxis(axis)),
};

/** Largest entry of `v` along `axis`: the result has the other axes of `v`. */
export function max(v: Value, axis: Axis): Value {
  return recordReduce("reduceMax", v, axis);
}

import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import type { Axis } from "./axes.js";
import { call, take } from "./define.js";
import { along, fill } from "./named.js";
import { recordReduce } from "./recording.js";
import { reduced, theAxis, without } from "./reduce.js";

export const sumOperation: AxisOperation = {
  kind: "axis",
  name: "sum",
  doc: "Sum of v along an axis, which it removes.",
  notation: call("sum"),
  signature: (args, axis) => reduced(args, axis),
  derivative: (_k, dy) => [dy],
  evaluate: (args, axis, sizes) => {
    const v = take(args, 0);
    return fill(without(v.axes, axis), sizes, (place) => along(v, theAxis(axis), sizes, place).reduce((a, b) => a + b, 0));
  },
  record: (_recorder, args, axis) => recordReduce("reduceSum", take(args, 0), theAxis(axis)),
};

/** Sum of `v` along `axis`: the result has the other axes of `v`. */
export function sum(v: Value, axis: Axis): Value {
  return recordReduce("reduceSum", v, axis);
}

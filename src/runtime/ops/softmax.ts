import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import type { Axis } from "./axes.js";
import { minus, times } from "./calculus.js";
import { call, take } from "./define.js";
import { divide } from "./divide.js";
import { exp } from "./exp.js";
import { max } from "./max.js";
import { along, entry, fill } from "./named.js";
import { reduced, theAxis } from "./reduce.js";
import { subtract } from "./subtract.js";
import { sum } from "./sum.js";

export const softmaxOperation: AxisOperation = {
  kind: "axis",
  name: "softmax",
  doc: "e^v divided by its sum along an axis: shares that are positive and add up to 1.",
  notation: call("softmax"),
  signature: (args, axis) => reduced(args, axis, true),
  derivative: (k, dy, _args, out, axis) => {
    // p (dy - sum p dy): where dy does not vary along the axis nothing flows, and the difference is exactly that.
    const mean = k.apply("sum", [times(k, dy, out)], theAxis(axis));
    return [times(k, out, minus(k, dy, mean))];
  },
  evaluate: (args, axis, sizes) => {
    const v = take(args, 0);
    return fill(v.axes, sizes, (place) => {
      const entries = along(v, theAxis(axis), sizes, place);
      const largest = Math.max(...entries);
      return Math.exp(entry(v, place) - largest) / entries.reduce((total, each) => total + Math.exp(each - largest), 0);
    });
  },
  record: (_recorder, args, axis) => softmax(take(args, 0), theAxis(axis)),
};

/** e^v divided by its sum along `axis`, finite wherever `v` is: the result has the axes of `v`. */
export function softmax(v: Value, axis: Axis): Value {
  const shifted = exp(subtract(v, max(v, axis)));
  return divide(shifted, sum(shifted, axis));
}

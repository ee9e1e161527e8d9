import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import type { Axis } from "./axes.js";
import { over, times, tinyNorm } from "./calculus.js";
import { call, take } from "./define.js";
import { multiply } from "./multiply.js";
import { along, fill } from "./named.js";
import { reduced, theAxis, without } from "./reduce.js";
import { sqrt } from "./sqrt.js";
import { sum } from "./sum.js";

export const normOperation: AxisOperation = {
  kind: "axis",
  name: "norm",
  doc: "Euclidean length of v along an axis, which it removes; the gradient of a zero vector is 0.",
  notation: call("norm"),
  signature: (args, axis) => reduced(args, axis),
  derivative: (k, dy, args, out) => [times(k, dy, over(k, take(args, 0), k.apply("maximum", [out, k.number(tinyNorm)])))],
  evaluate: (args, axis, sizes) => {
    const v = take(args, 0);
    return fill(without(v.axes, axis), sizes, (place) => Math.hypot(...along(v, theAxis(axis), sizes, place)));
  },
  record: (_recorder, args, axis) => norm(take(args, 0), theAxis(axis)),
};

/** Euclidean length of `v` along `axis`: the result has the other axes of `v`. */
export function norm(v: Value, axis: Axis): Value {
  return sqrt(sum(multiply(v, v), axis));
}

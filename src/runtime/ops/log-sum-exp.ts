import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { add } from "./add.js";
import type { Axis } from "./axes.js";
import { times } from "./calculus.js";
import { call, take } from "./define.js";
import { exp } from "./exp.js";
import { log } from "./log.js";
import { max } from "./max.js";
import { along, fill } from "./named.js";
import { reduced, theAxis, without } from "./reduce.js";
import { subtract } from "./subtract.js";
import { sum } from "./sum.js";

export const logSumExpOperation: AxisOperation = {
  kind: "axis",
  name: "logSumExp",
  doc: "log of the sum of e^v along an axis, with the largest entry taken out first so that nothing overflows.",
  notation: call("logSumExp"),
  signature: (args, axis) => reduced(args, axis),
  derivative: (k, dy, args, _out, axis) => [times(k, dy, k.apply("softmax", [take(args, 0)], theAxis(axis)))],
  evaluate: (args, axis, sizes) => {
    const v = take(args, 0);
    return fill(without(v.axes, axis), sizes, (place) => {
      const entries = along(v, theAxis(axis), sizes, place);
      const largest = Math.max(...entries);
      return largest + Math.log(entries.reduce((total, each) => total + Math.exp(each - largest), 0));
    });
  },
  record: (_recorder, args, axis) => logSumExp(take(args, 0), theAxis(axis)),
};

/** log of the sum of e^v along `axis`, finite wherever `v` is: the result has the other axes of `v`. */
export function logSumExp(v: Value, axis: Axis): Value {
  const largest = max(v, axis);
  return add(largest, log(sum(exp(subtract(v, largest)), axis)));
}

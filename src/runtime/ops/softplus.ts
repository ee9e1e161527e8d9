import type { Value } from "../step/record.js";
import { negated, over, plus } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const softplusOperation = unary({
  name: "softplus",
  doc: "log(1 + e^v), finite for every v.",
  notation: call("softplus"),
  meaning: (v) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v))),
  derivative: (k, dy, v) => over(k, dy, plus(k, k.number(1), k.apply("exp", [negated(k, v)]))),
  probes: [0, -40, 40, 1],
});

/** log(1 + e^v), finite for every v. Entry by entry; the result has the axes of `v`. */
export function softplus(v: Value): Value {
  return recordPointwise("softplus", [v]);
}

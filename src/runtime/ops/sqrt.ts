import type { Value } from "../step/record.js";
import { over, times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const sqrtOperation = unary({
  name: "sqrt",
  doc: "Square root of v >= 0. Its slope at 0 is infinite; the derivative is kept finite there.",
  notation: call("sqrt"),
  meaning: (v) => Math.sqrt(v),
  derivative: (k, dy, _v, out) => over(k, dy, times(k, k.number(2), k.apply("maximum", [out, k.number(1e-12)]))),
  probes: [1, 1e-6, 9],
});

/** Square root of v >= 0. Its slope at 0 is infinite; the derivative is kept finite there. Entry by entry; the result has the axes of `v`. */
export function sqrt(v: Value): Value {
  return recordPointwise("sqrt", [v]);
}

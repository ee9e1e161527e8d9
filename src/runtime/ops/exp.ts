import type { Value } from "../step/record.js";
import { times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const expOperation = unary({
  name: "exp",
  doc: "e to the power v.",
  notation: call("exp"),
  meaning: (v) => Math.exp(v),
  derivative: (k, dy, _v, out) => times(k, dy, out),
  probes: [0, 1, -30, 20],
});

/** e to the power v. Entry by entry; the result has the axes of `v`. */
export function exp(v: Value): Value {
  return recordPointwise("exp", [v]);
}

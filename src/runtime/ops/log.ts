import type { Value } from "../step/record.js";
import { over } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const logOperation = unary({
  name: "log",
  doc: "Natural logarithm of v > 0.",
  notation: call("log"),
  meaning: (v) => Math.log(v),
  derivative: (k, dy, v) => over(k, dy, v),
  probes: [1, 0.01, 30],
});

/** Natural logarithm of v > 0. Entry by entry; the result has the axes of `v`. */
export function log(v: Value): Value {
  return recordPointwise("log", [v]);
}

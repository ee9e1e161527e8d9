import type { Value } from "../step/record.js";
import { over, plus } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const log1pOperation = unary({
  name: "log1p",
  doc: "log(1 + v), exact for small v; v > -1.",
  notation: call("log1p"),
  meaning: (v) => Math.log1p(v),
  derivative: (k, dy, v) => over(k, dy, plus(k, k.number(1), v)),
  probes: [0, 1e-9, -0.9, 5],
});

/** log(1 + v), exact for small v; v > -1. Entry by entry; the result has the axes of `v`. */
export function log1p(v: Value): Value {
  return recordPointwise("log1p", [v]);
}

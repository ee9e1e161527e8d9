import type { Value } from "../step/record.js";
import { times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const sinOperation = unary({
  name: "sin",
  doc: "Sine of an angle in radians.",
  notation: call("sin"),
  meaning: (v) => Math.sin(v),
  derivative: (k, dy, v) => times(k, dy, k.apply("cos", [v])),
  probes: [0, 1, -2, 3.14],
});

/** Sine of an angle in radians. Entry by entry; the result has the axes of `v`. */
export function sin(v: Value): Value {
  return recordPointwise("sin", [v]);
}

import type { Value } from "../step/record.js";
import { negated, times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const cosOperation = unary({
  name: "cos",
  doc: "Cosine of an angle in radians.",
  notation: call("cos"),
  meaning: (v) => Math.cos(v),
  derivative: (k, dy, v) => negated(k, times(k, dy, k.apply("sin", [v]))),
  probes: [0, 1, -2, 3.14],
});

/** Cosine of an angle in radians. Entry by entry; the result has the axes of `v`. */
export function cos(v: Value): Value {
  return recordPointwise("cos", [v]);
}

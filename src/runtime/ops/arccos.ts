import type { Value } from "../step/record.js";
import { minus, negated, over, times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const arccosOperation = unary({
  name: "arccos",
  doc: "Angle in radians, 0..pi, whose cosine is v, held to -1..1. Its slope at the ends is infinite: a rule keeps formulas off them.",
  notation: call("arccos"),
  // Rounding takes cosines of equal vectors past 1.
  meaning: (v) => Math.acos(Math.min(Math.max(v, -1), 1)),
  derivative: (k, dy, v) => negated(k, over(k, dy, k.apply("sqrt", [minus(k, k.number(1), times(k, v, v))]))),
  probes: [0, 0.9, -0.9],
});

/** Angle in radians, 0..pi, whose cosine is v, held to -1..1. Its slope at the ends is infinite: a rule keeps formulas off them. Entry by entry; the result has the axes of `v`. */
export function arccos(v: Value): Value {
  return recordPointwise("arccos", [v]);
}

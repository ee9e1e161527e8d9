import type { Value } from "../step/record.js";
import { negated } from "./calculus.js";
import { prefix, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const negateOperation = unary({
  name: "negate",
  doc: "-v.",
  notation: prefix("-", 7),
  meaning: (v) => -v,
  derivative: (k, dy) => negated(k, dy),
  probes: [0, -2, 1e4],
});

/** -v. Entry by entry; the result has the axes of `v`. */
export function negate(v: Value): Value {
  return recordPointwise("negate", [v]);
}

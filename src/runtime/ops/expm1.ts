import type { Value } from "../step/record.js";
import { times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const expm1Operation = unary({
  name: "expm1",
  doc: "e^v - 1, exact for small v.",
  notation: call("expm1"),
  meaning: (v) => Math.expm1(v),
  derivative: (k, dy, v) => times(k, dy, k.apply("exp", [v])),
  probes: [0, 1e-9, -20, 3],
});

/** e^v - 1, exact for small v. Entry by entry; the result has the axes of `v`. */
export function expm1(v: Value): Value {
  return recordPointwise("expm1", [v]);
}

import type { Value } from "../step/record.js";
import { times } from "./calculus.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const absOperation = unary({
  name: "abs",
  doc: "|v|; slope 0 at 0.",
  notation: call("abs"),
  meaning: (v) => Math.abs(v),
  derivative: (k, dy, v) => times(k, dy, k.apply("sign", [v])),
  probes: [1, -1, 1e4],
});

/** |v|; slope 0 at 0. Entry by entry; the result has the axes of `v`. */
export function abs(v: Value): Value {
  return recordPointwise("abs", [v]);
}

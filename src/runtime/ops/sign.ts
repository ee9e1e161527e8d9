import type { Value } from "../step/record.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const signOperation = unary({
  name: "sign",
  doc: "-1, 0 or 1; no gradient.",
  notation: call("sign"),
  meaning: (v) => Math.sign(v),
  derivative: null,
  probes: [0, -3, 2],
});

/** -1, 0 or 1; no gradient. Entry by entry; the result has the axes of `v`. */
export function sign(v: Value): Value {
  return recordPointwise("sign", [v]);
}

import type { Value } from "../step/record.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const floorOperation = unary({
  name: "floor",
  doc: "The largest whole number that is at most v; no gradient.",
  notation: call("floor"),
  meaning: (v) => Math.floor(v),
  derivative: null,
  probes: [0.5, -0.5, 2],
});

/** The largest whole number that is at most v; no gradient. Entry by entry; the result has the axes of `v`. */
export function floor(v: Value): Value {
  return recordPointwise("floor", [v]);
}

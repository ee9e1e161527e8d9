import type { Value } from "../step/record.js";
import { prefix, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

export const notOperation = unary({
  name: "not",
  doc: "Whether a condition does not hold.",
  notation: prefix("not", 3),
  takes: "boolean",
  gives: "boolean",
  meaning: (v) => (v === 0 ? 1 : 0),
  derivative: null,
  probes: [0, 1],
});

/** 1 where the condition `v` is 0, else 0. The result has the axes of `v`. */
export function not(v: Value): Value {
  return recordPointwise("not", [v]);
}

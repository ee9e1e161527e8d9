import type { Value } from "../step/record.js";
import { where } from "./calculus.js";
import { binary, call } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const maximumOperation = binary({
  name: "maximum",
  doc: "The larger of a and b; where they are equal the gradient goes to a.",
  notation: call("max"),
  meaning: (a, b) => Math.max(a, b),
  derivative: (k, dy, a, b) => [where(k, k.apply("greaterEqual", [a, b]), dy), where(k, k.apply("less", [a, b]), dy)],
  probes: [
    [0, 1],
    [1, 0],
    [-1e4, 1e4],
  ],
});

/** The larger of a and b; where they are equal the gradient goes to a, entry by entry. Axes are joined by name, missing ones broadcast. */
export function maximum(a: Operand, b: Operand): Value {
  return recordPointwise("maximum", [a, b]);
}

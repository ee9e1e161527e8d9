import type { Value } from "../step/record.js";
import { where } from "./calculus.js";
import { binary, call } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const minimumOperation = binary({
  name: "minimum",
  doc: "The smaller of a and b; where they are equal the gradient goes to a.",
  notation: call("min"),
  meaning: (a, b) => Math.min(a, b),
  derivative: (k, dy, a, b) => [where(k, k.apply("lessEqual", [a, b]), dy), where(k, k.apply("greater", [a, b]), dy)],
  probes: [
    [0, 1],
    [1, 0],
    [-1e4, 1e4],
  ],
});

/** The smaller of a and b; where they are equal the gradient goes to a, entry by entry. Axes are joined by name, missing ones broadcast. */
export function minimum(a: Operand, b: Operand): Value {
  return recordPointwise("minimum", [a, b]);
}

import type { Value } from "../step/record.js";
import { times } from "./calculus.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const multiplyOperation = binary({
  name: "multiply",
  doc: "a b.",
  notation: infix("*", 6),
  meaning: (a, b) => a * b,
  derivative: (k, dy, a, b) => [times(k, dy, b), times(k, dy, a)],
  probes: [
    [0, 0],
    [-3, 1e3],
  ],
});

/** a b, entry by entry. Axes are joined by name, missing ones broadcast. */
export function multiply(a: Operand, b: Operand): Value {
  return recordPointwise("multiply", [a, b]);
}

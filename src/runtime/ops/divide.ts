import type { Value } from "../step/record.js";
import { negated, over, times } from "./calculus.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const divideOperation = binary({
  name: "divide",
  doc: "a / b.",
  notation: infix("/", 6),
  meaning: (a, b) => a / b,
  derivative: (k, dy, _a, b, out) => [over(k, dy, b), negated(k, over(k, times(k, dy, out), b))],
  probes: [
    [0, 1],
    [1, -3],
    [5, 0.01],
  ],
});

/** a / b, entry by entry. Axes are joined by name, missing ones broadcast. */
export function divide(a: Operand, b: Operand): Value {
  return recordPointwise("divide", [a, b]);
}

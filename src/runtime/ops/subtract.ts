import type { Value } from "../step/record.js";
import { negated } from "./calculus.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const subtractOperation = binary({
  name: "subtract",
  doc: "a - b.",
  notation: infix("-", 5),
  meaning: (a, b) => a - b,
  derivative: (k, dy) => [dy, negated(k, dy)],
  probes: [
    [0, 0],
    [1e4, 1e4],
  ],
});

/** a - b, entry by entry. Axes are joined by name, missing ones broadcast. */
export function subtract(a: Operand, b: Operand): Value {
  return recordPointwise("subtract", [a, b]);
}

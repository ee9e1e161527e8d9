import type { Value } from "../step/record.js";
import { minus, times } from "./calculus.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const powerOperation = binary({
  name: "power",
  doc: "a to the power b; a >= 0 unless b is whole.",
  notation: infix("^", 8),
  meaning: (a, b) => a ** b,
  derivative: (k, dy, a, b, out) => [
    times(k, times(k, dy, b), k.apply("power", [a, minus(k, b, k.number(1))])),
    times(k, times(k, dy, out), k.apply("log", [a])),
  ],
  probes: [
    [1, 2],
    [0.01, 0.5],
    [3, -2],
  ],
});

/** a to the power b; a >= 0 unless b is whole, entry by entry. Axes are joined by name, missing ones broadcast. */
export function power(a: Operand, b: Operand): Value {
  return recordPointwise("power", [a, b]);
}

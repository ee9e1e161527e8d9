import type { Value } from "../step/record.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const lessEqualOperation = binary({
  name: "lessEqual",
  doc: "Whether a <= b.",
  notation: infix("<=", 4),
  gives: "boolean",
  meaning: (a, b) => (a <= b ? 1 : 0),
  derivative: null,
  probes: [
    [0, 0],
    [0, 1],
    [1, 0],
  ],
});

/** Whether a <= b, entry by entry. Axes are joined by name, missing ones broadcast. Conditions are 1 where they hold, else 0. */
export function lessEqual(a: Operand, b: Operand): Value {
  return recordPointwise("lessEqual", [a, b]);
}

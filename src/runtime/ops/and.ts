import type { Value } from "../step/record.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const andOperation = binary({
  name: "and",
  doc: "Whether both conditions hold.",
  notation: infix("and", 2),
  takes: "boolean",
  gives: "boolean",
  meaning: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  derivative: null,
  probes: [
    [0, 0],
    [0, 1],
    [1, 0],
    [1, 1],
  ],
});

/** Whether both conditions hold, entry by entry. Axes are joined by name, missing ones broadcast. Conditions are 1 where they hold, else 0. */
export function and(a: Operand, b: Operand): Value {
  return recordPointwise("and", [a, b]);
}

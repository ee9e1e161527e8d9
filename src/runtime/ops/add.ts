import type { Value } from "../step/record.js";
import { binary, infix } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const addOperation = binary({
  name: "add",
  doc: "a + b.",
  notation: infix("+", 5),
  meaning: (a, b) => a + b,
  derivative: (_k, dy) => [dy, dy],
  probes: [
    [0, 0],
    [1e4, -1e4],
  ],
});

/** a + b, entry by entry. Axes are joined by name, missing ones broadcast. */
export function add(a: Operand, b: Operand): Value {
  return recordPointwise("add", [a, b]);
}

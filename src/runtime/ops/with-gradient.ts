import type { Value } from "../step/record.js";
import { binary, call } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

/** Gone from what is run: only differentiation asks for it. */
export const withGradientOperation = binary({
  name: "withGradient",
  doc: "The value of f with the gradient of g (a straight-through estimate).",
  notation: call("value"),
  meaning: (f) => f,
  derivative: (_k, dy) => [null, dy],
  probes: [[1, 2]],
});

/**
 * The value of `f`, exactly, with the gradient of `g`: what flows back goes to `g` alone, as if `g` had been computed (the
 * straight-through estimate of Bengio et al. 2013). Of `g` nothing is computed when the step runs. Axes are joined by name,
 * missing ones broadcast.
 */
export function withGradient(f: Operand, g: Operand): Value {
  return recordPointwise("withGradient", [f, g]);
}

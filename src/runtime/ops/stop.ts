import type { Value } from "../step/record.js";
import { call, unary } from "./define.js";
import { recordPointwise } from "./recording.js";

/** Gone from what is run: only differentiation asks for it. */
export const stopOperation = unary({
  name: "stop",
  doc: "v, taken as a constant when the loss is differentiated.",
  notation: call("stop"),
  meaning: (v) => v,
  derivative: () => null,
  probes: [0, 1],
});

/**
 * `v` as it is, through which no gradient flows: where a loss is differentiated it counts as a constant. Costs nothing
 * when the step runs. The result has the axes of `v`.
 */
export function stop(v: Value): Value {
  return recordPointwise("stop", [v]);
}

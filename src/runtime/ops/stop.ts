import { call, unary } from "./define.js";

/** Gone once a loss is differentiated: generated programs have no call of it. */
export const stopOperation = unary({
  name: "stop",
  doc: "v, taken as a constant when the loss is differentiated.",
  notation: call("stop"),
  meaning: (v) => v,
  derivative: () => null,
  probes: [0, 1],
});

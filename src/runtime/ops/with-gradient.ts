import { binary, call } from "./define.js";

/** Gone once a loss is differentiated: generated programs have no call of it. */
export const withGradientOperation = binary({
  name: "withGradient",
  doc: "The value of f with the gradient of g (a straight-through estimate).",
  notation: call("value"),
  meaning: (f) => f,
  derivative: (_k, dy) => [null, dy],
  probes: [[1, 2]],
});

import type { LayerDescription } from "../describe.js";
import { apply, constant, input as operand } from "../kernels/pointwise.js";
import { positive } from "./support.js";

/** max(0, v), with gradient 0 at 0. */
export const reluLayer: LayerDescription = {
  name: "relu",
  doc: "Rectifier: max(0, v) value by value.",
  arguments: [],
  bodies: 0,
  measure: (input) => ({ output: input, variables: [], multiplyAdds: 0 }),
  forward: (context, input) => context.recorder.pointwise(apply("select", positive, operand(0), constant(0)), [input]),
};

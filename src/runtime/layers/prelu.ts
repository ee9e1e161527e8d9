import type { LayerDescription } from "../describe.js";
import { apply, input as operand } from "../kernels/pointwise.js";
import { number, positive } from "./support.js";

/** v where positive, else slope * v, one learned slope a channel (He et al. 2015, equation 1). */
export const preluLayer: LayerDescription = {
  name: "prelu",
  doc: "Rectifier with a learned slope for negative values, one a channel.",
  arguments: [{ name: "slope", kind: "number", positional: false, default: 0.25, doc: "Slope at the start of a run." }],
  bodies: 0,
  measure: (input, args) => ({
    output: input,
    variables: [
      {
        name: "slope",
        shape: input.slice(-1),
        kind: "weight",
        initial: { kind: "constant", value: number(args, "slope") },
        group: "prelu",
      },
    ],
    multiplyAdds: 0,
  }),
  forward(context, input) {
    const slope = { ...context.variable("slope"), axes: input.axes.slice(-1) };
    return context.recorder.pointwise(apply("select", positive, operand(0), apply("multiply", operand(1), operand(0))), [input, slope]);
  },
};

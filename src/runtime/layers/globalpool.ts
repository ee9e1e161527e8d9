import type { LayerDescription } from "../describe.js";
import { apply, constant, input as operand } from "../kernels/pointwise.js";
import { kernel1, needsMap } from "./support.js";

export const globalpoolLayer: LayerDescription = {
  name: "globalpool",
  doc: "Mean of each channel over the whole map: one feature a channel.",
  arguments: [],
  bodies: 0,
  measure: (input) => needsMap(input) ?? { output: input.slice(2), variables: [], multiplyAdds: 0 },
  forward(context, input) {
    const [, height = 1, width = 1] = input.shape;
    const total = kernel1(context.recorder, "reduceSum", [input], { axes: [1, 2] }, ["sample", "feature"]);
    return context.recorder.pointwise(apply("divide", operand(0), constant(height * width)), [total]);
  },
};

import type { LayerDescription } from "../describe.js";
import { apply, input as operand } from "../kernels/pointwise.js";
import { kernel1, number } from "./support.js";

/** Srivastava et al. 2014, scaled in training, so that evaluation does nothing. Draws are keyed by (seed, layer, step). */
export const dropoutLayer: LayerDescription = {
  name: "dropout",
  doc: "In training, sets each value to 0 with a given probability and scales the others up; nothing in evaluation.",
  arguments: [{ name: "rate", kind: "fraction", positional: true, default: 0.5, doc: "Probability of 0." }],
  bodies: 0,
  measure(input, args) {
    if (number(args, "rate") < 1) return { output: input, variables: [], multiplyAdds: 0 };
    return { needs: "a rate below 100%", given: `${number(args, "rate") * 100}%`, hint: "At 100% nothing would be left." };
  },
  forward(context, input, args) {
    const rate = number(args, "rate");
    if (!context.training || rate === 0) return input;
    const { recorder, stream } = context;
    const key = recorder.feed("key", [2], "int32", ["word"]);
    const mask = kernel1(recorder, "dropoutMask", [key], { rate, stream, shape: input.shape }, input.axes);
    // Cast at once: the mask is kept until the gradient is computed.
    return recorder.pointwise(apply("multiply", operand(0), operand(1)), [input, recorder.cast(mask, input.dtype)]);
  },
};

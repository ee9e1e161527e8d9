import type { LayerDescription } from "../describe.js";
import { apply, input as operand } from "../kernels/pointwise.js";
import { isYes, kernel1, number, shapeText } from "./support.js";

/** x W + b, W uniform by Glorot and Bengio 2010. */
export const denseLayer: LayerDescription = {
  name: "dense",
  doc: "Full connection: each feature that comes out is a weighted sum of all that go in.",
  arguments: [
    { name: "features", kind: "count", positional: true, doc: "Features that come out." },
    {
      name: "bias",
      kind: "word",
      words: ["yes", "no"],
      positional: false,
      default: "yes",
      doc: "Whether a number for each feature is added.",
    },
  ],
  bodies: 0,
  measure(input, args) {
    if (input.length !== 1) {
      return { needs: "features", given: `a ${shapeText(input)} map`, hint: "Put `flatten` or `globalpool` before it." };
    }
    const [from = 1] = input;
    const features = number(args, "features");
    return {
      output: [features],
      variables: [
        {
          name: "weight",
          shape: [from, features],
          kind: "weight",
          initial: { kind: "xavier", fanIn: from, fanOut: features },
          group: "weight",
        },
        ...(isYes(args, "bias")
          ? ([{ name: "bias", shape: [features], kind: "weight", initial: { kind: "constant", value: 0 }, group: "bias" }] as const)
          : []),
      ],
      multiplyAdds: from * features,
    };
  },
  forward(context, input, args) {
    const { recorder } = context;
    const attributes = { transposeA: false, transposeB: false };
    const y = kernel1(recorder, "matmul", [input, context.variable("weight")], attributes, ["sample", "feature"]);
    if (!isYes(args, "bias")) return y;
    return recorder.pointwise(apply("add", operand(0), operand(1)), [y, { ...context.variable("bias"), axes: ["feature"] }]);
  },
};

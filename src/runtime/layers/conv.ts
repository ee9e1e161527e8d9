import type { LayerDescription } from "../describe.js";
import { apply, input as operand } from "../kernels/pointwise.js";
import {
  isYes,
  kernel1,
  mapAxes,
  needsMap,
  needsRoom,
  number,
  paddingArgument,
  size,
  strideArgument,
  windowAttributes,
  windowOver,
} from "./support.js";

/** Convolution of a map (cross-correlation, as everywhere in deep learning). Weights by He et al. 2015, from the fan in. */
export const convLayer: LayerDescription = {
  name: "conv",
  doc: "Convolution: each filter looks at a window of all channels.",
  arguments: [
    { name: "kernel", kind: "size", positional: true, doc: "Height and width of the window." },
    { name: "filters", kind: "count", positional: true, doc: "Channels that come out." },
    strideArgument(1),
    paddingArgument("same"),
    {
      name: "bias",
      kind: "word",
      words: ["no", "yes"],
      positional: false,
      default: "no",
      doc: "Whether a number for each filter is added; before `bn` it would do nothing.",
    },
  ],
  bodies: 0,
  measure(input, args) {
    const fault = needsMap(input);
    if (fault !== null) return fault;
    const kernel = size(args, "kernel");
    const filters = number(args, "filters");
    const channels = input[2] ?? 1;
    const window = windowOver(input, args, kernel);
    const narrow = needsRoom(input, window);
    if (narrow !== null) return narrow;
    const fanIn = kernel[0] * kernel[1] * channels;
    return {
      output: [window.height, window.width, filters],
      variables: [
        { name: "weight", shape: [...kernel, channels, filters], kind: "weight", initial: { kind: "he", fanIn }, group: "weight" },
        ...(isYes(args, "bias")
          ? ([{ name: "bias", shape: [filters], kind: "weight", initial: { kind: "constant", value: 0 }, group: "bias" }] as const)
          : []),
      ],
      multiplyAdds: window.height * window.width * filters * fanIn,
    };
  },
  forward(context, input, args) {
    const window = windowOver(input.shape.slice(1), args, size(args, "kernel"));
    const y = kernel1(context.recorder, "conv", [input, context.variable("weight")], windowAttributes(window), mapAxes);
    if (!isYes(args, "bias")) return y;
    return context.recorder.pointwise(apply("add", operand(0), operand(1)), [y, context.variable("bias")]);
  },
};

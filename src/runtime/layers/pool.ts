/** What the two pools share. */
import type { ArgumentDescription, LayerDescription } from "../describe.js";
import { kernel1, mapAxes, needsMap, needsRoom, paddingArgument, size, strideArgument, windowAttributes, windowOver } from "./support.js";

const rounding: ArgumentDescription = {
  name: "rounding",
  kind: "word",
  words: ["floor", "ceil"],
  positional: false,
  default: "floor",
  doc: "`ceil` keeps a last window that hangs over the edge; it starts inside the map.",
};

export function pool(name: "maxpool" | "avgpool", doc: string): LayerDescription {
  return {
    name,
    doc,
    arguments: [
      { name: "window", kind: "size", positional: true, default: [2, 2], doc: "Height and width of the window." },
      strideArgument(2),
      paddingArgument("valid"),
      rounding,
    ],
    bodies: 0,
    measure(input, args) {
      const fault = needsMap(input);
      if (fault !== null) return fault;
      const window = windowOver(input, args, size(args, "window"), args.rounding === "ceil");
      const narrow = needsRoom(input, window);
      return narrow ?? { output: [window.height, window.width, input[2] ?? 1], variables: [], multiplyAdds: 0 };
    },
    forward(context, input, args) {
      const window = windowOver(input.shape.slice(1), args, size(args, "window"), args.rounding === "ceil");
      const attributes = { ...windowAttributes(window), size: window.size };
      return kernel1(context.recorder, name === "maxpool" ? "maxPool" : "avgPool", [input], attributes, mapAxes);
    },
  };
}

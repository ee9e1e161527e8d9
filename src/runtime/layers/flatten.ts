import type { LayerDescription } from "../describe.js";
import { kernel1 } from "./support.js";

export const flattenLayer: LayerDescription = {
  name: "flatten",
  doc: "All values of the map as features, row by row, pixel by pixel, channels last.",
  arguments: [],
  bodies: 0,
  measure: (input) => ({ output: [input.reduce((product, entries) => product * entries, 1)], variables: [], multiplyAdds: 0 }),
  forward(context, input) {
    if (input.shape.length === 2) return input;
    const [samples = 1, ...rest] = input.shape;
    const features = rest.reduce((product, entries) => product * entries, 1);
    return kernel1(context.recorder, "reshape", [input], { shape: [samples, features] }, ["sample", "feature"]);
  },
};

import type { LayerContext, LayerDescription, LayerFault, Shape, VariableDescription } from "../describe.js";
import { apply, input as operand } from "../kernels/pointwise.js";
import { sameShape, windows } from "../kernels/shapes.js";
import type { Value } from "../step/record.js";
import { normalise, normVariables } from "./bn.js";
import { kernel1, mapAxes, shapeText } from "./support.js";

const projected = "projection ";

/** Stride, down and across, of the 1x1 projection from `input` to `output`; a fault where there is none. */
function projection(input: Shape, output: Shape): readonly [number, number] | LayerFault {
  const fault = (hint: string): LayerFault => ({
    needs: `a body whose output can be added to its input of ${shapeText(input)}`,
    given: shapeText(output),
    hint,
  });
  if (input.length !== 3 || output.length !== 3) return fault("A projection joins maps only: let the body keep the number of features.");
  const [height = 1, width = 1] = input;
  const [rows = 1, columns = 1] = output;
  const [down, across] = [Math.ceil(height / rows), Math.ceil(width / columns)];
  if (windows(height, 1, down, 0, 0) === rows && windows(width, 1, across, 0, 0) === columns) return [down, across];
  return fault("A 1x1 projection with a stride reaches no such map: use `padding = same` and strides that both sides share.");
}

function projectionVariables(input: Shape, output: Shape): readonly VariableDescription[] {
  const [from = 1, to = 1] = [input[2], output[2]];
  return [
    { name: `${projected}weight`, shape: [1, 1, from, to], kind: "weight", initial: { kind: "he", fanIn: from }, group: "weight" },
    ...normVariables(to, projected),
  ];
}

function project(context: LayerContext, input: Value, output: Shape): Value {
  const stride = projection(input.shape.slice(1), output);
  if ("needs" in stride) throw new Error(`No projection to ${shapeText(output)}.`);
  const weight = context.variable(`${projected}weight`);
  const y = kernel1(context.recorder, "conv", [input, weight], { stride, padding: [0, 0, 0, 0] }, mapAxes);
  return normalise(context, y, { momentum: 0.9, epsilon: 1e-5, prefix: projected });
}

/**
 * body(v) + v (He et al. 2016). Where the shapes differ, the shortcut is a 1x1 convolution with the stride that fits,
 * and batch normalisation (their option B).
 */
export const residualLayer: LayerDescription = {
  name: "residual",
  doc: "Adds what goes in to what its body makes of it; through a 1x1 projection with `bn` where the shapes differ.",
  arguments: [],
  bodies: 1,
  measure(input, _args, bodies, measureBody) {
    const output = measureBody(bodies[0] ?? [], input);
    if (output === null || sameShape(input, output)) return { output: output ?? input, variables: [], multiplyAdds: 0 };
    const stride = projection(input, output);
    if ("needs" in stride) return stride;
    const [rows = 1, columns = 1, channels = 1] = output;
    return {
      output,
      variables: projectionVariables(input, output),
      multiplyAdds: rows * columns * channels * (input[2] ?? 1),
    };
  },
  forward(context, input, _args, bodies) {
    const y = context.apply(bodies[0] ?? [], input);
    const shape = y.shape.slice(1);
    const shortcut = sameShape(input.shape, y.shape) ? input : project(context, input, shape);
    return context.recorder.pointwise(apply("add", operand(0), operand(1)), [y, shortcut]);
  },
};

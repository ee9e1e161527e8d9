/** Shapes, variables and cost of a chain of layers, by asking each: for the compiler and the runtime alike. */
import type { Arguments, Layer, LayerFault, Shape, VariableDescription } from "../describe.js";
import { layerNamed } from "./index.js";
import { withDefaults } from "./support.js";

export interface MeasuredLayer {
  readonly layer: Layer;
  /** Its arguments with defaults. */
  readonly args: Arguments;
  /** "conv 1", "residual 2/conv 1": the kind and its number among its siblings. */
  readonly path: string;
  readonly input: Shape;
  readonly output: Shape;
  readonly variables: readonly VariableDescription[]; // its own
  readonly multiplyAdds: number; // its own, for one image
  readonly inner: readonly MeasuredLayer[]; // those of its bodies, in the order in which they run
}

export interface MeasuredChain {
  readonly layers: readonly MeasuredLayer[];
  /** Null after a fault: the layers behind it are not measured. */
  readonly output: Shape | null;
  /** Numbers that belong to the network and are no moving statistics. */
  readonly parameters: number;
  readonly multiplyAdds: number;
}

/** Numbers siblings by kind, in the order in which they come. */
export function siblingNames(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const number = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, number);
    return `${kind} ${number}`;
  };
}

/** Walks a chain from `input` (the shape of one image); each fault is handed over once, with the layer that has it. */
export function measureLayers(chain: readonly Layer[], input: Shape, onFault: (layer: Layer, fault: LayerFault) => void): MeasuredChain {
  const found: MeasuredLayer[] = [];
  const output = measureInto(found, chain, input, "", siblingNames(), onFault);
  const all = flattened(found);
  return {
    layers: found,
    output,
    parameters: all.reduce((sum, each) => sum + parametersOf(each.variables), 0),
    multiplyAdds: all.reduce((sum, each) => sum + each.multiplyAdds, 0),
  };
}

function measureInto(
  found: MeasuredLayer[],
  chain: readonly Layer[],
  input: Shape,
  path: string,
  name: (kind: string) => string,
  onFault: (layer: Layer, fault: LayerFault) => void,
): Shape | null {
  let shape = input;
  for (const layer of chain) {
    const measured = measureLayer(layer, shape, `${path}${name(layer.kind)}`, onFault);
    if (measured === null) return null;
    found.push(measured);
    shape = measured.output;
  }
  return shape;
}

function measureLayer(layer: Layer, input: Shape, path: string, onFault: (layer: Layer, fault: LayerFault) => void): MeasuredLayer | null {
  const description = layerNamed(layer.kind);
  const args = withDefaults(description.arguments, layer.args);
  const inner: MeasuredLayer[] = [];
  const name = siblingNames();
  let broken = false;
  const result = description.measure(input, args, layer.bodies, (body, from) => {
    const output = measureInto(inner, body, from, `${path}/`, name, onFault);
    broken ||= output === null;
    return output;
  });
  if (broken) return null;
  if ("needs" in result) {
    onFault(layer, result);
    return null;
  }
  return { layer, args, path, input, inner, ...result };
}

/** Layers and those inside them, each before what it holds. */
export function flattened(layers: readonly MeasuredLayer[]): readonly MeasuredLayer[] {
  return layers.flatMap((each) => [each, ...flattened(each.inner)]);
}

/** Numbers in all variables but moving statistics. */
export function parametersOf(variables: readonly VariableDescription[]): number {
  return variables
    .filter(({ kind }) => kind !== "moving")
    .reduce((sum, { shape }) => sum + shape.reduce((product, entries) => product * entries, 1), 0);
}

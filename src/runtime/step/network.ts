/** Records a backbone: its layers' forward side, variables named by path. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Layer, LayerContext } from "../describe.js";
import type { Backbone, Precision } from "../experiment.js";
import { layerNamed } from "../layers/index.js";
import { flattened, type MeasuredLayer, measureLayers, siblingNames } from "../layers/measure.js";
import { positions, type Recording, type Value } from "./record.js";

/**
 * Images {sample, height, width, channel} in, embeddings {sample, feature} out, both float32. With bfloat16, what passes
 * from layer to layer has that type, and so have the weights of convolutions and dense layers where they are multiplied.
 */
export function recordBackbone(
  recorder: Recording,
  backbone: Backbone,
  images: Value,
  training: boolean,
  precision: Precision = "float32",
): Value {
  const measured = measureLayers(backbone.layers, backbone.input, (layer, { needs, given, hint }) =>
    fail("shape-mismatch", layer.at, { layer: layer.kind, needs, given, input: backbone.input.join("x"), hint }),
  );
  const layers = new Map(flattened(measured.layers).map((layer) => [layer.path, layer]));
  const network = new Network(recorder, training, precision, layers);
  const x = recorder.within(backbone.name, backbone.at, () =>
    network.chain(backbone.layers, recorder.cast(images, precision), backbone.name, "", siblingNames()),
  );
  if (x.shape.length !== 2) {
    fail("backbone-output", backbone.at, { name: backbone.name, output: x.shape.slice(1).join("x") });
  }
  return recorder.cast({ ...x, axes: ["sample", "feature"] }, "float32");
}

class Network {
  private streams = 0;

  constructor(
    private readonly recorder: Recording,
    private readonly training: boolean,
    private readonly precision: Precision,
    private readonly measured: ReadonlyMap<string, MeasuredLayer>,
  ) {}

  chain(layers: readonly Layer[], input: Value, owner: string, path: string, name: (kind: string) => string): Value {
    return layers.reduce((value, layer) => {
      const own = name(layer.kind);
      return this.recorder.within(own, layer.at, () =>
        this.recorder.cast(this.layer(layer, value, owner, `${path}${own}`), this.precision),
      );
    }, input);
  }

  private layer(layer: Layer, input: Value, owner: string, path: string): Value {
    const measured = this.measured.get(path);
    if (measured === undefined) throw new Error(`${path} was not measured.`);
    const made = new Map<string, Value>();
    const nameInside = siblingNames();
    const stream = this.streams++;
    const context: LayerContext = {
      recorder: this.recorder,
      training: this.training,
      stream,
      variable: (name) => {
        const before = made.get(name);
        if (before !== undefined) return before;
        const description = measured.variables.find((variable) => variable.name === name);
        if (description === undefined) throw new Error(`${path} has no variable ${name}.`);
        const axes = description.shape.length === 1 ? ["channel"] : positions(description.shape.length);
        const { shape, kind, initial, group } = description;
        const master = this.recorder.variable({ name: `${owner}/${path}/${name}`, shape, kind, initial, group, at: layer.at }, axes);
        const value = group === "weight" ? this.recorder.cast(master, this.precision) : master;
        made.set(name, value);
        return value;
      },
      update: (name, value) => this.recorder.update(`${owner}/${path}/${name}`, value),
      apply: (body, value) => this.chain(body, value, owner, `${path}/`, nameInside),
    };
    return layerNamed(layer.kind).forward(context, input, measured.args, layer.bodies);
  }
}

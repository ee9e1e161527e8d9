/** `facec explain FILE BACKBONE`: its layers, what comes out of each and what each costs, for one image. */
import type { BackbonePlan, Plan } from "../compiler/plan/plan.js";
import { diagnostic, FaceError, fail } from "../diagnostics/diagnostic.js";
import type { LayerFault, Shape } from "../runtime/describe.js";
import { flattened, type MeasuredLayer, measureLayers } from "../runtime/layers/measure.js";
import { bytes, columns, grouped } from "./columns.js";
import { layersOf } from "./layers.js";
import { print, printJson } from "./output.js";

/** `given`: another input than that of the spec. */
export function explainBackbone(plan: Plan, backbone: BackbonePlan, given: Shape | undefined, json: boolean): number {
  const input = given ?? backbone.input;
  const chain = measureLayers(layersOf(plan, backbone), input, (layer, fault) => refuse(layer.at, layer.kind, fault));
  const all = flattened(chain.layers);
  const total = {
    parameters: chain.parameters,
    frozen: sum(all.map((each) => entries(each, "frozen"))),
    multiply_adds: chain.multiplyAdds,
    activation_bytes: sum(all.map(activationBytes)),
    output: chain.output ?? [],
  };
  if (json) printJson({ input, layers: all.map(layerJson), ...total });
  else print(layerTable(backbone, input, all, total));
  return 0;
}

interface Total {
  readonly parameters: number;
  readonly frozen: number;
  readonly multiply_adds: number;
  readonly activation_bytes: number;
  readonly output: Shape;
}

function layerJson(layer: MeasuredLayer) {
  return {
    name: layer.path,
    line: layer.layer.at?.line ?? null,
    output: layer.output,
    parameters: entries(layer, "weight") + entries(layer, "frozen"),
    multiply_adds: layer.multiplyAdds,
    activation_bytes: activationBytes(layer),
  };
}

function layerTable(backbone: BackbonePlan, input: Shape, all: readonly MeasuredLayer[], total: Total): string {
  const head = ["layer", "line", "output", "parameters", "multiply-adds", "activations"];
  const rows = all.map((layer) => {
    const { line, output, parameters, multiply_adds, activation_bytes } = layerJson(layer);
    return [
      indented(layer.path),
      String(line ?? ""),
      output.join("x"),
      grouped(parameters),
      grouped(multiply_adds),
      bytes(activation_bytes),
    ];
  });
  const last = [
    "total",
    "",
    total.output.join("x"),
    grouped(total.parameters),
    grouped(total.multiply_adds),
    bytes(total.activation_bytes),
  ];
  const frozen = total.frozen === 0 ? "" : `\n${grouped(total.frozen)} of the parameters are frozen.`;
  const title = `${backbone.title}, ${backbone.at.file}:${backbone.at.line}, on one image of ${input.join("x")} (float32)`;
  return `${title}\n\n${columns(head, [...rows, last], [false, true, true, true, true, true])}${frozen}`;
}

/** Inner layers stand under the one that holds them: "residual 2/conv 1" as "  conv 1". */
function indented(path: string): string {
  const parts = path.split("/");
  return "  ".repeat(parts.length - 1) + (parts[parts.length - 1] ?? path);
}

function entries(layer: MeasuredLayer, kind: "weight" | "frozen"): number {
  return sum(layer.variables.filter((each) => each.kind === kind).map((each) => each.shape.reduce((a, b) => a * b, 1)));
}

/** `repeat` hands on what its last layer made; every other layer makes an output of its own. */
function activationBytes(layer: MeasuredLayer): number {
  return layer.layer.kind === "repeat" ? 0 : 4 * layer.output.reduce((a, b) => a * b, 1);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** `112x112x3`. */
export function readSize(text: string): readonly [number, number, number] {
  const found = /^([1-9]\d*)x([1-9]\d*)x([1-9]\d*)$/.exec(text);
  if (found === null) return fail("size-wrong", null, { text });
  return [Number(found[1]), Number(found[2]), Number(found[3])];
}

function refuse(at: { readonly file: string; readonly line: number } | null, layer: string, fault: LayerFault): never {
  throw new FaceError(diagnostic("input-misfit", at, { layer, needs: fault.needs, given: fault.given }));
}

/** Backbones as plans: one for each set of arguments and input, with the blocks that they use. */
import type { ArgumentValue, Layer, Shape } from "../../runtime/describe.js";
import { shapeText } from "../network/network.js";
import { measureNetwork, type ShapeFault } from "../network/shapes.js";
import type * as Ast from "../syntax/ast.js";
import { argumentValue } from "../types/arguments.js";
import { type CheckedBackbone, checkBackbone, outputOf, type WrittenLayer } from "../types/check-network.js";
import { checkExpression } from "../types/formula.js";
import type { BackbonePlan, LayerPlan } from "./plan.js";
import { constantBody, keyOf, type Planning, reportValue, sourceText, wordCall } from "./planning.js";

/** The backbone that a setting names, for images of this size; null where it cannot be made. */
export function planBackbone(planning: Planning, setting: string, expression: Ast.Expression, input: Shape): BackbonePlan | null {
  const called = wordCall(expression);
  if (called === null) {
    reportValue(planning, setting, expression, "a backbone, such as `SmallRes` or `SmallRes(features = 64)`", "something else");
    return null;
  }
  const meaning = planning.checking.bound.meanings.get(called.name);
  if (meaning?.kind !== "declaration") return null;
  const { declaration } = meaning.definition;
  if (declaration.kind !== "backbone") {
    const params = { name: called.name.text, is: declaration.kind, wanted: "backbone", where: `\`${setting}\`` };
    planning.collector.report("wrong-kind", called.name.span, params, [{ place: declaration.name.span, text: "declared here" }]);
    return null;
  }
  return makeBackbone(planning, declaration, called.args, expression, input);
}

/** Plans a backbone with its defaults, for `explain`; one whose parameters have no default waits for its use. */
export function planDeclaredBackbone(planning: Planning, declaration: Ast.Backbone): void {
  const complete = declaration.parameters.every((each) => each.default !== null || planning.checking.set.has(each));
  const used = planning.backbones.all.some((each) => each.title === declaration.name.text);
  if (complete && !used) makeBackbone(planning, declaration, [], null, planning.input);
}

function makeBackbone(
  planning: Planning,
  declaration: Ast.Backbone,
  args: readonly Ast.Argument[],
  use: Ast.Expression | null,
  input: Shape,
): BackbonePlan | null {
  const title = use === null ? declaration.name.text : sourceText(use.span);
  const key = use === null ? `${declaration.span.source.name}: ${title}` : keyOf(use);
  return planning.backbones.take(`${key} ${shapeText(input)}`, declaration.name.text, (name) => {
    const { checking, catalogues, locate } = planning;
    const checked = checkBackbone(checking, catalogues.layers, locate, declaration, args, use);
    if (checked === null) return null;
    const measured = measureNetwork(checked, input);
    for (const fault of measured.faults) reportFault(planning, fault, input);
    if (measured.output === null || !endsInFeatures(planning, declaration, measured.output)) return null;
    for (const [block, written] of checked.blocks) planBlock(planning, block, written);
    return {
      name,
      title,
      at: locate(declaration.name.span),
      input,
      parameters: checked.parameters,
      body: layerPlans(checked, planning, measured.outputs),
      output: measured.output,
      parameterCount: measured.parameterCount,
      multiplyAdds: measured.multiplyAdds,
    };
  });
}

function reportFault(planning: Planning, { layer, origin, fault }: ShapeFault, input: Shape): void {
  const related = (origin?.calls ?? []).map((place) => ({ place, text: "in this block" }));
  const params = { layer: layer.kind, needs: fault.needs, given: fault.given, hint: fault.hint, input: shapeText(input) };
  planning.collector.report("shape-mismatch", origin?.span ?? null, params, related);
}

function endsInFeatures(planning: Planning, declaration: Ast.Backbone, output: Shape): boolean {
  if (output.length === 1) return true;
  const last = declaration.body.layers[declaration.body.layers.length - 1];
  if (last === undefined) planning.collector.report("no-layers", declaration.name.span, { name: declaration.name.text });
  else planning.collector.report("backbone-output", last.span, { name: declaration.name.text, output: shapeText(output) });
  return false;
}

/** Blocks keep one body for all their uses: callees are planned before callers. */
function planBlock(planning: Planning, declaration: Ast.Block, body: readonly WrittenLayer[]): void {
  planning.blocks.take(declaration, declaration.name.text, (name) => ({
    name,
    at: planning.locate(declaration.name.span),
    parameters: declaration.parameters.map((each) => ({ name: each.name.text, default: defaultOf(planning, each) })),
    body: body.map((layer) => layerPlan(layer, () => null, planning)),
  }));
}

/** The program has the value: constants of the spec are not in scope where the block stands. */
function defaultOf(planning: Planning, parameter: Ast.Parameter): ArgumentValue | null {
  const chosen = planning.checking.set.get(parameter) ?? parameter.default;
  if (chosen === null) return null;
  return argumentValue(checkExpression(constantBody(planning, `\`${parameter.name.text}\``), chosen));
}

function layerPlans(checked: CheckedBackbone, planning: Planning, outputs: ReadonlyMap<Layer, Shape>): readonly LayerPlan[] {
  return checked.body.map((layer) => layerPlan(layer, (each) => outputOf(each, outputs), planning));
}

function layerPlan(layer: WrittenLayer, output: (layer: WrittenLayer) => Shape | null, planning: Planning): LayerPlan {
  return {
    kind: layer.block === null ? layer.kind : (planning.blocks.get(layer.block)?.name ?? layer.kind),
    block: layer.block !== null,
    at: layer.at,
    args: layer.args,
    bodies: layer.bodies.map((body) => body.map((each) => layerPlan(each, output, planning))),
    output: output(layer),
  };
}

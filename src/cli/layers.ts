/** A backbone of the plan as layers of the runtime: blocks written out, formulas over parameters worked out. */
import type { Expr } from "../compiler/formula/expr.js";
import type { BackbonePlan, BlockPlan, LayerPlan, Plan } from "../compiler/plan/plan.js";
import type { Arguments, ArgumentValue, Layer } from "../runtime/describe.js";
import { operationOf } from "../runtime/ops/index.js";

/** Values of the parameters of the block or backbone that a formula stands in. */
type Known = ReadonlyMap<string, ArgumentValue>;

export function layersOf(plan: Plan, backbone: BackbonePlan): readonly Layer[] {
  return layersIn(plan, backbone.body, new Map(backbone.parameters.map((each) => [each.name, each.value])));
}

function layersIn(plan: Plan, body: readonly LayerPlan[], known: Known): readonly Layer[] {
  return body.flatMap((layer): readonly Layer[] => {
    const args = layer.args.map((arg) => [arg.name, isExpr(arg.value) ? numberOf(arg.value, known) : arg.value] as const);
    if (layer.block) return blockLayers(plan, layer.kind, args);
    const bodies = layer.bodies.map((inner) => layersIn(plan, inner, known));
    return [{ kind: layer.kind, args: Object.fromEntries(args) satisfies Arguments, bodies, at: layer.at }];
  });
}

function blockLayers(plan: Plan, name: string, args: readonly (readonly [string, ArgumentValue])[]): readonly Layer[] {
  const block: BlockPlan | undefined = plan.blocks.find((each) => each.name === name);
  if (block === undefined) throw new Error(`The plan has no block ${name}.`);
  const defaults = block.parameters.flatMap((each) => (each.default === null ? [] : [[each.name, each.default] as const]));
  return layersIn(plan, block.body, new Map([...defaults, ...args]));
}

function numberOf(expr: Expr, known: Known): ArgumentValue {
  if (expr.kind === "number") return expr.value;
  if (expr.kind === "parameter") return known.get(expr.name) ?? expr.value;
  if (expr.kind === "input") throw new Error(`${expr.name} is not known when a network is made.`);
  const operation = operationOf(expr.op);
  if (operation.kind !== "pointwise") throw new Error(`${expr.op} is no operation on plain numbers.`);
  return operation.meaning(...expr.args.map((arg) => Number(numberOf(arg, known))));
}

function isExpr(value: ArgumentValue | Expr): value is Expr {
  return typeof value === "object" && "kind" in value;
}

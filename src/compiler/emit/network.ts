/** Blocks as functions that return layers, backbones as visible lists of layers with their output shapes beside them. */
import { type FunctionDeclarationStructure, type ParameterDeclarationStructure, StructureKind } from "ts-morph";
import type { ArgumentValue } from "../../runtime/describe.js";
import { layers } from "../../runtime/layers/index.js";
import type { Expr } from "../formula/expr.js";
import type { BackbonePlan, BlockPlan, LayerPlan, Plan } from "../plan/plan.js";
import { type Context, comment, constant, isExpr, plainScope, property } from "./context.js";
import { printFormula, type Scope } from "./formula.js";
import { type Doc, type Group, item, list, object, render } from "./layout.js";
import { commentText, numberLiteral, stringLiteral } from "./text.js";

export function shapeText(shape: readonly number[]): string {
  return shape.join("x");
}

/** 1,234,567. */
function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** `const SmallRes = backbone("SmallRes", { ... }, [...]);` with the comment above it. */
export function backboneStatement(context: Context, backbone: BackbonePlan): string {
  const name = context.nameOf("Backbone", backbone.name);
  context.settle(
    name,
    backbone.parameters.map((each) => [each.name, render(argumentText(each.value))]),
  );
  const scope = plainScope((parameter) => `parameters.${name}.${parameter}`);
  const about = object([property("input", list(backbone.input.map(numberLiteral))), property("at", context.at(backbone.at))]);
  const made: Doc = [
    `${context.use("backbone")}(${stringLiteral(backbone.title)}, `,
    about,
    ", ",
    layerList(context, backbone.body, scope),
    ")",
  ];
  const figures = `${shapeText(backbone.output)} out of ${shapeText(backbone.input)}, ${grouped(backbone.parameterCount)} parameters, ${grouped(backbone.multiplyAdds)} multiply-adds`;
  return [...comment(`${backbone.title}: ${figures}`), constant(name, made)].join("\n");
}

/** `function Basic(width: number, stride = 1): Layer[] { return [...]; }`. */
export function blockFunction(context: Context, block: BlockPlan): FunctionDeclarationStructure {
  const names = context.inner();
  const called = new Map(block.parameters.map((each) => [each.name, names.claim(each.name)]));
  const scope = plainScope((parameter) => called.get(parameter) ?? parameter);
  const parameters = block.parameters.map(
    (each): ParameterDeclarationStructure => ({
      kind: StructureKind.Parameter,
      name: called.get(each.name) ?? each.name,
      ...(each.default === null
        ? { type: parameterType(context.plan, block.name, each.name) }
        : { initializer: render(argumentText(each.default)), ...(typeof each.default === "object" ? { type: "readonly number[]" } : {}) }),
    }),
  );
  return {
    kind: StructureKind.Function,
    name: context.nameOf("Block", block.name),
    parameters,
    returnType: `${context.useType("Layer")}[]`,
    statements: [render(["return ", layerList(context, block.body, scope), ";"])],
  };
}

function layerList(context: Context, body: readonly LayerPlan[], scope: Scope): Group {
  return list(
    body.map((layer) => item(layerDoc(context, layer, scope), layer.output === null ? null : commentText(shapeText(layer.output)))),
    true,
  );
}

function layerDoc(context: Context, layer: LayerPlan, scope: Scope): Doc {
  if (layer.block) return blockCall(context, layer, scope);
  const at = context.at(layer.at);
  const made = context.use(layer.kind);
  const bodies = layer.bodies.map((body) => layerList(context, body, scope));
  if (layer.kind === "repeat") {
    const times = layer.args.find((arg) => arg.name !== "at");
    return [`${made}(`, times === undefined ? "1" : argument(times.value, scope), ", () => ", bodies[0] ?? list([]), `, ${at})`];
  }
  const args = layer.args.filter((arg) => !isDefault(layer.kind, arg.name, arg.value));
  const settings = args.length === 0 ? [] : [object(args.map((arg) => property(arg.name, argument(arg.value, scope)))), ", "];
  if (bodies.length === 0) return [`${made}(`, ...(settings.length === 0 ? ["{}, "] : settings), `${at})`];
  return [`${made}(`, ...settings, ...bodies.flatMap((body) => [body, ", "]), `${at})`];
}

/** Arguments by position up to the last that is not the block's own default. */
function blockCall(context: Context, layer: LayerPlan, scope: Scope): Doc {
  const block = context.plan.blocks.find((each) => each.name === layer.kind);
  const parameters = block?.parameters ?? [];
  const given = parameters.map((each) => {
    const arg = layer.args.find((candidate) => candidate.name === each.name);
    if (arg !== undefined && !same(arg.value, each.default)) return { doc: argument(arg.value, scope), needed: true };
    return { doc: each.default === null ? "undefined" : argumentText(each.default), needed: false };
  });
  const count = given.reduce((last, each, i) => (each.needed ? i + 1 : last), 0);
  const parts = given.slice(0, count).flatMap((each, i) => (i === 0 ? [each.doc] : [", ", each.doc]));
  return [`...${context.nameOf("Block", layer.kind)}(`, ...parts, ")"];
}

function isDefault(kind: string, name: string, value: ArgumentValue | Expr): boolean {
  const described = layers[kind]?.arguments.find((each) => each.name === name);
  return described?.default !== undefined && same(value, described.default);
}

function same(value: ArgumentValue | Expr, other: ArgumentValue | null): boolean {
  if (other === null || isExpr(value)) return false;
  return JSON.stringify(value) === JSON.stringify(other);
}

function argument(value: ArgumentValue | Expr, scope: Scope): Doc {
  return isExpr(value) ? printFormula(value, scope) : argumentText(value);
}

export function argumentText(value: ArgumentValue): Doc {
  if (typeof value === "number") return numberLiteral(value);
  if (typeof value === "string") return stringLiteral(value);
  if (typeof value === "boolean") return String(value);
  return list(value.map(numberLiteral));
}

/** The type of a block's parameter that has no default: that of what it is called with. */
function parameterType(plan: Plan, block: string, parameter: string): string {
  const bodies = [...plan.backbones, ...plan.blocks].map((each) => each.body);
  for (const layer of bodies.flatMap(allLayers)) {
    if (!layer.block || layer.kind !== block) continue;
    const value = layer.args.find((arg) => arg.name === parameter)?.value;
    if (value === undefined || isExpr(value)) continue;
    return typeof value === "object" ? "readonly number[]" : typeof value;
  }
  return "number";
}

function allLayers(body: readonly LayerPlan[]): readonly LayerPlan[] {
  return body.flatMap((layer) => [layer, ...layer.bodies.flatMap(allLayers)]);
}

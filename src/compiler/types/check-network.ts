/** Blocks and backbones for one use: layers against the catalogue, blocks written out, structure kept for the program. */

import type { Span } from "../../diagnostics/source.js";
import type { ArgumentValue, Layer, LayerDescription, Shape } from "../../runtime/describe.js";
import type { Line } from "../../runtime/step/step.js";
import { number, parameter } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type { LayerOrigin, Network } from "../network/network.js";
import type * as Ast from "../syntax/ast.js";
import { argumentValue, checkArguments, withDefaults } from "./arguments.js";
import { type Body, type Checking, newBody, Use } from "./body.js";
import { constantOf } from "./constant.js";
import { checkExpression } from "./formula.js";
import { matchArguments } from "./instantiate.js";
import { type Checked, plain, unknown } from "./value.js";

/** A layer or block call as it is written, arguments by name. */
export interface WrittenLayer {
  readonly kind: string;
  /** The block, where it is a call of one. */
  readonly block: Ast.Block | null;
  readonly at: Line;
  readonly args: readonly { readonly name: string; readonly value: ArgumentValue | Expr }[];
  readonly bodies: readonly (readonly WrittenLayer[])[];
  /** The layers it comes to in this use: itself, or those of the block. */
  readonly layers: readonly Layer[];
}

export interface CheckedBackbone extends Network {
  readonly declaration: Ast.Backbone;
  readonly parameters: readonly { readonly name: string; readonly value: ArgumentValue }[];
  readonly body: readonly WrittenLayer[];
  /** Bodies of the blocks in use, callees first. */
  readonly blocks: ReadonlyMap<Ast.Block, readonly WrittenLayer[]>;
}

export type LayerCatalogue = Readonly<Record<string, LayerDescription>>;

interface Expansion {
  readonly checking: Checking;
  readonly catalogue: LayerCatalogue;
  readonly locate: (span: Span) => Line;
  readonly origins: Map<Layer, LayerOrigin>;
  readonly blocks: Map<Ast.Block, readonly WrittenLayer[]>;
  readonly calls: readonly Span[];
  broken: boolean;
}

/**
 * The backbone with these arguments; null (after messages) where it cannot be made. `sketch` fills parameters that
 * have no default with 1, to look through a backbone that nobody uses.
 */
export function checkBackbone(
  checking: Checking,
  catalogue: LayerCatalogue,
  locate: (span: Span) => Line,
  declaration: Ast.Backbone,
  args: readonly Ast.Argument[],
  use: Ast.Expression | null,
): CheckedBackbone | null {
  const outside = newBody(checking, new Use(), "constant", `the backbone \`${declaration.name.text}\``);
  const expansion: Expansion = { checking, catalogue, locate, origins: new Map(), blocks: new Map(), calls: [], broken: false };
  const bound = bindParameters(outside, declaration, args, use?.span ?? null);
  if (bound === null) return null;
  const inside = bodyWith(outside, bound);
  const body = expandBody(expansion, inside, declaration.body);
  if (expansion.broken) return null;
  const parameters = [...bound].flatMap(([node, value]) => {
    const known = argumentValue(value);
    return known === null ? [] : [{ name: node.name.text, value: known }];
  });
  const layers = body.flatMap((each) => each.layers);
  return { declaration, parameters, body, blocks: expansion.blocks, layers, origins: expansion.origins };
}

/** Values of a block's or backbone's parameters for one call. */
function bindParameters(
  body: Body,
  declaration: Ast.Block | Ast.Backbone,
  args: readonly Ast.Argument[],
  use: Span | null,
): ReadonlyMap<Ast.Parameter, Checked> | null {
  const { collector, set } = body.checking;
  const given = new Map<Ast.Parameter, Checked>();
  for (const [argument, node] of matchArguments(body, declaration.name.text, declaration.parameters, args, declaration)) {
    given.set(node, checkExpression(body, argument.value));
  }
  const bound = new Map<Ast.Parameter, Checked>();
  let complete = true;
  for (const node of declaration.parameters) {
    const chosen = set.get(node) ?? node.default;
    const value =
      given.get(node) ?? (chosen === null ? null : checkExpression(newBody(body.checking, body.use, "constant", body.what), chosen));
    if (value === null || value.kind === "unknown") complete = false;
    if (value === null && use !== null) {
      collector.report("missing-argument", use, { name: node.name.text, of: declaration.name.text }, [
        { place: node.span, text: "the parameter has no default" },
      ]);
    }
    bound.set(node, value ?? unknown);
  }
  return complete ? bound : null;
}

/** Inside, a number that is a parameter keeps its name: the program's block has it as a parameter too. */
function bodyWith(outside: Body, bound: ReadonlyMap<Ast.Parameter, Checked>): Body {
  const inside = newBody(outside.checking, outside.use, "constant", outside.what);
  for (const [node, value] of bound) {
    const constant = value.kind === "value" ? constantOf(value.expr) : null;
    inside.values.set(node, constant === null ? value : plain(parameter(node.name.text, constant)));
  }
  return inside;
}

function expandBody(expansion: Expansion, body: Body, layers: Ast.LayerBody): readonly WrittenLayer[] {
  return layers.layers.flatMap((call) => expandCall(expansion, body, call) ?? []);
}

function expandCall(expansion: Expansion, body: Body, call: Ast.LayerCall): WrittenLayer | null {
  const meaning = expansion.checking.bound.meanings.get(call.callee);
  if (meaning?.kind === "layer") {
    const description = expansion.catalogue[meaning.name];
    if (description !== undefined) return expandLayer(expansion, body, call, description);
  }
  if (meaning?.kind === "declaration" && meaning.definition.declaration.kind === "block") {
    return expandBlock(expansion, body, call, meaning.definition.declaration);
  }
  expansion.broken = true;
  return null;
}

function expandLayer(expansion: Expansion, body: Body, call: Ast.LayerCall, description: LayerDescription): WrittenLayer | null {
  const args = checkArguments(body, description, call.args, call.callee);
  const fits = checkBodies(expansion, call, description.bodies);
  const bodies = call.bodies.map((each) => expandBody(expansion, body, each));
  if (args === null || !fits) {
    expansion.broken = true;
    return null;
  }
  const at = expansion.locate(call.callee.span);
  const layer: Layer = {
    kind: description.name,
    args: withDefaults(description, args),
    bodies: bodies.map((each) => each.flatMap((written) => written.layers)),
    at,
  };
  expansion.origins.set(layer, { span: call.span, calls: expansion.calls });
  const written = args.map((each) => ({ name: each.name, value: each.written }));
  return { kind: description.name, block: null, at, args: written, bodies, layers: [layer] };
}

function checkBodies(expansion: Expansion, call: Ast.LayerCall, wanted: 0 | 1 | "any"): boolean {
  const given = call.bodies.length;
  if (wanted === "any" ? given >= 1 : given === wanted) return true;
  expansion.checking.collector.report("layer-bodies", call.callee.span, { layer: call.callee.text, wanted, given });
  return false;
}

function expandBlock(expansion: Expansion, body: Body, call: Ast.LayerCall, declaration: Ast.Block): WrittenLayer | null {
  const bound = bindParameters(body, declaration, call.args, call.callee.span);
  if (!checkBodies(expansion, call, 0) || bound === null) {
    expansion.broken = true;
    return null;
  }
  const within: Expansion = { ...expansion, calls: [...expansion.calls, call.span] };
  const inner = expandBody(within, bodyWith(body, bound), declaration.body);
  if (within.broken) expansion.broken = true;
  if (!expansion.blocks.has(declaration)) expansion.blocks.set(declaration, inner);
  const args = blockArguments(body, declaration, call, bound);
  const at = expansion.locate(call.callee.span);
  return { kind: declaration.name.text, block: declaration, at, args, bodies: [], layers: inner.flatMap((each) => each.layers) };
}

/** What the call gives, as it is written; defaults stay with the block. */
function blockArguments(
  body: Body,
  declaration: Ast.Block,
  call: Ast.LayerCall,
  bound: ReadonlyMap<Ast.Parameter, Checked>,
): WrittenLayer["args"] {
  const silent = { checking: body.checking };
  return matchArguments(silent, declaration.name.text, declaration.parameters, call.args, declaration).flatMap(
    ([argument, node]): { name: string; value: ArgumentValue | Expr }[] => {
      const value = bound.get(node);
      if (value === undefined) return [];
      if (value.kind === "value") return [{ name: node.name.text, value: value.expr.kind === "number" ? value.expr.value : value.expr }];
      const known = argumentValue(value);
      const written = argument.value.kind === "reference" ? parameter(argument.value.name.text, 0) : (known ?? number(0));
      return [{ name: node.name.text, value: written }];
    },
  );
}

/** Output of each written layer, from the outputs of the layers it comes to. */
export function outputOf(layer: WrittenLayer, outputs: ReadonlyMap<Layer, Shape>): Shape | null {
  const last = layer.layers[layer.layers.length - 1];
  return last === undefined ? null : (outputs.get(last) ?? null);
}

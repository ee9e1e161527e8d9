/** The pass that makes loops: pointwise chains and sums over the same entries become one pass over memory. */
import { type LoopResult, loopAttributes } from "../kernels/loop.js";
import { input, inputsOf, type Pointwise, substitute } from "../kernels/pointwise.js";
import { numbersOf } from "../kernels/shapes.js";
import { decompose } from "./decompose.js";
import { Inlining, only } from "./loops/inline.js";
import { recomputed } from "./loops/recompute.js";
import { type Unit, Units } from "./loops/units.js";
import type { Node, Step } from "./step.js";

/**
 * The step with every pointwise kernel, batch norm and most sums in `loop` kernels. A value is stored only where
 * something else than a loop reads it or storing it saves memory traffic; what is stored for a convolution's filter
 * gradient alone is computed again there, by the loop that reads the same values anyway.
 */
export function loops(step: Step): Step {
  const parts = decompose(step);
  const before = inliningOf(parts);
  const again = recomputed(parts, before);
  const inlining = again === parts ? before : inliningOf(again);
  const units = new Units((ref) => inlining.info(ref));
  for (const [i, node] of again.nodes.entries()) place(units, inlining, node, i);
  return { ...again, nodes: units.inOrder().map((unit) => nodeOf(unit)) };
}

function place(units: Units, inlining: Inlining, node: Node, position: number): void {
  const [v] = node.inputs;
  if (node.kernel === "pointwise") {
    const output = only(node);
    if (!inlining.isStored(output)) return;
    units.part({ result: "map", outputs: [output], expression: inlining.making(node), node }, inlining.info(output).shape, position);
    return;
  }
  const result = v === undefined ? null : reductionOf(node, inlining.info(v).shape);
  if (result === null || v === undefined) units.plain(node, position);
  else units.part({ result, outputs: node.outputs, expression: inlining.reading(v), node }, inlining.info(v).shape, position);
}

function inliningOf(step: Step): Inlining {
  return new Inlining(step, (node) => reductionOf(node, step.values[node.inputs[0] ?? -1]?.shape ?? []) !== null);
}

/** What a loop calls this sum; null where it has no such sum. */
function reductionOf(node: Node, shape: readonly number[]): LoopResult | null {
  if (node.kernel === "moments") return "moments";
  if (node.kernel !== "reduceSum") return null;
  const axes = [...numbersOf(node.attributes, "axes")].sort((a, b) => a - b);
  const rank = shape.length;
  const leading = axes.every((axis, i) => axis === i);
  if (leading && axes.length === rank) return "total";
  if (leading && axes.length === rank - 1) return "columns";
  return axes.length === 1 && axes[0] === rank - 1 ? "rows" : null;
}

function nodeOf(unit: Unit): Node {
  if (unit.node !== null) return unit.node;
  const [first] = unit.parts;
  if (first === undefined) throw new Error("A loop without a result.");
  const inputs = [...new Set(unit.parts.flatMap(({ expression }) => [...inputsOf(expression)]))];
  const numbers: Pointwise[] = [];
  inputs.forEach((ref, i) => {
    numbers[ref] = input(i);
  });
  const parts = unit.parts.map(({ result, expression }) => ({ result, expression: substitute(expression, numbers) }));
  const after = unit.parts.map(({ node }) => node.after).find((ref) => ref !== undefined);
  const { path, at } = first.node;
  return {
    kernel: "loop",
    inputs,
    outputs: unit.parts.flatMap(({ outputs }) => outputs),
    attributes: loopAttributes({ shape: unit.shape, parts }),
    path,
    at,
    ...(after === undefined || inputs.some((ref) => ref === after) ? {} : { after }),
  };
}

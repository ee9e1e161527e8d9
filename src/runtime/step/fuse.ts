/** Passes from step to step that change what is computed how, never what comes out. */
import { input, inputsOf, type Pointwise, substitute } from "../kernels/pointwise.js";
import { expressionOf } from "../kernels/pointwise-kernel.js";
import { sameShape } from "../kernels/shapes.js";
import { erase } from "./erase.js";
import type { Node, Ref, Step } from "./step.js";

/**
 * All passes, in the order that suits them: a mark that only differentiation asks for would break chains in two and keep
 * alive what nothing reads; what is dead is not worth fusing; fusing leaves dead producers behind.
 */
export function optimize(step: Step): Step {
  return removeDead(fuse(removeDead(erase(step))));
}

/** Everything that is read from outside: outputs, updates, the finite test. */
function rootsOf(step: Step): readonly Ref[] {
  const roots = [...Object.values(step.outputs), ...step.updates.map((update) => update.value)];
  return step.finite === null ? roots : [...roots, step.finite];
}

/** Without the nodes that no output and no update needs. */
export function removeDead(step: Step): Step {
  const live = new Set(rootsOf(step));
  const nodes: Node[] = [];
  for (const node of [...step.nodes].reverse()) {
    if (!node.outputs.some((output) => live.has(output))) continue;
    for (const ref of node.inputs) live.add(ref);
    nodes.push(node);
  }
  return { ...step, nodes: nodes.reverse() };
}

/** More operands than this make a loop that no processor likes. */
const mostInputs = 10;

/**
 * Merges each pointwise node into its only reader where that is pointwise too and both have the same shape and type, and
 * broadcasts and constants into any pointwise reader. Chains become one pass over memory.
 */
export function fuse(step: Step): Step {
  const readers = new Map<Ref, number>();
  const read = (ref: Ref): void => void readers.set(ref, (readers.get(ref) ?? 0) + 1);
  for (const node of step.nodes) for (const ref of new Set(node.inputs)) read(ref);
  for (const ref of rootsOf(step)) read(ref);
  const makers = new Map<Ref, Node>();
  const nodes = step.nodes.map((node) => {
    const fused = node.kernel === "pointwise" ? absorb(step, node, makers, readers) : node;
    for (const output of fused.outputs) makers.set(output, fused);
    return fused;
  });
  return removeDead({ ...step, nodes });
}

function absorb(step: Step, node: Node, makers: ReadonlyMap<Ref, Node>, readers: ReadonlyMap<Ref, number>): Node {
  const inputs: Ref[] = [];
  const place = (ref: Ref): Pointwise => {
    const before = inputs.indexOf(ref);
    return input(before >= 0 ? before : inputs.push(ref) - 1);
  };
  const shapeOf = (ref: Ref): readonly number[] => step.values[ref]?.shape ?? [];
  const typeOf = (ref: Ref): string | undefined => step.values[ref]?.dtype;
  const output = node.outputs[0] ?? -1;
  const shape = shapeOf(output);
  const becomes = node.inputs.map((ref, i): Pointwise => {
    const maker = makers.get(ref);
    const others = node.inputs.length - 1 - i;
    if (maker?.kernel === "constant" && typeof maker.attributes.value === "number")
      return { kind: "constant", value: maker.attributes.value };
    if (maker?.kernel === "broadcast" && maker.inputs[0] !== undefined) return place(maker.inputs[0]);
    const mergeable =
      maker?.kernel === "pointwise" &&
      readers.get(ref) === 1 &&
      sameShape(shapeOf(ref), shape) &&
      typeOf(ref) === typeOf(output) &&
      new Set([...inputs, ...maker.inputs]).size + others <= mostInputs;
    return mergeable ? substitute(expressionOf(maker.attributes), maker.inputs.map(place)) : place(ref);
  });
  const expression = substitute(expressionOf(node.attributes), becomes);
  const used = inputsOf(expression);
  if (used.size === inputs.length) return { ...node, inputs, attributes: { expression, shape } };
  const kept = inputs.filter((_, i) => used.has(i));
  const renumbered = substitute(
    expression,
    inputs.map((ref) => input(kept.indexOf(ref))),
  );
  return { ...node, inputs: kept, attributes: { expression: renumbered, shape } };
}

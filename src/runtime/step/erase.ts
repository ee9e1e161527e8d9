/** The pass that takes out what only differentiation asks for. */
import { input, inputsOf, type Pointwise, rebuilt, substitute } from "../kernels/pointwise.js";
import { expressionOf } from "../kernels/pointwise-kernel.js";
import { sameShape } from "../kernels/shapes.js";
import { attributesKey } from "./record.js";
import type { Node, Ref, Step } from "./step.js";

/** Operations whose value is that of their first operand, and which differ from it in their gradient alone. */
const marks: ReadonlySet<string> = new Set(["stop", "withGradient"]);

/**
 * The step without `stop` and `withGradient`: whoever read such a value reads the operand itself. What becomes equal by that
 * is computed once: a loss's `value` marks what its `gradient` reads unmarked.
 */
export function erase(step: Step): Step {
  if (!step.nodes.some(isMarked)) return step;
  const stands = new Map<Ref, Ref>(); // for a value that is gone, the one that has its entries
  const repeated = new Map<Ref, Ref>(); // for a value that is only broadcast, what it is made of
  const now = (ref: Ref): Ref => stands.get(ref) ?? ref;
  const source = (ref: Ref): Ref => repeated.get(now(ref)) ?? now(ref);
  const known = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const each of step.nodes) {
    const node = each.kernel === "pointwise" ? unmarked(each, source) : { ...each, inputs: each.inputs.map(now) };
    const operand = operandOf(node);
    const key = `${node.kernel}(${node.inputs.join()})${attributesKey(node.attributes)}`;
    const before = known.get(key);
    if (operand !== null && isSame(step, operand, node)) for (const output of node.outputs) stands.set(output, operand);
    else if (before !== undefined) node.outputs.forEach((output, i) => void stands.set(output, before.outputs[i] ?? output));
    else {
      known.set(key, node);
      nodes.push(node);
      if (operand !== null) for (const output of node.outputs) repeated.set(output, operand);
    }
  }
  return {
    ...step,
    nodes,
    outputs: Object.fromEntries(Object.entries(step.outputs).map(([name, ref]) => [name, now(ref)])),
    updates: step.updates.map(({ variable, value }) => ({ variable, value: now(value) })),
    finite: step.finite === null ? null : now(step.finite),
  };
}

function isMarked(node: Node): boolean {
  if (node.kernel !== "pointwise") return false;
  const expression = expressionOf(node.attributes);
  return withoutMarks(expression) !== expression;
}

/** A pointwise node with its marks gone, reading each value once, and none that only a mark had asked for. */
function unmarked(node: Node, source: (ref: Ref) => Ref): Node {
  const expression = withoutMarks(expressionOf(node.attributes));
  const used = inputsOf(expression);
  const inputs = [...new Set(node.inputs.filter((_, i) => used.has(i)).map(source))];
  const becomes = node.inputs.map((ref) => input(inputs.indexOf(source(ref))));
  return { ...node, inputs, attributes: { ...node.attributes, expression: substitute(expression, becomes) } };
}

/** The same expression where it has no marks. */
function withoutMarks(expression: Pointwise): Pointwise {
  return rebuilt(expression, (part) => (part.kind === "apply" && marks.has(part.op) ? (part.args[0] ?? part) : part));
}

/** The operand whose entries a node hands on, as they are or broadcast; null where it computes. */
function operandOf(node: Node): Ref | null {
  const hands = node.kernel === "broadcast" || (node.kernel === "pointwise" && expressionOf(node.attributes).kind === "input");
  return hands ? (node.inputs[0] ?? null) : null;
}

function isSame(step: Step, operand: Ref, node: Node): boolean {
  const [from, to] = [step.values[operand], step.values[node.outputs[0] ?? -1]];
  return from !== undefined && to !== undefined && from.dtype === to.dtype && sameShape(from.shape, to.shape);
}

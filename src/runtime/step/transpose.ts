/** Reverse mode over recorded nodes: each kernel's gradient is recorded in terms of kernels. */

import { plus } from "../kernels/gradient.js";
import { kernelNamed } from "../kernels/kernels.js";
import type { Recording, Value } from "./record.js";
import type { Node, Ref } from "./step.js";

/** A value and the gradient that is known for it. */
export interface Seed {
  readonly value: Value;
  readonly gradient: Value;
}

/**
 * Records the gradients of `wanted`, given those of the seeds, and returns them in order, with the axes and the type of
 * what they belong to; null where nothing of `wanted` reaches a seed. Only what lies on a path between the two is recorded.
 */
export function transpose(recorder: Recording, seeds: readonly Seed[], wanted: readonly Value[]): readonly (Value | null)[] {
  const nodes = [...recorder.nodes()];
  const needed = reachedFrom(nodes, wanted);
  const gradients = new Map<Ref, Value>();
  const give = (ref: Ref, gradient: Value): void => {
    const typed = recorder.cast(gradient, recorder.valueOf(ref).dtype);
    const before = gradients.get(ref);
    gradients.set(ref, before === undefined ? typed : plus(recorder, before, typed));
  };
  for (const { value, gradient } of seeds) give(value.ref, gradient);
  for (const node of nodes.reverse()) {
    const dys = node.outputs.map((output) => gradients.get(output) ?? null);
    if (dys.every((dy) => dy === null) || !node.inputs.some((input) => needed.has(input))) continue;
    recorder.within(`${node.path}, gradient`, node.at, () => giveBack(recorder, node, dys, needed, give));
  }
  return wanted.map((value) => {
    const gradient = gradients.get(value.ref);
    return gradient === undefined ? null : { ...gradient, axes: value.axes };
  });
}

function giveBack(
  recorder: Recording,
  node: Node,
  dys: readonly (Value | null)[],
  needed: ReadonlySet<Ref>,
  give: (ref: Ref, gradient: Value) => void,
): void {
  const { gradient } = kernelNamed(node.kernel);
  if (gradient === null) return;
  const inputs = node.inputs.map((ref) => recorder.valueOf(ref));
  const outputs = node.outputs.map((ref) => recorder.valueOf(ref));
  gradient(recorder, inputs, outputs, dys, node.attributes).forEach((dx, i) => {
    const ref = node.inputs[i];
    if (dx !== null && ref !== undefined && needed.has(ref)) give(ref, dx);
  });
}

/** Everything that depends on one of `from`. */
function reachedFrom(nodes: readonly Node[], from: readonly Value[]): ReadonlySet<Ref> {
  const reached = new Set(from.map((value) => value.ref));
  for (const node of nodes) {
    if (node.inputs.some((input) => reached.has(input))) for (const output of node.outputs) reached.add(output);
  }
  return reached;
}

/** What is stored until the backward pass only to be a convolution's operand there is computed again instead. */
import { sizeOf } from "../../kernels/shapes.js";
import type { Node, Ref, Step, ValueInfo } from "../step.js";
import { type Inlining, only } from "./inline.js";

/**
 * The step with such values made twice: for the forward pass, and again once the gradient is there that the second reader
 * multiplies them by. Done only where everything they are made of is read later still, so that nothing lives longer.
 */
export function recomputed(step: Step, inlining: Inlining): Step {
  const places = new Map<Node, number>(step.nodes.map((node, i) => [node, i]));
  const last = lastReads(step, inlining);
  const values: ValueInfo[] = [...step.values];
  const nodes: Node[] = [];
  let changed = false;
  for (const [i, node] of step.nodes.entries()) {
    const [x, dy] = node.inputs;
    const maker = x === undefined ? undefined : inlining.maker(x);
    const isRoom = maker?.kernel === "pointwise" && node.kernel === "convFilterGradient" && x !== undefined && dy !== undefined;
    if (isRoom && isHeldOnlyFor(node, maker, x, i, inlining, places, last)) {
      const again = values.push(inlining.info(x)) - 1;
      nodes.push({ ...maker, outputs: [again], after: dy }, { ...node, inputs: [again, dy] });
      changed = true;
    } else nodes.push(node);
  }
  return changed ? { ...step, values, nodes } : step;
}

function isHeldOnlyFor(
  node: Node,
  maker: Node,
  x: Ref,
  place: number,
  inlining: Inlining,
  places: ReadonlyMap<Node, number>,
  last: ReadonlyMap<Ref, number>,
): boolean {
  if (!inlining.isStored(x)) return false;
  const others = inlining.readersOf(x).filter((reader) => reader !== node);
  const made = places.get(maker) ?? 0;
  // Read by the forward pass alone, that is: nearer to where it is made than to here.
  const early = others.length > 0 && others.every((reader) => lastRead(reader, inlining, places, last) - made < (place - made) / 2);
  const entries = sizeOf(inlining.info(x).shape);
  const large = [...inlining.leavesOfMaking(maker)].filter((ref) => sizeOf(inlining.info(ref).shape) === entries);
  return early && large.every((ref) => (last.get(ref) ?? 0) > place);
}

/** Where the last of a reader's entries are needed: where it stands itself, or where what is computed inside of others is. */
function lastRead(reader: Node, inlining: Inlining, places: ReadonlyMap<Node, number>, last: ReadonlyMap<Ref, number>): number {
  const own = places.get(reader) ?? 0;
  if (reader.kernel !== "pointwise" || inlining.isStored(only(reader))) return own;
  return Math.max(own, ...inlining.readersOf(only(reader)).map((each) => lastRead(each, inlining, places, last)));
}

/** For each value in memory, the place of the last node that reads it, through values computed inside of others too. */
function lastReads(step: Step, inlining: Inlining): ReadonlyMap<Ref, number> {
  const last = new Map<Ref, number>();
  step.nodes.forEach((node, i) => {
    for (const ref of node.inputs) for (const leaf of inlining.leaves(ref)) last.set(leaf, i);
  });
  return last;
}

/** The pass that trades memory for a second computation, for backends that run pointwise kernels one operation each. */
import { apply, constant, input } from "../kernels/pointwise.js";
import { numberOf, sizeOf } from "../kernels/shapes.js";
import type { Node, Ref, Step, ValueInfo } from "./step.js";

/**
 * Computes what batch norm and the activation behind it gave once more where the backward pass reads it, from the map that
 * batch norm was given and that its gradient keeps anyway; the first ones are given back after the forward pass. The second
 * computation has `after`: the gradient that it is wanted with.
 */
export function recompute(step: Step): Step {
  return new Recomputing(step).step();
}

class Recomputing {
  private readonly values: ValueInfo[];
  private readonly nodes: Node[] = [];
  private readonly makers = new Map<Ref, Node>();
  private readonly last = new Map<Ref, number>();
  /** What depends on labels: the loss, and everything of the backward pass. */
  private readonly behind = new Set<Ref>();
  /** What the forward pass reads. */
  private readonly ahead = new Set<Ref>();
  /** Of each value that was computed again, the second one. */
  private readonly again = new Map<Ref, Ref>();

  constructor(private readonly before: Step) {
    this.values = [...before.values];
    for (const { name, value } of before.fed) if (name === "labels") this.behind.add(value);
    for (const [i, node] of before.nodes.entries()) {
      const isBehind = node.inputs.some((ref) => this.behind.has(ref));
      for (const ref of node.inputs) this.last.set(ref, i);
      for (const ref of isBehind ? [] : node.inputs) this.ahead.add(ref);
      for (const ref of node.outputs) this.makers.set(ref, node);
      for (const ref of isBehind ? node.outputs : []) this.behind.add(ref);
    }
  }

  step(): Step {
    for (const [i, node] of this.before.nodes.entries()) this.nodes.push(this.backward(node, i));
    return { ...this.before, values: this.values, nodes: this.nodes };
  }

  /** A node as it is, or one of the backward pass with second values. What comes out of that pass says when they are wanted. */
  private backward(node: Node, place: number): Node {
    const fresh = node.inputs.find((ref) => this.behind.has(ref) && this.makers.has(ref));
    if (fresh === undefined) return node;
    return { ...node, inputs: node.inputs.map((ref) => this.second(ref, fresh, place) ?? ref) };
  }

  private second(ref: Ref, after: Ref, place: number): Ref | null {
    const known = this.again.get(ref);
    if (known !== undefined) return known;
    const maker = this.makers.get(ref);
    if (maker === undefined || this.behind.has(ref) || !this.ahead.has(ref)) return null;
    const made = maker.kernel === "batchNorm" ? this.norm(maker, ref, after, place) : this.activation(maker, after, place);
    if (made !== null) this.again.set(ref, made);
    return made;
  }

  private norm(maker: Node, ref: Ref, after: Ref, place: number): Ref | null {
    const [x, scale, offset] = maker.inputs;
    const [y, mean, variance] = maker.outputs;
    if (x === undefined || scale === undefined || offset === undefined || mean === undefined || variance === undefined) return null;
    if (y !== ref || (this.last.get(x) ?? 0) <= place) return null;
    const epsilon = constant(numberOf(maker.attributes, "epsilon"));
    const gain = this.pointwise(
      maker,
      after,
      [scale, variance],
      mean,
      apply("divide", input(0), apply("sqrt", apply("add", input(1), epsilon))),
    );
    const shift = this.pointwise(
      maker,
      after,
      [offset, mean, gain],
      mean,
      apply("subtract", input(0), apply("multiply", input(1), input(2))),
    );
    return this.pointwise(maker, after, [x, gain, shift], ref, apply("add", apply("multiply", input(0), input(1)), input(2)));
  }

  /** Of one map alone, which is a batch norm's. */
  private activation(maker: Node, after: Ref, place: number): Ref | null {
    const [output] = maker.outputs;
    if (maker.kernel !== "pointwise" || output === undefined) return null;
    const entries = sizeOf(this.info(output).shape);
    const large = maker.inputs.filter((ref) => sizeOf(this.info(ref).shape) === entries);
    const [map] = large;
    if (large.length !== 1 || map === undefined || this.makers.get(map)?.kernel !== "batchNorm") return null;
    const second = this.second(map, after, place);
    if (second === null) return null;
    const [again] = this.copy(
      maker,
      after,
      [output],
      maker.inputs.map((ref) => (ref === map ? second : ref)),
    );
    return again ?? null;
  }

  private pointwise(of: Node, after: Ref, inputs: readonly Ref[], like: Ref, expression: ReturnType<typeof apply>): Ref {
    const node = { ...of, kernel: "pointwise", attributes: { expression, shape: this.info(like).shape } };
    const [made] = this.copy(node, after, [like], inputs);
    if (made === undefined) throw new Error("pointwise has one output.");
    return made;
  }

  private copy(node: Node, after: Ref, outputs: readonly Ref[], inputs: readonly Ref[]): readonly Ref[] {
    const made = outputs.map((ref) => this.values.push(this.info(ref)) - 1);
    this.nodes.push({ ...node, inputs, outputs: made, after });
    return made;
  }

  private info(ref: Ref): ValueInfo {
    const info = this.values[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }
}

/** Which values a step with loops keeps in memory, and what the others are in terms of those. */
import { input, type Pointwise, substitute } from "../../kernels/pointwise.js";
import { expressionOf } from "../../kernels/pointwise-kernel.js";
import { sameShape, sizeOf } from "../../kernels/shapes.js";
import type { Node, Ref, Step, ValueInfo } from "../step.js";

/** More operands than this in one expression make a loop that no processor likes. */
const mostLeaves = 24;
/** A value that is computed for each of its readers has at most so many operands, and costs so much. */
const mostSharedLeaves = 10;
const mostSharedCost = 40;

/** Operations that cost about ten times as much as a sum. */
const costly: ReadonlySet<string> = new Set(["exp", "expm1", "log", "log1p", "softplus", "power", "sin", "cos", "arccos"]);

/**
 * Decides for each pointwise value whether it is stored, or computed inside whatever reads it. Stored is what no loop
 * reads, and what costs less bytes to store and read than to read what it is made of once for each reader; a value that
 * is made of one other never does.
 */
export class Inlining {
  private readonly makers = new Map<Ref, Node>();
  private readonly readers = new Map<Ref, Node[]>();
  private readonly kept = new Set<Ref>();
  private readonly expressions = new Map<Ref, Pointwise>();
  private readonly leafSets = new Map<Ref, ReadonlySet<Ref>>();

  constructor(
    private readonly step: Step,
    private readonly isReduction: (node: Node) => boolean,
  ) {
    for (const node of step.nodes) {
      for (const output of node.outputs) this.makers.set(output, node);
      for (const ref of new Set(node.inputs)) this.readersOf(ref).push(node);
    }
    for (const ref of rootsOf(step)) this.kept.add(ref);
    for (const node of step.nodes) if (node.kernel === "pointwise") this.decide(node);
  }

  /** Whether this pointwise value is in memory. */
  isStored(ref: Ref): boolean {
    return this.kept.has(ref);
  }

  readersOf(ref: Ref): Node[] {
    const known = this.readers.get(ref) ?? [];
    this.readers.set(ref, known);
    return known;
  }

  maker(ref: Ref): Node | undefined {
    return this.makers.get(ref);
  }

  /** The value as an expression of values that are in memory; inputs are numbered by value. */
  reading(ref: Ref): Pointwise {
    const maker = this.makers.get(ref);
    return maker?.kernel === "pointwise" && !this.kept.has(ref) ? this.making(maker) : input(ref);
  }

  /** What a pointwise node computes, in the same terms. */
  making(node: Node): Pointwise {
    const output = only(node);
    const known = this.expressions.get(output);
    if (known !== undefined) return known;
    const made = substitute(
      expressionOf(node.attributes),
      node.inputs.map((ref) => this.reading(ref)),
    );
    this.expressions.set(output, made);
    return made;
  }

  /** Values in memory that reading this one reads. */
  leaves(ref: Ref): ReadonlySet<Ref> {
    const maker = this.makers.get(ref);
    if (maker?.kernel !== "pointwise" || this.kept.has(ref)) return new Set([ref]);
    return this.leavesOfMaking(maker);
  }

  leavesOfMaking(node: Node): ReadonlySet<Ref> {
    const output = only(node);
    const known = this.leafSets.get(output);
    if (known !== undefined) return known;
    const made = new Set(node.inputs.flatMap((ref) => [...this.leaves(ref)]));
    this.leafSets.set(output, made);
    return made;
  }

  info(ref: Ref): ValueInfo {
    const info = this.step.values[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }

  private decide(node: Node): void {
    this.limitOperands(node);
    const ref = only(node);
    const readers = this.readersOf(ref);
    if (this.kept.has(ref)) return;
    if (readers.some((reader) => !this.takesIn(reader, ref)) || this.costsLess(node, readers)) this.kept.add(ref);
  }

  /** Stores the operands that are made of most, until the node reads few enough. */
  private limitOperands(node: Node): void {
    for (;;) {
      const leaves = new Set(node.inputs.flatMap((ref) => [...this.leaves(ref)]));
      const [largest] = [...node.inputs].sort((a, b) => this.leaves(b).size - this.leaves(a).size);
      if (leaves.size <= mostLeaves || largest === undefined || this.leaves(largest).size <= 1) return;
      this.kept.add(largest);
    }
  }

  /** Whether a reader can compute the value itself: a loop over the same entries, or one that repeats few of them. */
  private takesIn(reader: Node, ref: Ref): boolean {
    if (reader.kernel !== "pointwise" && !this.isReduction(reader)) return false;
    const { shape } = this.info(ref);
    const space = reader.kernel === "pointwise" ? this.info(only(reader)).shape : this.info(reader.inputs[0] ?? -1).shape;
    if (sameShape(space, shape)) return true;
    const last = space.at(-1) ?? 1;
    return sizeOf(shape) === 1 || (sizeOf(shape) === last && shape.at(-1) === last && sizeOf(space) > last);
  }

  private costsLess(node: Node, readers: readonly Node[]): boolean {
    if (readers.length < 2) return false;
    const leaves = this.leavesOfMaking(node);
    if (leaves.size > mostSharedLeaves || costOf(this.making(node)) > mostSharedCost) return true;
    const entries = sizeOf(this.info(only(node)).shape);
    const large = (refs: ReadonlySet<Ref>): Ref[] => [...refs].filter((ref) => sizeOf(this.info(ref).shape) === entries);
    const operands = large(leaves);
    if (operands.length < 2) return false;
    let extra = 0;
    for (const reader of readers) {
      const others = new Set(reader.inputs.filter((ref) => ref !== only(node)).flatMap((ref) => [...this.leaves(ref)]));
      extra += operands.filter((ref) => !others.has(ref)).length;
    }
    return extra >= operands.length + readers.length;
  }
}

/** Everything that is read from outside. */
export function rootsOf(step: Step): readonly Ref[] {
  const roots = [...Object.values(step.outputs), ...step.updates.map(({ value }) => value)];
  return step.finite === null ? roots : [...roots, step.finite];
}

export function only(node: Node): Ref {
  const [output] = node.outputs;
  if (output === undefined) throw new Error(`${node.kernel} has no output.`);
  return output;
}

function costOf(expression: Pointwise): number {
  const seen = new Set<Pointwise>();
  const visit = (part: Pointwise): number => {
    if (part.kind !== "apply" || seen.has(part)) return 0;
    seen.add(part);
    return (costly.has(part.op) ? 10 : 1) + part.args.reduce((sum, arg) => sum + visit(arg), 0);
  };
  return visit(expression);
}

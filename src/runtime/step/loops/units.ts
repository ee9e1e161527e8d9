/** What a step with loops runs: nodes as they are, and loops that take results in as long as no circle comes of it. */
import type { LoopResult } from "../../kernels/loop.js";
import { inputsOf, type Pointwise, rebuilt } from "../../kernels/pointwise.js";
import { sameShape, sizeOf } from "../../kernels/shapes.js";
import type { Node, Ref, ValueInfo } from "../step.js";

/** Outputs and operands that one loop has at most. */
const mostParts = 8;
const mostOperands = 32;

export interface Part {
  readonly result: LoopResult;
  readonly outputs: readonly Ref[];
  /** Over values in memory, by number. */
  readonly expression: Pointwise;
  readonly node: Node;
}

export interface Unit {
  /** A node as it is; null: a loop of the parts. */
  readonly node: Node | null;
  readonly shape: readonly number[];
  readonly parts: Part[];
  readonly reads: Set<Ref>;
  /** Where in the step it stands. */
  position: number;
  readonly id: number;
}

export class Units {
  readonly list: Unit[] = [];
  private readonly makers = new Map<Ref, Unit>();
  /** Of each unit, by number: those that it waits for, one bit each. */
  private readonly waits: bigint[] = [];

  constructor(private readonly infoOf: (ref: Ref) => ValueInfo) {}

  /** A node that stays what it is. */
  plain(node: Node, position: number): void {
    const unit = this.open(node, [], position);
    this.read(unit, [...node.inputs, ...(node.after === undefined ? [] : [node.after])]);
    for (const output of node.outputs) this.makers.set(output, unit);
  }

  /** A result over `shape`, in the loop that reads or makes most of what it reads, else in one of its own. */
  part(part: Part, shape: readonly number[], position: number): void {
    const unit = this.host(part, shape) ?? this.open(null, shape, position);
    const inside = new Map<Ref, Pointwise>();
    for (const { result, outputs, expression } of unit.parts)
      if (result === "map" && outputs[0] !== undefined) inside.set(outputs[0], expression);
    const expression = rebuilt(part.expression, (e) => (e.kind === "input" ? (inside.get(e.index) ?? e) : e));
    unit.parts.push({ ...part, expression });
    unit.position = Math.max(unit.position, position);
    this.read(unit, [...inputsOf(expression), ...(part.node.after === undefined ? [] : [part.node.after])]);
    for (const output of part.outputs) this.makers.set(output, unit);
  }

  makerOf(ref: Ref): Unit | undefined {
    return this.makers.get(ref);
  }

  /** Whether `unit` cannot run before what makes `ref`. */
  waitsFor(unit: Unit, ref: Ref): boolean {
    const maker = this.makers.get(ref);
    return maker !== undefined && (((this.waits[unit.id] ?? 0n) >> BigInt(maker.id)) & 1n) === 1n;
  }

  private host(part: Part, shape: readonly number[]): Unit | null {
    const reads = [...inputsOf(part.expression)];
    const entries = sizeOf(shape);
    const large = reads.filter((ref) => sizeOf(this.infoOf(ref).shape) === entries);
    let best: Unit | null = null;
    let most = 0;
    for (const unit of this.list) {
      if (unit.node !== null || !sameShape(unit.shape, shape)) continue;
      const shared = large.filter((ref) => unit.reads.has(ref) || this.makers.get(ref) === unit).length;
      if (shared < Math.max(most, 1) || !this.fits(unit, part, reads)) continue;
      best = unit;
      most = shared;
    }
    return best;
  }

  private fits(unit: Unit, part: Part, reads: readonly Ref[]): boolean {
    if (unit.parts.length >= mostParts || new Set([...unit.reads, ...reads]).size > mostOperands) return false;
    return [...reads, ...(part.node.after === undefined ? [] : [part.node.after])].every((ref) => {
      const maker = this.makers.get(ref);
      if (maker === undefined) return true;
      if (maker === unit) return unit.parts.some(({ result, outputs }) => result === "map" && outputs[0] === ref);
      return (((this.waits[maker.id] ?? 0n) >> BigInt(unit.id)) & 1n) === 0n;
    });
  }

  private open(node: Node | null, shape: readonly number[], position: number): Unit {
    const unit: Unit = { node, shape, parts: [], reads: new Set(), position, id: this.list.length };
    this.list.push(unit);
    this.waits.push(0n);
    return unit;
  }

  private read(unit: Unit, refs: readonly Ref[]): void {
    let more = 0n;
    for (const ref of refs) {
      const maker = this.makers.get(ref);
      if (maker !== undefined && maker !== unit) more |= (1n << BigInt(maker.id)) | (this.waits[maker.id] ?? 0n);
      if (maker !== unit) unit.reads.add(ref);
    }
    const own = 1n << BigInt(unit.id);
    this.waits[unit.id] = (this.waits[unit.id] ?? 0n) | more;
    this.waits.forEach((waits, id) => {
      if ((waits & own) !== 0n) this.waits[id] = waits | more;
    });
  }

  /** All units, each behind what it waits for, otherwise by their places in the step. */
  inOrder(): readonly Unit[] {
    const done = new Set<Unit>();
    const order: Unit[] = [];
    const visit = (unit: Unit): void => {
      if (done.has(unit)) return;
      done.add(unit);
      const before = [...unit.reads].flatMap((ref) => this.makers.get(ref) ?? []);
      for (const each of before.sort((a, b) => a.position - b.position)) visit(each);
      order.push(unit);
    };
    for (const unit of [...this.list].sort((a, b) => a.position - b.position)) visit(unit);
    return order;
  }
}

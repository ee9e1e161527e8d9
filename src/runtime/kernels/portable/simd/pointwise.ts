/** Pointwise expressions of plain arithmetic as vector loops: four float32 at a time. */
import type { Pointwise } from "../../pointwise.js";
import type { Loops } from "../loops.js";
import {
  bitAnd,
  type Code,
  choose,
  compile,
  constant4,
  float4,
  get,
  increase,
  integer,
  lessThan,
  load,
  loadSplat,
  plus,
  repeatWhile,
  set,
  store,
} from "./assembler.js";

/** Addresses of the result and the operands; sizes and strides as `Loops` has them. */
export type VectorLoop = (out: number, operands: readonly number[], loops: Loops) => void;

const plain: Readonly<Record<string, (...args: readonly Code[]) => Code>> = {
  add: (a = [], b = []) => float4.add(a, b),
  subtract: (a = [], b = []) => float4.subtract(a, b),
  multiply: (a = [], b = []) => float4.multiply(a, b),
  divide: (a = [], b = []) => float4.divide(a, b),
  minimum: (a = [], b = []) => float4.minimum(a, b),
  maximum: (a = [], b = []) => float4.maximum(a, b),
  negate: (a = []) => float4.negate(a),
  abs: (a = []) => float4.abs(a),
  sqrt: (a = []) => float4.sqrt(a),
  floor: (a = []) => float4.floor(a),
};

const masks: Readonly<Record<string, (...args: readonly Code[]) => Code>> = {
  less: (a = [], b = []) => float4.less(a, b),
  lessEqual: (a = [], b = []) => float4.lessEqual(a, b),
  greater: (a = [], b = []) => float4.greater(a, b),
  greaterEqual: (a = [], b = []) => float4.greaterEqual(a, b),
  equal: (a = [], b = []) => float4.equal(a, b),
  notEqual: (a = [], b = []) => float4.notEqual(a, b),
};

/** Whether loops and operations are of the kind that vectors do: at most two loops, the inner one in steps of four entries. */
export function fitsVectors(expression: Pointwise, loops: Loops): boolean {
  const rank = loops.sizes.length;
  if (rank < 1 || rank > 2 || (loops.sizes[rank - 1] ?? 0) % 4 !== 0) return false;
  if (loops.strides.some((stride) => (stride[rank - 1] ?? 0) > 1)) return false;
  return isPlain(expression);
}

function isPlain(expression: Pointwise): boolean {
  if (expression.kind !== "apply") return true;
  const known = expression.op === "select" || Object.hasOwn(plain, expression.op) || Object.hasOwn(masks, expression.op);
  return known && expression.args.every(isPlain);
}

/**
 * Compiles the loops. Parameters: result, operands, rows, bytes of a row, bytes that each operand moves from row to
 * row. Operands that repeat along the row are read once a row.
 */
export function vectorLoop(memory: WebAssembly.Memory, expression: Pointwise, loops: Loops): VectorLoop {
  const count = loops.strides.length;
  const last = loops.sizes.length - 1;
  const [out, rows, bytes, moves] = [0, 1 + count, 2 + count, 3 + count];
  const place = 3 + 2 * count; // integer: bytes done of this row
  const firstVector = place + 1;
  const runs = loops.strides.map((stride) => stride[last] === 1);
  const body = new Body(firstVector + count);
  const result = body.value(expression, (index) => get(firstVector + index));
  const at = (pointer: number): Code => plus(get(pointer), get(place));
  const read = (which: boolean): Code =>
    runs.flatMap((run, k) => (run === which ? set(firstVector + k, run ? load(at(1 + k)) : loadSplat(get(1 + k))) : []));
  const inner = [...read(true), ...body.code, ...store(at(out), result), ...increase(place, integer(16))];
  const row = [
    ...set(place, integer(0)),
    ...read(false),
    ...repeatWhile(inner, lessThan(get(place), get(bytes))),
    ...increase(out, get(bytes)),
    ...runs.flatMap((_, k) => increase(1 + k, get(moves + k))),
    ...increase(rows, integer(-1)),
  ];
  const code = repeatWhile(row, lessThan(integer(0), get(rows)));
  const run = compile(memory, 3 + 2 * count, { integers: 1, vectors: count + body.locals }, code);
  return (address, operands, { sizes, strides }) => {
    const outer = sizes.length === 2 ? (sizes[0] ?? 1) : 1;
    run(address, ...operands, outer, 4 * (sizes[last] ?? 0), ...strides.map((stride) => (sizes.length === 2 ? 4 * (stride[0] ?? 0) : 0)));
  };
}

/** Code that leaves each distinct part of an expression in a vector local of its own. */
class Body {
  readonly code: number[] = [];
  locals = 0;
  private readonly known = new Map<Pointwise, Code>();

  constructor(private readonly first: number) {}

  value(part: Pointwise, input: (index: number) => Code): Code {
    if (part.kind === "input") return input(part.index);
    if (part.kind === "constant") return constant4(part.value);
    return this.once(part, () => {
      if (part.op === "select") {
        const [condition, a, b] = part.args;
        if (condition === undefined || a === undefined || b === undefined) throw new Error("select has three arguments.");
        return choose(this.mask(condition, input), this.value(a, input), this.value(b, input));
      }
      const args = part.args.map((arg) => this.value(arg, input));
      const mask = masks[part.op];
      if (mask !== undefined) return bitAnd(mask(...args), constant4(1));
      const make = plain[part.op];
      if (make === undefined) throw new Error(`No vectors for ${part.op}.`);
      return make(...args);
    });
  }

  private mask(condition: Pointwise, input: (index: number) => Code): Code {
    const mask = condition.kind === "apply" ? masks[condition.op] : undefined;
    if (mask === undefined || condition.kind !== "apply") return float4.notEqual(this.value(condition, input), constant4(0));
    return mask(...condition.args.map((arg) => this.value(arg, input)));
  }

  private once(part: Pointwise, make: () => Code): Code {
    const before = this.known.get(part);
    if (before !== undefined) return before;
    const value = make();
    const local = this.first + this.locals++;
    this.code.push(...set(local, value));
    const read = get(local);
    this.known.set(part, read);
    return read;
  }
}

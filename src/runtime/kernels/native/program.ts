/** Writes a loop as the text that the operation FacecLoop reads (`native/program.h` says what it means). */
import type { ValueInfo } from "../../step/step.js";
import type { LoopDescription, LoopPart } from "../loop.js";
import { outputsOf } from "../loop.js";
import type { Pointwise } from "../pointwise.js";

export interface LoopProgram {
  readonly text: string;
  /** Operands and outputs by type, in the order that the operation has them; numbers of the loop's own. */
  readonly inputs: Readonly<Record<"float32" | "bfloat16" | "int32", readonly number[]>>;
  readonly outputs: Readonly<Record<"float32" | "bfloat16", readonly number[]>>;
}

interface Placed extends LoopPart {
  readonly outputs: readonly number[];
  readonly info: ValueInfo;
}

/** `outputs` are those of all parts in order; only maps may be bfloat16. */
export function loopProgram(loop: LoopDescription, inputs: readonly ValueInfo[], outputs: readonly ValueInfo[]): LoopProgram {
  const parts = placed(loop, outputs);
  const byType = (infos: readonly ValueInfo[], dtype: string): number[] => infos.flatMap((info, i) => (info.dtype === dtype ? [i] : []));
  const operands = { float32: byType(inputs, "float32"), bfloat16: byType(inputs, "bfloat16"), int32: byType(inputs, "int32") };
  const wide = parts.filter(({ info }) => info.dtype === "float32");
  const narrow = parts.filter(({ info }) => info.dtype === "bfloat16");
  const order = [...operands.float32, ...operands.bfloat16, ...operands.int32];
  const space = spaceOf(
    loop,
    order.map((i) => inputs[i]?.shape ?? []),
  );
  const writer = new Writer(order);
  const results = [...wide, ...narrow].map(({ result, expression, info }) => {
    return `${nameOf(result, space.rows)} ${writer.register(expression)} ${list(info.shape)}`;
  });
  return {
    text: [`dims ${list(space.dims)}`, ...space.strides.map((strides) => `in 0 ${strides.join(" ")}`), ...writer.words, ...results].join(
      " ",
    ),
    inputs: operands,
    outputs: { float32: wide.flatMap((part) => part.outputs), bfloat16: narrow.flatMap((part) => part.outputs) },
  };
}

function placed({ parts }: LoopDescription, outputs: readonly ValueInfo[]): readonly Placed[] {
  let next = 0;
  return parts.map((part) => {
    const numbers = Array.from({ length: outputsOf(part.result) }, () => next++);
    const info = outputs[numbers[0] ?? -1];
    if (info === undefined) throw new Error(`A loop of ${outputs.length} outputs has no output ${numbers[0]}.`);
    return { ...part, outputs: numbers, info };
  });
}

/** Of one row, the sums by column are the entries, and the sum of the row is that of everything. */
function nameOf(result: LoopPart["result"], rows: number): string {
  if (rows > 1) return result;
  if (result === "moments") throw new Error("Moments of a single row.");
  return result === "columns" ? "map" : result === "rows" ? "total" : result;
}

interface Space {
  readonly dims: readonly number[];
  readonly rows: number;
  /** Of each operand, by dimension. */
  readonly strides: readonly (readonly number[])[];
}

/** The loop's dimensions, neighbours joined where every operand walks them as one. The last stays alone where sums ask for it. */
function spaceOf({ shape, parts }: LoopDescription, operands: readonly (readonly number[])[]): Space {
  const keepsLast = parts.some(({ result }) => result !== "map" && result !== "total");
  const all = operands.map((operand) => stridesOf(operand, shape));
  const dims: number[] = [];
  const strides: number[][] = all.map(() => []);
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = shape[i] ?? 1;
    const isLast = i === shape.length - 1;
    if (size === 1 && !isLast) continue;
    const outer = dims[0];
    const joins =
      outer !== undefined &&
      !(keepsLast && dims.length === 1) &&
      all.every((operand, k) => operand[i] === (strides[k]?.[0] ?? 0) * outer || outer === 1);
    if (joins && outer === 1) for (const [k, each] of strides.entries()) each.splice(0, 1, all[k]?.[i] ?? 0);
    if (joins) dims[0] = outer * size;
    else {
      dims.unshift(size);
      for (const [k, each] of strides.entries()) each.unshift(all[k]?.[i] ?? 0);
    }
  }
  if (dims.length === 0) return { dims: [1], rows: 1, strides: all.map(() => [0]) };
  return { dims, rows: dims.slice(0, -1).reduce((product, size) => product * size, 1), strides };
}

/** Entries from one to the next along each dimension of `shape`; 0 where the operand repeats. */
function stridesOf(operand: readonly number[], shape: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let walked = 1;
  for (let i = 1; i <= operand.length; i++) {
    const size = operand.at(-i) ?? 1;
    if (size !== 1) strides[shape.length - i] = walked;
    walked *= size;
  }
  return strides;
}

function list(sizes: readonly number[]): string {
  return [sizes.length, ...sizes].join(" ");
}

/** Registers: operands first, then constants and operations, equal ones once. */
class Writer {
  readonly words: string[] = [];
  private readonly numbers = new Map<Pointwise, number>();
  private readonly known = new Map<string, number>();
  private next: number;

  constructor(private readonly order: readonly number[]) {
    this.next = order.length;
  }

  register(e: Pointwise): number {
    const before = this.numbers.get(e);
    if (before !== undefined) return before;
    const made = e.kind === "input" ? this.order.indexOf(e.index) : this.write(this.wordsOf(e));
    this.numbers.set(e, made);
    return made;
  }

  private wordsOf(e: Exclude<Pointwise, { kind: "input" }>): string {
    if (e.kind === "constant") return `constant ${numeral(e.value)}`;
    const [a, b] = e.args;
    // A product that is added to something takes one pass with it.
    if (e.op === "add" && a?.kind === "apply" && a.op === "multiply" && b !== undefined && !this.numbers.has(a))
      return this.multiplyAdd(a.args, b);
    if (e.op === "add" && b?.kind === "apply" && b.op === "multiply" && a !== undefined && !this.numbers.has(b))
      return this.multiplyAdd(b.args, a);
    return `do ${e.op} ${e.args.map((arg) => this.register(arg)).join(" ")}`;
  }

  private multiplyAdd(factors: readonly Pointwise[], added: Pointwise): string {
    return `do multiplyAdd ${[...factors, added].map((arg) => this.register(arg)).join(" ")}`;
  }

  private write(words: string): number {
    const before = this.known.get(words);
    if (before !== undefined) return before;
    this.words.push(words);
    this.known.set(words, this.next);
    return this.next++;
  }
}

function numeral(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return Object.is(value, -0) ? "-0" : String(value);
}

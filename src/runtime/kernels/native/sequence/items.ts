/** Kernels as items of a sequence: work of our own over memory that is given, one after the other (`native/sequence.h`). */
import type { Attributes, ValueInfo } from "../../../step/step.js";
import { loopOf } from "../../loop.js";
import { at, numberOf, numbersOf, sizeOf } from "../../shapes.js";
import { loopProgram } from "../program.js";

export interface Item {
  readonly work: string;
  /** Which inputs of the kernel it reads, and which of its outputs it writes, in the order of its words. */
  readonly reads: readonly number[];
  readonly writes: readonly number[];
  /** Numbers after the views. */
  readonly numbers: readonly number[];
  /** The program of a loop. */
  readonly program: string | null;
}

type ItemOf = (inputs: readonly ValueInfo[], attributes: Attributes, outputs: readonly ValueInfo[]) => Item | null;

/** The kernel as an item; null where it is none, or is better done otherwise. */
export function itemOf(kernel: string, inputs: readonly ValueInfo[], attributes: Attributes, outputs: readonly ValueInfo[]): Item | null {
  const plain = outputs.every(({ dtype }) => dtype === "float32") && inputs.every(({ dtype }) => dtype !== "bfloat16");
  return plain ? (items[kernel]?.(inputs, attributes, outputs) ?? null) : null;
}

function simple(work: string, reads: number, numbers: readonly number[]): Item {
  return { work, reads: Array.from({ length: reads }, (_, i) => i), writes: [0], numbers, program: null };
}

const loop: ItemOf = (inputs, attributes, outputs) => {
  const program = loopProgram(loopOf(attributes), inputs, outputs);
  const { float32, int32 } = program.inputs;
  return { work: "loop", reads: [...float32, ...int32], writes: program.outputs.float32, numbers: [], program: program.text };
};

/** With more multiplications than this, transforms and blocking for the second cache pay (`winograd.ts`, the library). */
const mostMultiplications = 1 << 26;

/** A convolution by `filter`, between `map` and `moved`. */
function convolution(kernel: string, filter: ValueInfo, map: ValueInfo, moved: ValueInfo, attributes: Attributes): Item | null {
  if (sizeOf(moved.shape) * sizeOf(filter.shape.slice(0, 3)) > mostMultiplications) return null;
  const padding = numbersOf(attributes, "padding");
  return simple(kernel, 2, [
    ...map.shape,
    ...moved.shape.slice(1),
    ...filter.shape.slice(0, 2),
    ...numbersOf(attributes, "stride"),
    at(padding, 0),
    at(padding, 2),
  ]);
}

/** The same for products; the library's packs its operands, which these are too small for. */
const mostInProduct = 1 << 22;

const matmul: ItemOf = (inputs, attributes, outputs) => {
  const [a, info] = [one(inputs), one(outputs)];
  const turned = attributes.transposeA === true;
  const [rows, columns] = [at(info.shape, 0), at(info.shape, 1)];
  const inner = at(a.shape, turned ? 0 : 1);
  if (rows * columns * inner > mostInProduct) return null;
  return simple("matmul", 2, [rows, columns, inner, Number(turned), Number(attributes.transposeB === true)]);
};

const items: Readonly<Record<string, ItemOf>> = {
  loop,
  conv: (inputs, attributes, outputs) => convolution("conv", one(inputs, 1), one(inputs), one(outputs), attributes),
  convInputGradient: (inputs, attributes, outputs) =>
    convolution("convInputGradient", one(inputs, 1), one(outputs), one(inputs), attributes),
  convFilterGradient: (inputs, attributes, outputs) =>
    convolution("convFilterGradient", one(outputs), one(inputs), one(inputs, 1), attributes),
  matmul,
  reduceMax: ([v], attributes) => {
    const axes = numbersOf(attributes, "axes");
    const rank = v?.shape.length ?? 0;
    if (v === undefined || axes.length !== 1 || at(axes, 0) !== rank - 1 || sizeOf(v.shape) === 0) return null;
    return simple("reduceMax", 1, matrix(v));
  },
  gatherRows: ([table]) => (table?.shape.length === 2 ? simple("gatherRows", 2, table.shape) : null),
  scatterRows: (_inputs, _attributes, [info]) => (info?.shape.length === 2 ? simple("scatterRows", 2, info.shape) : null),
  pickColumns: ([table]) => (table?.shape.length === 2 ? simple("pickColumns", 2, table.shape) : null),
  spreadColumns: (_inputs, _attributes, [info]) => (info?.shape.length === 2 ? simple("spreadColumns", 2, info.shape) : null),
  oneHot: ([labels], attributes) =>
    labels?.shape.length === 1 ? simple("oneHot", 1, [...labels.shape, numberOf(attributes, "depth")]) : null,
};

/** Rows and columns, where only the last dimension is the columns. */
function matrix({ shape }: ValueInfo): readonly number[] {
  const columns = at(shape, shape.length - 1);
  return [sizeOf(shape) / columns, columns];
}

function one(infos: readonly ValueInfo[], index = 0): ValueInfo {
  const found = infos[index];
  if (found === undefined) throw new Error(`A kernel without its operand ${index}.`);
  return found;
}

/** What portable kernels compute on: a backend's tensors as typed arrays, and the kernels it brings itself. */
import type { Attributes, ValueInfo } from "../../step/step.js";
import type { Tensor } from "../kernel.js";
import type { Simd } from "./simd/index.js";

export type Data = Float32Array | Int32Array;
export type Shape = readonly number[];

export interface Memory {
  /** A new tensor; what it holds at first is anything. */
  make(shape: Shape, dtype?: Tensor["dtype"]): Tensor;
  /** The entries in place. The array is worthless after the next `make` or `native`: memory may grow and move. */
  floats(tensor: Tensor): Float32Array;
  integers(tensor: Tensor): Int32Array;
  /** The same memory under another shape; both tensors have to be given back. */
  alias(tensor: Tensor, shape: Shape): Tensor;
  free(tensor: Tensor): void;
  /** Runs a kernel of TensorFlow.js by its name there. */
  native(kernel: string, inputs: Readonly<Record<string, Tensor>>, attributes: Readonly<Record<string, unknown>>): Tensor;
  /** Whether the native product of matrices is slow for transposed operands. */
  readonly transposesFirst: boolean;
  /** Vector loops over this memory; null where it is no WebAssembly memory. */
  readonly simd: Simd | null;
  /** Where a tensor's entries lie, in bytes; only with `simd`. */
  address(tensor: Tensor): number;
}

/** A portable kernel: makes its outputs in `memory`. */
export type Implementation = (
  memory: Memory,
  inputs: readonly Tensor[],
  attributes: Attributes,
  outputs: readonly ValueInfo[],
) => readonly Tensor[];

/** Operand `index` of a kernel. */
export function operand(inputs: readonly Tensor[], index: number): Tensor {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found;
}

export function shapeOf(outputs: readonly { readonly shape: Shape }[], index = 0): Shape {
  const found = outputs[index];
  if (found === undefined) throw new Error(`There is no output ${index}.`);
  return found.shape;
}

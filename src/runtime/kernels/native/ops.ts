/**
 * TensorFlow's operations as what a kernel is lowered to, once, whether they are run on the spot (`eager.ts`) or written
 * into a graph (`graph.ts`): that both give the same bits is so by construction.
 */
import type { Attributes, ValueInfo } from "../../step/step.js";

export type OpType = "float32" | "int32" | "bfloat16" | "bool" | "int64" | "uint32" | "uint64" | "uint8";

/** What computes: a few operations mean something else on a GPU. */
export type Device = "cpu" | "gpu";

export interface OpInfo {
  readonly shape: readonly number[];
  readonly dtype: OpType;
}

/** An attribute as TensorFlow types it. Names are checked by `catalogue.ts`: TensorFlow drops unknown ones silently. */
export type OpAttribute =
  | { readonly kind: "type"; readonly value: OpType }
  | { readonly kind: "int"; readonly value: number }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bool"; readonly value: boolean }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "ints"; readonly value: readonly number[] };

export type OpAttributes = Readonly<Record<string, OpAttribute>>;

/** `T` is a tensor of whoever runs or writes the operations; it knows its shape and type. */
export interface Ops<T extends OpInfo> {
  /**
   * One operation. `outputs` are its first ones, as many as are wanted. What a lowering does not return is given back when
   * the lowering is over; what it returns may be an input, or a constant.
   */
  op(name: string, inputs: readonly T[], attributes: OpAttributes, outputs: readonly OpInfo[]): readonly T[];
  /** A few numbers known when the step is made: axes, shapes, factors. Equal ones are made once. */
  constant(values: readonly number[], info: OpInfo): T;
}

/** A kernel in terms of operations. Outputs have the shapes and types of `outputs`. */
export type Lowering = <T extends OpInfo>(
  ops: Ops<T>,
  inputs: readonly T[],
  attributes: Attributes,
  outputs: readonly ValueInfo[],
) => readonly T[];

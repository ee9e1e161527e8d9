/**
 * A training step as data: what `record` writes, the pure passes (`transpose`, `fuse`, `schedule`) rewrite and
 * `interpret` runs. Nothing here computes.
 */
import type { Initial } from "../describe.js";
import type { Pointwise } from "../kernels/pointwise.js";

/** bfloat16: only what a training with `precision bfloat16` records, and only for backends that say `bfloat16`. */
export type DType = "float32" | "int32" | "bfloat16";

/** Number of a value within its step. */
export type Ref = number;

export interface ValueInfo {
  readonly shape: readonly number[];
  readonly dtype: DType;
}

export interface Line {
  readonly file: string;
  readonly line: number;
}

export type Attribute = number | boolean | string | readonly number[] | Pointwise | readonly Pointwise[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly kernel: string; // a name of kernels/kernel.ts
  readonly inputs: readonly Ref[];
  readonly outputs: readonly Ref[];
  readonly attributes: Attributes;
  /** "small/residual 2/conv 1", "loss csoftmax": names in graphs, memory tables and errors. */
  readonly path: string;
  readonly at: Line | null;
  /** Computed again, late: not before this value is there. Its place in the list says the same to whoever runs in order. */
  readonly after?: Ref;
}

/** What lives from step to step. The one list that checkpoints, keep-best, export, probe and reports walk. */
export interface Variable {
  readonly name: string; // path and name: "small/conv 1/weight", "loss/W", "loss/k", "momentum/small/conv 1/weight"
  readonly shape: readonly number[];
  readonly kind: "weight" | "frozen" | "learned" | "state" | "moment" | "moving";
  readonly initial: Initial;
  readonly group: "weight" | "bias" | "bn" | "prelu" | "classifier" | "learned";
  readonly value: Ref; // its value before the step
  readonly at: Line | null;
}

/** What is handed in at each step. */
export interface Fed {
  readonly name: "images" | "labels" | "rate" | "epoch" | "step" | "progress" | "key";
  readonly value: Ref;
}

export interface Step {
  readonly values: readonly ValueInfo[]; // by Ref
  readonly fed: readonly Fed[];
  readonly variables: readonly Variable[];
  readonly nodes: readonly Node[]; // in an order that can be run
  /** What is read back: loss, gradientNorm, embeddings, ... */
  readonly outputs: Readonly<Record<string, Ref>>;
  /** Assigned together, after every read, and only when `finite` (a scalar that must be finite) is. */
  readonly updates: readonly { readonly variable: string; readonly value: Ref }[];
  readonly finite: Ref | null;
}

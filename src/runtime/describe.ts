/**
 * What the runtime's dictionary says about its words. The compiler reads these descriptions and nothing else of
 * the runtime; importing one must never load the array library.
 */
import type { Axis, ValueType } from "./ops/axes.js";
import type { Recorder, Value } from "./step/record.js";

// ---------------------------------------------------------------- operations of formulas

/**
 * The operations over some kind of value: expressions in the compiler, float64 arrays in the evaluator. An
 * operation's derivative is written once against it.
 */
export interface Algebra<V> {
  number(value: number): V;
  /** Number of entries along an axis: N for sample, C for class. */
  size(axis: Axis): V;
  apply(op: string, args: readonly V[], axis?: Axis): V;
  axesOf(value: V): readonly Axis[];
}

/** Why arguments do not fit an operation, as a fact; `types/check` words it. */
export interface SignatureFault {
  readonly argument: number; // -1: the axes after `over`
  readonly expected: string; // "numbers, one per class", "a label"
  readonly given: string; // "one number per sample"
}

/** Numbers with named axes, row-major in the order of `axes`: what the float64 evaluator computes on. */
export interface NamedArray {
  readonly axes: readonly Axis[];
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

interface OperationCommon {
  readonly name: string;
  /** One line for hover and the reference page, with the mathematics. */
  readonly doc: string;
  /** How it is written in mathematical notation, and how tightly it binds; see formula/print.ts. */
  readonly notation: { readonly form: "infix" | "prefix" | "call"; readonly symbol: string; readonly binds: number };
  signature(args: readonly ValueType[], axis: Axis | null): ValueType | SignatureFault;
  /**
   * Contributions to the gradients of the arguments, for `dy` by the output; null where an argument has none.
   * Of a pointwise operation: along axes that the output has and an argument lacks, the caller sums. An operation along
   * axes does so itself. A contribution may lack axes along which it does not vary. Null: no gradient exists (comparisons).
   */
  readonly derivative: (<V>(algebra: Algebra<V>, dy: V, args: readonly V[], out: V, axis: Axis | null) => readonly (V | null)[]) | null;
}

/** Value by value, joining axes by name. */
export interface PointwiseOperation extends OperationCommon {
  readonly kind: "pointwise";
  /** The meaning on plain numbers (booleans are 0 and 1); also the kernel's inner loop on the CPU. */
  readonly meaning: (...args: readonly number[]) => number;
  /** Arguments at which numeric tests look closely: edges of the domain, ties. One array per case. */
  readonly probes: readonly (readonly number[])[];
}

/** Along axes: sums, products of matrices, picks by label. */
export interface AxisOperation extends OperationCommon {
  readonly kind: "axis";
  /** The slow, obvious meaning in float64. `sizes` knows every axis in use. */
  readonly evaluate: (args: readonly NamedArray[], axis: Axis | null, sizes: ReadonlyMap<Axis, number>) => NamedArray;
  /** The same on recorded values, in terms of kernels. */
  readonly record: (recorder: Recorder, args: readonly Value[], axis: Axis | null) => Value;
}

export type Operation = PointwiseOperation | AxisOperation;

// ---------------------------------------------------------------- layers

/** height x width x channels of one image's activations, or [features] after `flatten`. */
export type Shape = readonly number[];

export type ArgumentValue = number | readonly number[] | string | boolean;

export interface ArgumentDescription {
  readonly name: string;
  /**
   * count: a positive whole number; whole: 0 or more; size: 3x3 (one number n means n x n); fraction: 0..1, written
   * 40% or 0.4; number: any; word: one of `words`.
   */
  readonly kind: "count" | "whole" | "size" | "fraction" | "number" | "word";
  readonly words?: readonly string[];
  /** May be given without its name, in the order of the descriptions. */
  readonly positional: boolean;
  /** Absent: required. */
  readonly default?: ArgumentValue;
  readonly doc: string;
}

/** Arguments of a layer, optimiser or augmentation by name; sizes are [height, width]. */
export type Arguments = Readonly<Record<string, ArgumentValue>>;

/**
 * How values are made at the start of a run. Fans are those of the weight (He et al. 2015, Glorot and Bengio 2010); 0 in
 * what a loss learns: the numbers of features and classes, known when the step is recorded.
 */
export type Initial =
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "he"; readonly fanIn: number }
  | { readonly kind: "xavier"; readonly fanIn: number; readonly fanOut: number };

/** A tensor that a layer owns. */
export interface VariableDescription {
  /** Within the layer: weight, bias, scale, offset, slope, mean, variance. */
  readonly name: string;
  readonly shape: readonly number[];
  /** weight: trained; frozen: never changed; moving: a running statistic, no parameter. */
  readonly kind: "weight" | "frozen" | "moving";
  readonly initial: Initial;
  /** What `except(bn, bias, decay = 0)` of an optimiser can name. */
  readonly group: "weight" | "bias" | "bn" | "prelu";
}

/** Why a layer cannot take its input, as a fact; worded by the compiler at the layer's line. */
export interface LayerFault {
  /** What the layer needs: "a map of at least 3x3". */
  readonly needs: string;
  /** What it is given: "1x1x64". */
  readonly given: string;
  readonly hint?: string;
}

/** One layer of a network, with its arguments known: what shape checking, emission and the runtime share. */
export interface Layer {
  readonly kind: string;
  readonly args: Arguments;
  readonly bodies: readonly (readonly Layer[])[];
  readonly at: { readonly file: string; readonly line: number } | null;
}

/** A layer that was measured: all figures for one image. */
export interface Measured {
  readonly output: Shape;
  readonly variables: readonly VariableDescription[]; // its own, not those of its bodies
  readonly multiplyAdds: number; // its own
}

/** Lets a combinator measure its bodies; a fault inside is reported there and comes back as null. */
export type MeasureBody = (body: readonly Layer[], input: Shape) => Shape | null;

export interface LayerContext {
  readonly recorder: Recorder;
  readonly training: boolean;
  /** The layer's own variables by name, recorded. */
  variable(name: string): Value;
  /** Records that a moving statistic becomes `value` after a step that succeeds. */
  update(name: string, value: Value): void;
  /** Runs a body. */
  apply(body: readonly Layer[], input: Value): Value;
  /** A number that no other layer has: the stream of this layer's draws. */
  readonly stream: number;
}

export interface LayerDescription {
  readonly name: string;
  readonly doc: string;
  readonly arguments: readonly ArgumentDescription[];
  /** How many `{ ... }` follow; "any" is one or more. */
  readonly bodies: 0 | 1 | "any";
  measure(input: Shape, args: Arguments, bodies: readonly (readonly Layer[])[], measureBody: MeasureBody): Measured | LayerFault;
  /** Forward only: the gradient is transposed from the kernels. Axes: sample, height, width, channel, or sample, feature. */
  forward(context: LayerContext, input: Value, args: Arguments, bodies: readonly (readonly Layer[])[]): Value;
}

// ---------------------------------------------------------------- optimisers

export interface OptimizerDescription {
  readonly name: string;
  readonly doc: string;
  readonly arguments: readonly ArgumentDescription[];
  /** The state it keeps beside each weight, all of the weight's shape. */
  readonly moments: readonly { readonly name: string; readonly initial: number }[];
  /**
   * Records the update of one weight. `rate` is fed; `decay` is this weight's own after `except`. The gradient is
   * already clipped. Returns the new weight and the new moments by name.
   */
  update(
    recorder: Recorder,
    args: Arguments,
    weight: Value,
    gradient: Value,
    moments: Readonly<Record<string, Value>>,
    rate: Value,
    decay: number,
  ): { readonly weight: Value; readonly moments: Readonly<Record<string, Value>> };
}

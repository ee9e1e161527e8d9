import type { Initial } from "../describe.js";
import type { Pointwise } from "../kernels/pointwise.js";
import type { Axis } from "../ops/axes.js";
import type { Attributes, DType, Fed, Line, Ref, Step, Variable } from "./step.js";

/** A value of the step being recorded: a number in a list, with axes by name. Reading its entries is impossible on purpose. */
export interface Value {
  readonly recorder: Recorder;
  readonly ref: Ref;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One name a dimension; all different. */
  readonly axes: readonly Axis[];
}

/**
 * Writes nodes into a step. Equal nodes (same kernel, attributes and inputs) are recorded once, so that a loss's
 * `value` and `gradient` share what they both compute.
 */
export interface Recorder {
  /** Records one kernel; `axes` names the dimensions of each output. */
  kernel(name: string, inputs: readonly Value[], attributes: Attributes, axes: readonly (readonly Axis[])[]): readonly Value[];
  /**
   * Records a pointwise expression over operands whose axes are joined by name; missing axes broadcast. Axes of the
   * result are the union: in canonical order for formulas, in the order of the first operand that has them all otherwise.
   */
  pointwise(expression: Pointwise, inputs: readonly Value[]): Value;
  constant(value: number): Value;
  feed(name: Fed["name"], shape: readonly number[], dtype: DType, axes: readonly Axis[]): Value;
  variable(
    description: {
      readonly name: string;
      readonly shape: readonly number[];
      readonly kind: Variable["kind"];
      readonly initial: Initial;
      readonly group: Variable["group"];
      readonly at: Line | null;
    },
    axes: readonly Axis[],
  ): Value;
  update(variable: string, value: Value): void;
  output(name: string, value: Value): void;
  finite(value: Value): void;
  /** Entries along an axis (N, C, ...) as far as the step has met it. */
  size(axis: Axis): number;
  declare(axis: Axis, size: number): void;
  /** Records under a longer path and at another spec line. */
  within<T>(path: string, at: Line | null, body: () => T): T;
  /** The step so far, as data. */
  step(): Step;
}

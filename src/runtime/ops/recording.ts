/** How operations are written into a step. A number among the operands becomes a constant of the expression. */
import type { Pointwise } from "../kernels/pointwise.js";
import type { Recorder, Value } from "../step/record.js";
import type { Attributes } from "../step/step.js";
import { type Axis, canonical } from "./axes.js";

/** What a recorded operation takes: a value of the step, or a plain number. */
export type Operand = Value | number;

/** Records a value-by-value operation; at least one operand must be a value. */
export function recordPointwise(op: string, operands: readonly Operand[]): Value {
  const values: Value[] = [];
  const args = operands.map((operand): Pointwise => {
    if (typeof operand === "number") return { kind: "constant", value: operand };
    const known = values.findIndex((value) => value.ref === operand.ref);
    return { kind: "input", index: known >= 0 ? known : values.push(operand) - 1 };
  });
  const recorder = values[0]?.recorder;
  if (recorder === undefined) throw new TypeError(`${op} wants at least one recorded value; on numbers alone use Math`);
  return recorder.pointwise({ kind: "apply", op, args }, values);
}

/** Records a kernel with one output. */
export function recordKernel(
  recorder: Recorder,
  name: string,
  inputs: readonly Value[],
  attributes: Attributes,
  axes: readonly Axis[],
): Value {
  const [output] = recorder.kernel(name, inputs, attributes, [axes]);
  if (output === undefined) throw new Error(`kernel ${name} has no output`);
  return output;
}

/** Place of an axis among a value's dimensions. */
export function dimension(value: Value, axis: Axis): number {
  const at = value.axes.indexOf(axis);
  if (at < 0) throw new TypeError(`a value with axes {${value.axes.join(", ")}} has no axis ${axis}`);
  return at;
}

/** Records a sum or maximum along one axis. */
export function recordReduce(kernel: "reduceSum" | "reduceMax", value: Value, axis: Axis): Value {
  const at = dimension(value, axis);
  return recordKernel(
    value.recorder,
    kernel,
    [value],
    { axes: [at] },
    value.axes.filter((_, i) => i !== at),
  );
}

/** The same value with its dimensions in the order of `axes`. */
export function arranged(value: Value, axes: readonly Axis[]): Value {
  if (axes.every((axis, i) => value.axes[i] === axis)) return value;
  const permutation = axes.map((axis) => dimension(value, axis));
  return recordKernel(value.recorder, "transpose", [value], { permutation }, axes);
}

/** The same entries as dimensions of another shape. */
export function reshaped(value: Value, shape: readonly number[], axes: readonly Axis[]): Value {
  if (shape.length === value.shape.length && shape.every((size, i) => value.shape[i] === size)) return value;
  return recordKernel(value.recorder, "reshape", [value], { shape }, axes);
}

export function inCanonicalOrder(value: Value): Value {
  return arranged(value, canonical(value.axes));
}

/** Number of entries along an axis of a value, as a plain number. */
export function size(value: Value, axis: Axis): number {
  return value.shape[dimension(value, axis)] ?? 0;
}

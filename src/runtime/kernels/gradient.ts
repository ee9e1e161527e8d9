/** What the gradients of kernels are written with. */
import type { Recorder, Value } from "../step/record.js";
import type { Attributes } from "../step/step.js";
import { apply, constant, input, inputsOf, type Pointwise, substitute } from "./pointwise.js";
import { at, sameShape } from "./shapes.js";

/** Records a kernel and gives its outputs, dimensions named by position. */
export function record(recorder: Recorder, name: string, inputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
  return recorder.kernel(name, inputs, attributes, []);
}

/** The same for a kernel of one output. */
export function record1(recorder: Recorder, name: string, inputs: readonly Value[], attributes: Attributes = {}): Value {
  const [value] = record(recorder, name, inputs, attributes);
  if (value === undefined) throw new Error(`${name} has no output.`);
  return value;
}

/**
 * Records a pointwise expression whose inputs are joined by position (right-aligned, sizes of 1 stretch), not by name.
 * Inputs that the expression does not read are left out.
 */
export function pointwiseAt(recorder: Recorder, expression: Pointwise, inputs: readonly Value[], shape: readonly number[]): Value {
  const used = inputsOf(expression);
  const kept: Value[] = [];
  const becomes = inputs.map((value, index): Pointwise => {
    if (!used.has(index)) return input(index);
    const before = kept.findIndex((known) => known.ref === value.ref);
    return input(before >= 0 ? before : kept.push(value) - 1);
  });
  const renumbered = substitute(expression, becomes);
  if (renumbered.kind === "input" && sameShape(kept[renumbered.index]?.shape ?? [], shape)) {
    const value = kept[renumbered.index];
    if (value !== undefined) return value;
  }
  return record1(recorder, "pointwise", kept, { expression: renumbered, shape });
}

/** Sums away what broadcasting had added: from the shape of `value` back to `shape`. */
export function sumTo(recorder: Recorder, value: Value, shape: readonly number[]): Value {
  if (sameShape(value.shape, shape)) return value;
  const lead = value.shape.length - shape.length;
  const axes: number[] = [];
  value.shape.forEach((size, i) => {
    if (i < lead || (at(shape, i - lead) === 1 && size !== 1)) axes.push(i);
  });
  const summed = axes.length === 0 ? value : record1(recorder, "reduceSum", [value], { axes });
  return sameShape(summed.shape, shape) ? summed : record1(recorder, "reshape", [summed], { shape });
}

/** `value`, of a shape with `axes` removed, broadcast to `shape`. */
export function unreduce(recorder: Recorder, value: Value, axes: readonly number[], shape: readonly number[]): Value {
  return record1(recorder, "broadcast", [keepAxes(recorder, value, axes, shape)], { shape });
}

/** `value` with the removed `axes` back, of size 1. */
export function keepAxes(recorder: Recorder, value: Value, axes: readonly number[], shape: readonly number[]): Value {
  const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return record1(recorder, "reshape", [value], { shape: kept });
}

export function plus(recorder: Recorder, a: Value, b: Value): Value {
  return pointwiseAt(recorder, apply("add", input(0), input(1)), [a, b], a.shape);
}

export function times(recorder: Recorder, a: Value, factor: number): Value {
  return pointwiseAt(recorder, apply("multiply", input(0), constant(factor)), [a], a.shape);
}

export function needDy(dys: readonly (Value | null)[]): Value {
  const [dy] = dys;
  if (dy === null || dy === undefined) throw new Error("The gradient of an output that nothing reads was asked for.");
  return dy;
}

export function needInput(inputs: readonly Value[], index: number): Value {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found;
}

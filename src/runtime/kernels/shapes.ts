/** Shape arithmetic that kernel descriptions, layers and portable kernels share. */
import type { Attribute, Attributes, DType, ValueInfo } from "../step/step.js";

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, i) => size === b[i]);
}

/** The shape that right-aligned shapes have in common, sizes of 1 stretching. */
export function broadcastShapes(shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(0, ...shapes.map((shape) => shape.length));
  const joined = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    for (let i = 0; i < shape.length; i++) {
      const at = rank - shape.length + i;
      const size = shape[i] ?? 1;
      const known = joined[at] ?? 1;
      if (known !== 1 && size !== 1 && known !== size) throw new Error(`Shapes ${shapes.map((s) => `[${s}]`).join(" ")} do not broadcast.`);
      if (size !== 1) joined[at] = size;
    }
  }
  return joined;
}

/** Number of windows along one side; with `ceil`, a last window may hang over the far edge but starts inside. */
export function windows(size: number, window: number, stride: number, before: number, after: number, ceil = false): number {
  const room = size + before + after - window;
  if (room < 0) return 0;
  if (!ceil) return Math.floor(room / stride) + 1;
  const count = Math.ceil(room / stride) + 1;
  return (count - 1) * stride >= size + before ? count - 1 : count;
}

export function numbersOf(attributes: Attributes, name: string): readonly number[] {
  const found: Attribute | undefined = attributes[name];
  if (!Array.isArray(found)) throw new Error(`Attribute ${name} is not a list of numbers.`);
  return found;
}

export function numberOf(attributes: Attributes, name: string): number {
  const found = attributes[name];
  if (typeof found !== "number") throw new Error(`Attribute ${name} is not a number.`);
  return found;
}

/** Entry of a list whose length is known. */
export function at(list: readonly number[], index: number): number {
  const found = list[index];
  if (found === undefined) throw new Error(`No entry ${index} in [${list}].`);
  return found;
}

/** The type of operand `index`. */
export function typeOf(inputs: readonly ValueInfo[], index: number): DType {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found.dtype;
}

/** The type that all of these operands have in common: products round alike on both sides. */
export function commonType(kernel: string, inputs: readonly ValueInfo[], ...operands: readonly number[]): DType {
  const types = operands.map((index) => typeOf(inputs, index));
  const [first = "float32"] = types;
  if (types.some((type) => type !== first)) throw new Error(`${kernel} of ${types.join(" and ")}.`);
  return first;
}

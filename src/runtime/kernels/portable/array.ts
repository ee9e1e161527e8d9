/** Constants, products of matrices and changes of shape. */

import type { Tensor } from "../kernel.js";
import { input } from "../pointwise.js";
import { numberOf, numbersOf } from "../shapes.js";
import { type Implementation, type Memory, operand, shapeOf } from "./memory.js";
import { pointwise } from "./pointwise.js";

export const constant: Implementation = (memory, _inputs, attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  memory.floats(made).fill(numberOf(attributes, "value"));
  return [made];
};

export const reshape: Implementation = (memory, inputs, _attributes, outputs) => [memory.alias(operand(inputs, 0), shapeOf(outputs))];

export const transpose: Implementation = (memory, inputs, attributes) => [
  transposed(memory, operand(inputs, 0), numbersOf(attributes, "permutation")),
];

export function transposed(memory: Memory, tensor: Tensor, permutation: readonly number[]): Tensor {
  return memory.native("Transpose", { x: tensor }, { perm: [...permutation] });
}

export const broadcast: Implementation = (memory, inputs, _attributes, outputs) =>
  pointwise(memory, inputs, { expression: input(0), shape: shapeOf(outputs) }, outputs);

/** These backends know one floating type, so that there is nothing to do but for a step that is none of theirs. */
export const cast: Implementation = (memory, inputs, attributes, outputs) => {
  if (attributes.dtype !== "float32") throw new Error("The portable backends have no bfloat16.");
  return [memory.alias(operand(inputs, 0), shapeOf(outputs))];
};

export const matmul: Implementation = (memory, inputs, attributes) => {
  const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
  const transposeA = attributes.transposeA === true;
  const transposeB = attributes.transposeB === true;
  if (!memory.transposesFirst) return [memory.native("BatchMatMul", { a, b }, { transposeA, transposeB })];
  const left = transposeA ? transposed(memory, a, [1, 0]) : a;
  const right = transposeB ? transposed(memory, b, [1, 0]) : b;
  const product = memory.native("BatchMatMul", { a: left, b: right }, { transposeA: false, transposeB: false });
  if (left !== a) memory.free(left);
  if (right !== b) memory.free(right);
  return [product];
};

/** Kernels that read labels. */
import { at, sizeOf } from "../shapes.js";
import { type Implementation, operand, shapeOf } from "./memory.js";

const rowSize = (shape: readonly number[], from: number): number => sizeOf(shape.slice(from));

export const gatherRows: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const [table, labels] = [memory.floats(operand(inputs, 0)), memory.integers(operand(inputs, 1))];
  const out = memory.floats(made);
  const size = rowSize(made.shape, 1);
  for (let i = 0; i < labels.length; i++) {
    const from = (labels[i] ?? 0) * size;
    out.set(table.subarray(from, from + size), i * size);
  }
  return [made];
};

export const scatterRows: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const [v, labels] = [memory.floats(operand(inputs, 0)), memory.integers(operand(inputs, 1))];
  const out = memory.floats(made).fill(0);
  const size = rowSize(made.shape, 1);
  for (let i = 0; i < labels.length; i++) {
    const to = (labels[i] ?? 0) * size;
    for (let k = 0; k < size; k++) out[to + k] = (out[to + k] ?? 0) + (v[i * size + k] ?? 0);
  }
  return [made];
};

export const pickColumns: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const source = operand(inputs, 0);
  const [v, labels] = [memory.floats(source), memory.integers(operand(inputs, 1))];
  const out = memory.floats(made);
  const columns = at(source.shape, 1);
  const size = rowSize(source.shape, 2);
  for (let i = 0; i < labels.length; i++) {
    const from = (i * columns + (labels[i] ?? 0)) * size;
    for (let k = 0; k < size; k++) out[i * size + k] = v[from + k] ?? 0;
  }
  return [made];
};

export const spreadColumns: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const [v, labels] = [memory.floats(operand(inputs, 0)), memory.integers(operand(inputs, 1))];
  const out = memory.floats(made).fill(0);
  const columns = at(made.shape, 1);
  const size = rowSize(made.shape, 2);
  for (let i = 0; i < labels.length; i++) {
    const to = (i * columns + (labels[i] ?? 0)) * size;
    for (let k = 0; k < size; k++) out[to + k] = v[i * size + k] ?? 0;
  }
  return [made];
};

export const oneHot: Implementation = (memory, inputs, _attributes, outputs) => {
  const made = memory.make(shapeOf(outputs));
  const labels = memory.integers(operand(inputs, 0));
  const out = memory.floats(made).fill(0);
  const depth = at(made.shape, 1);
  for (let i = 0; i < labels.length; i++) out[i * depth + (labels[i] ?? 0)] = 1;
  return [made];
};

/** Kernels that read labels. */
import { at, sizeOf } from "../shapes.js";
import { type Binding, entrywise, inputSlot, outputSlot, type Plan, type Planner, shapeOf } from "./plan.js";

const v: Binding = { slot: inputSlot(0), name: "v" };
const labels: Binding = { slot: inputSlot(1), name: "labels", dtype: "int32" };
const result: Binding = { slot: outputSlot(0), name: "result", written: true };

function each(bindings: readonly Binding[], shape: readonly number[], body: string): Plan {
  return { scratch: [], dispatches: [entrywise(bindings, sizeOf(shape), body)] };
}

export const gatherRows: Planner = (_inputs, _attributes, outputs) => {
  const shape = shapeOf(outputs);
  const row = sizeOf(shape.slice(1));
  return each([v, labels, result], shape, `  result[i] = v[u32(labels[i / ${row}u]) * ${row}u + i % ${row}u];`);
};

/** Gathers, sample by sample in order: several samples may have one label. */
export const scatterRows: Planner = (inputs, _attributes, outputs) => {
  const shape = shapeOf(outputs);
  const row = sizeOf(shape.slice(1));
  return each(
    [v, labels, result],
    shape,
    `  let wanted = i32(i / ${row}u);
  var sum = 0.0f;
  for (var sample = 0u; sample < ${at(shapeOf(inputs, 1), 0)}u; sample = sample + 1u) {
    if (labels[sample] == wanted) { sum = sum + v[sample * ${row}u + i % ${row}u]; }
  }
  result[i] = sum;`,
  );
};

export const pickColumns: Planner = (inputs, _attributes, outputs) => {
  const [from, shape] = [shapeOf(inputs), shapeOf(outputs)];
  const row = sizeOf(from.slice(2));
  const text = `  let sample = i / ${row}u;
  result[i] = v[(sample * ${at(from, 1)}u + u32(labels[sample])) * ${row}u + i % ${row}u];`;
  return each([v, labels, result], shape, text);
};

export const spreadColumns: Planner = (_inputs, _attributes, outputs) => {
  const shape = shapeOf(outputs);
  const [columns, row] = [at(shape, 1), sizeOf(shape.slice(2))];
  const text = `  let sample = i / ${columns * row}u;
  let here = labels[sample] == i32(i / ${row}u % ${columns}u);
  result[i] = select(0.0f, v[sample * ${row}u + i % ${row}u], here);`;
  return each([v, labels, result], shape, text);
};

export const oneHot: Planner = (_inputs, _attributes, outputs) => {
  const shape = shapeOf(outputs);
  const depth = at(shape, 1);
  const bindings: Binding[] = [{ ...labels, slot: inputSlot(0) }, result];
  return each(bindings, shape, `  result[i] = select(0.0f, 1.0f, labels[i / ${depth}u] == i32(i % ${depth}u));`);
};

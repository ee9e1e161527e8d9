/** Kernels that read labels: int32, one class number 0..C-1 a sample. Labels have no gradient. */
import type { ValueInfo } from "../step/step.js";
import { needDy, needInput, record1 } from "./gradient.js";
import type { Kernel } from "./kernel.js";
import { at, numberOf, typeOf } from "./shapes.js";

function operands(inputs: readonly ValueInfo[]): readonly [v: readonly number[], labels: readonly number[]] {
  const [v, labels] = inputs;
  if (v === undefined || labels === undefined || labels.dtype !== "int32" || labels.shape.length !== 1) {
    throw new Error("The second operand must be labels: int32, one a sample.");
  }
  return [v.shape, labels.shape];
}

const gatherRows: Kernel = {
  name: "gatherRows",
  doc: "gatherRows(table [C, ...], labels [B]) -> [B, ...]: the row of each label.",
  outputs: (inputs) => {
    const [table, labels] = operands(inputs);
    return [{ shape: [at(labels, 0), ...table.slice(1)], dtype: typeOf(inputs, 0) }];
  },
  gradient: (recorder, inputs, _outputs, dys) => [
    record1(recorder, "scatterRows", [needDy(dys), needInput(inputs, 1)], { rows: at(needInput(inputs, 0).shape, 0) }),
    null,
  ],
};

const scatterRows: Kernel = {
  name: "scatterRows",
  doc: "scatterRows(v [B, ...], labels [B]) {rows} -> [rows, ...]: each row the sum of the samples with that label, zero without any.",
  outputs: (inputs, attributes) => {
    const [v] = operands(inputs);
    return [{ shape: [numberOf(attributes, "rows"), ...v.slice(1)], dtype: typeOf(inputs, 0) }];
  },
  gradient: (recorder, inputs, _outputs, dys) => [record1(recorder, "gatherRows", [needDy(dys), needInput(inputs, 1)]), null],
};

const pickColumns: Kernel = {
  name: "pickColumns",
  doc: "pickColumns(v [B, C, ...], labels [B]) -> [B, ...]: of each sample the entry at its label.",
  outputs: (inputs) => {
    const [v] = operands(inputs);
    return [{ shape: [at(v, 0), ...v.slice(2)], dtype: typeOf(inputs, 0) }];
  },
  gradient: (recorder, inputs, _outputs, dys) => [
    record1(recorder, "spreadColumns", [needDy(dys), needInput(inputs, 1)], { columns: at(needInput(inputs, 0).shape, 1) }),
    null,
  ],
};

const spreadColumns: Kernel = {
  name: "spreadColumns",
  doc: "spreadColumns(v [B, ...], labels [B]) {columns} -> [B, columns, ...]: each sample's entry at its label, zero elsewhere.",
  outputs: (inputs, attributes) => {
    const [v] = operands(inputs);
    return [{ shape: [at(v, 0), numberOf(attributes, "columns"), ...v.slice(1)], dtype: typeOf(inputs, 0) }];
  },
  gradient: (recorder, inputs, _outputs, dys) => [record1(recorder, "pickColumns", [needDy(dys), needInput(inputs, 1)]), null],
};

const oneHot: Kernel = {
  name: "oneHot",
  doc: "oneHot(labels [B]) {depth} -> [B, depth]: 1 at the label, 0 elsewhere, float32.",
  outputs: (inputs, attributes) => [{ shape: [at(inputs[0]?.shape ?? [], 0), numberOf(attributes, "depth")], dtype: "float32" }],
  gradient: null,
};

export const labelKernels: readonly Kernel[] = [gatherRows, scatterRows, pickColumns, spreadColumns, oneHot];

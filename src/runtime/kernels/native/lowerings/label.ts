/** Kernels that read labels. On a GPU a label that is no class gives zeros; on the CPU it is an error. */
import { at, numberOf } from "../../shapes.js";
import type { Lowering, OpInfo, Ops } from "../ops.js";
import { int, list, one, operand, result, scalar, type } from "./support.js";

/** Entries of `table` along `axis`; of each of the first `batch` dimensions its own. */
function gathered<T extends OpInfo>(ops: Ops<T>, table: T, labels: T, axis: number, batch: number, info: OpInfo): T {
  const attributes = { Tparams: type(table.dtype), Tindices: type("int32"), Taxis: type("int32"), batch_dims: int(batch) };
  return one(ops, "GatherV2", [table, labels, scalar(ops, axis, "int32")], attributes, info);
}

const gatherRows: Lowering = (ops, inputs, _attributes, outputs) => [
  gathered(ops, operand(inputs, 0), operand(inputs, 1), 0, 0, result(outputs)),
];

const pickColumns: Lowering = (ops, inputs, _attributes, outputs) => [
  gathered(ops, operand(inputs, 0), operand(inputs, 1), 1, 1, result(outputs)),
];

const scatterRows: Lowering = (ops, inputs, attributes, outputs) => {
  const [v, labels] = [operand(inputs, 0), operand(inputs, 1)];
  const types = { T: type(v.dtype), Tindices: type("int32"), Tnumsegments: type("int32") };
  return [one(ops, "UnsortedSegmentSum", [v, labels, scalar(ops, numberOf(attributes, "rows"), "int32")], types, result(outputs))];
};

const spreadColumns: Lowering = (ops, inputs, _attributes, outputs) => {
  const [v, labels, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const count = at(labels.shape, 0);
  const samples = list(
    ops,
    Array.from({ length: count }, (_, i) => i),
  );
  const places = one(ops, "Pack", [samples, labels], { N: int(2), T: type("int32"), axis: int(1) }, { shape: [count, 2], dtype: "int32" });
  return [one(ops, "ScatterNd", [places, v, list(ops, info.shape)], { T: type(v.dtype), Tindices: type("int32") }, info)];
};

const oneHot: Lowering = (ops, inputs, attributes, outputs) => {
  const info = result(outputs);
  const values = [scalar(ops, numberOf(attributes, "depth"), "int32"), scalar(ops, 1, info.dtype), scalar(ops, 0, info.dtype)];
  return [one(ops, "OneHot", [operand(inputs, 0), ...values], { T: type(info.dtype), TI: type("int32"), axis: int(-1) }, info)];
};

export const labelLowerings: Readonly<Record<string, Lowering>> = { gatherRows, scatterRows, pickColumns, spreadColumns, oneHot };

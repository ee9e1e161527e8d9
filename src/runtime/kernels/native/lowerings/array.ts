/** Constants, sums, products of matrices, changes of shape. */
import { numberOf, numbersOf } from "../../shapes.js";
import type { Lowering, OpInfo, Ops } from "../ops.js";
import { bool, broadcast, cast, filled, list, one, operand, reshaped, result, scalar, type, typed } from "./support.js";

function reduction<T extends OpInfo>(ops: Ops<T>, name: "Sum" | "Max", v: T, axes: readonly number[], info: OpInfo): T {
  return one(ops, name, [v, list(ops, axes)], { T: type(v.dtype), Tidx: type("int32"), keep_dims: bool(false) }, info);
}

const constant: Lowering = (ops, _inputs, attributes, outputs) => [filled(ops, numberOf(attributes, "value"), result(outputs))];

const reduceSum: Lowering = (ops, inputs, attributes, outputs) => [
  reduction(ops, "Sum", cast(ops, operand(inputs, 0), "float32"), numbersOf(attributes, "axes"), result(outputs)),
];

const reduceMax: Lowering = (ops, inputs, attributes, outputs) => [
  reduction(ops, "Max", operand(inputs, 0), numbersOf(attributes, "axes"), result(outputs)),
];

const sumSquares: Lowering = (ops, inputs, _attributes, outputs) => {
  const info = result(outputs);
  const half = typed(ops, "L2Loss", [cast(ops, operand(inputs, 0), "float32")], info);
  return [typed(ops, "Mul", [half, scalar(ops, 2, "float32")], info)];
};

const matmul: Lowering = (ops, inputs, attributes, outputs) => {
  const [a, b] = [operand(inputs, 0), operand(inputs, 1)];
  const transposes = { transpose_a: bool(attributes.transposeA === true), transpose_b: bool(attributes.transposeB === true) };
  return [one(ops, "MatMul", [a, b], { T: type(a.dtype), ...transposes }, result(outputs))];
};

const reshape: Lowering = (ops, inputs, attributes) => [reshaped(ops, operand(inputs, 0), numbersOf(attributes, "shape"))];

const transpose: Lowering = (ops, inputs, attributes, outputs) => {
  const v = operand(inputs, 0);
  const permutation = list(ops, numbersOf(attributes, "permutation"));
  return [one(ops, "Transpose", [v, permutation], { T: type(v.dtype), Tperm: type("int32") }, result(outputs))];
};

const repeat: Lowering = (ops, inputs, attributes) => [broadcast(ops, operand(inputs, 0), numbersOf(attributes, "shape"))];

const castTo: Lowering = (ops, inputs, _attributes, outputs) => [cast(ops, operand(inputs, 0), result(outputs).dtype)];

export const arrayLowerings: Readonly<Record<string, Lowering>> = {
  constant,
  reduceSum,
  reduceMax,
  sumSquares,
  matmul,
  reshape,
  transpose,
  broadcast: repeat,
  cast: castTo,
};

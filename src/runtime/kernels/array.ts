/** Kernels on arrays of any meaning: constants, sums, products of matrices, changes of shape. */
import type { Attributes, DType, ValueInfo } from "../step/step.js";
import { keepAxes, needDy, needInput, pointwiseAt, record1, sumTo, times, unreduce } from "./gradient.js";
import type { Kernel } from "./kernel.js";
import { apply, input } from "./pointwise.js";
import { at, broadcastShapes, commonType, numbersOf, sameShape, sizeOf, typeOf } from "./shapes.js";

function float(shape: readonly number[], dtype: DType = "float32"): readonly ValueInfo[] {
  return [{ shape, dtype }];
}

function shapeOf(inputs: readonly ValueInfo[], index: number): readonly number[] {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found.shape;
}

function reduced(inputs: readonly ValueInfo[], attributes: Attributes, dtype: DType): readonly ValueInfo[] {
  const axes = numbersOf(attributes, "axes");
  const shape = shapeOf(inputs, 0);
  if (axes.some((axis, i) => axis < 0 || axis >= shape.length || axes.indexOf(axis) !== i))
    throw new Error(`Axes [${axes}] of [${shape}].`);
  return float(
    shape.filter((_, i) => !axes.includes(i)),
    dtype,
  );
}

const constant: Kernel = {
  name: "constant",
  doc: "constant() {value, shape} -> shape: one number everywhere.",
  outputs: (_inputs, attributes) => float(numbersOf(attributes, "shape")),
  gradient: null,
};

const reduceSum: Kernel = {
  name: "reduceSum",
  doc: "reduceSum(v) {axes} -> v without axes: sums along axes. Of bfloat16 too the sum is float32, and formed in it.",
  outputs: (inputs, attributes) => reduced(inputs, attributes, "float32"),
  gradient: (recorder, inputs, _outputs, dys, attributes) => {
    const v = needInput(inputs, 0);
    // Cast while it is small.
    return [unreduce(recorder, recorder.cast(needDy(dys), v.dtype), numbersOf(attributes, "axes"), v.shape)];
  },
};

const reduceMax: Kernel = {
  name: "reduceMax",
  doc: "reduceMax(v) {axes} -> v without axes: largest along axes; entries that tie share the gradient equally.",
  outputs: (inputs, attributes) => reduced(inputs, attributes, typeOf(inputs, 0)),
  gradient: (recorder, inputs, outputs, dys, attributes) => {
    const axes = numbersOf(attributes, "axes");
    const v = needInput(inputs, 0);
    const largest = keepAxes(recorder, needInput(outputs, 0), axes, v.shape);
    const ties = pointwiseAt(recorder, apply("equal", input(0), input(1)), [v, largest], v.shape);
    const count = keepAxes(recorder, record1(recorder, "reduceSum", [ties], { axes }), axes, v.shape);
    const dy = keepAxes(recorder, needDy(dys), axes, v.shape);
    return [pointwiseAt(recorder, apply("divide", apply("multiply", input(0), input(1)), input(2)), [ties, dy, count], v.shape)];
  },
};

const sumSquares: Kernel = {
  name: "sumSquares",
  doc: "sumSquares(v) -> []: sum of the squares of all entries, float32.",
  outputs: () => float([]),
  gradient: (recorder, inputs, _outputs, dys) => {
    const v = needInput(inputs, 0);
    return [times(recorder, pointwiseAt(recorder, apply("multiply", input(0), input(1)), [v, needDy(dys)], v.shape), 2)];
  },
};

const matmul: Kernel = {
  name: "matmul",
  doc: "matmul(a, b) {transposeA, transposeB} -> [rows, columns]: product of matrices, each transposed first where asked.",
  outputs: (inputs, attributes) => {
    const [a, b] = [shapeOf(inputs, 0), shapeOf(inputs, 1)];
    const [rows, inner] = attributes.transposeA === true ? [at(a, 1), at(a, 0)] : [at(a, 0), at(a, 1)];
    const [innerB, columns] = attributes.transposeB === true ? [at(b, 1), at(b, 0)] : [at(b, 0), at(b, 1)];
    if (a.length !== 2 || b.length !== 2 || inner !== innerB) throw new Error(`matmul of [${a}] and [${b}].`);
    return float([rows, columns], commonType("matmul", inputs, 0, 1));
  },
  gradient: (recorder, inputs, _outputs, dys, attributes) => {
    const dy = needDy(dys);
    const [a, b] = [needInput(inputs, 0), needInput(inputs, 1)];
    const tA = attributes.transposeA === true;
    const tB = attributes.transposeB === true;
    const product = (left: typeof a, right: typeof a, transposeA: boolean, transposeB: boolean) =>
      record1(recorder, "matmul", [left, right], { transposeA, transposeB });
    return [tA ? product(b, dy, tB, true) : product(dy, b, false, !tB), tB ? product(dy, a, true, tA) : product(a, dy, !tA, false)];
  },
};

const reshape: Kernel = {
  name: "reshape",
  doc: "reshape(v) {shape} -> shape: the same entries in the same order.",
  outputs: (inputs, attributes) => {
    const shape = numbersOf(attributes, "shape");
    if (sizeOf(shape) !== sizeOf(shapeOf(inputs, 0))) throw new Error(`[${shapeOf(inputs, 0)}] does not become [${shape}].`);
    return [{ shape, dtype: inputs[0]?.dtype ?? "float32" }];
  },
  gradient: (recorder, inputs, _outputs, dys) => [record1(recorder, "reshape", [needDy(dys)], { shape: needInput(inputs, 0).shape })],
};

const transpose: Kernel = {
  name: "transpose",
  doc: "transpose(v) {permutation} -> permuted: dimension i of the result is dimension permutation[i] of v.",
  outputs: (inputs, attributes) =>
    float(
      numbersOf(attributes, "permutation").map((from) => at(shapeOf(inputs, 0), from)),
      typeOf(inputs, 0),
    ),
  gradient: (recorder, _inputs, _outputs, dys, attributes) => {
    const permutation = numbersOf(attributes, "permutation");
    return [record1(recorder, "transpose", [needDy(dys)], { permutation: permutation.map((_, i) => permutation.indexOf(i)) })];
  },
};

const broadcast: Kernel = {
  name: "broadcast",
  doc: "broadcast(v) {shape} -> shape: v right-aligned, sizes of 1 and missing dimensions repeated.",
  outputs: (inputs, attributes) => {
    const shape = numbersOf(attributes, "shape");
    if (!sameShape(broadcastShapes([shapeOf(inputs, 0), shape]), shape))
      throw new Error(`[${shapeOf(inputs, 0)}] is no part of [${shape}].`);
    return float(shape, typeOf(inputs, 0));
  },
  gradient: (recorder, inputs, _outputs, dys) => [sumTo(recorder, needDy(dys), needInput(inputs, 0).shape)],
};

const cast: Kernel = {
  name: "cast",
  doc: "cast(v) {dtype} -> v: float32 as bfloat16, rounded to the nearest and to even between two, or bfloat16 as float32.",
  outputs: (inputs, attributes) => {
    const { dtype } = attributes;
    if ((dtype !== "float32" && dtype !== "bfloat16") || typeOf(inputs, 0) === "int32")
      throw new Error(`cast of ${typeOf(inputs, 0)} to ${dtype}.`);
    return float(shapeOf(inputs, 0), dtype);
  },
  gradient: (recorder, inputs, _outputs, dys) => [recorder.cast(needDy(dys), needInput(inputs, 0).dtype)],
};

export const arrayKernels: readonly Kernel[] = [constant, reduceSum, reduceMax, sumSquares, matmul, reshape, transpose, broadcast, cast];

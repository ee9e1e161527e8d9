/** Convolutions, as the library has them. */
import type { Attributes } from "../../../step/step.js";
import { at, numbersOf } from "../../shapes.js";
import type { Lowering, OpAttributes, OpInfo, Ops, OpType } from "../ops.js";
import { ints, list, one, operand, result, text, type } from "./support.js";

type Padding = readonly [top: number, bottom: number, left: number, right: number];

/** A convolution of maps of `size` [height, width] to maps of `out`. */
interface Geometry {
  readonly size: readonly [number, number];
  readonly kernel: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly out: readonly [number, number];
  readonly padding: Padding;
}

function geometryOf(attributes: Attributes, x: readonly number[], filter: readonly number[], y: readonly number[]): Geometry {
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  return {
    size: [at(x, 1), at(x, 2)],
    kernel: [at(filter, 0), at(filter, 1)],
    stride: [at(stride, 0), at(stride, 1)],
    out: [at(y, 1), at(y, 2)],
    padding: [at(padding, 0), at(padding, 1), at(padding, 2), at(padding, 3)],
  };
}

/** What of the padding the windows reach: the last of them may stop before the far edge. */
function reached({ size, kernel, stride, out, padding }: Geometry): Padding {
  const after = (axis: 0 | 1, before: number): number => Math.max(0, (out[axis] - 1) * stride[axis] + kernel[axis] - size[axis] - before);
  const [top, , left] = padding;
  return [top, after(0, top), left, after(1, left)];
}

/**
 * "SAME" or "VALID" where that is this padding. The library's fast gradients know those two only: with padding as numbers they
 * take three times as long.
 */
function named(geometry: Geometry): "SAME" | "VALID" | null {
  const padding = reached(geometry);
  if (padding.every((entries) => entries === 0)) return "VALID";
  const [top, bottom, left, right] = padding;
  const fills = ([0, 1] as const).every((axis) => geometry.out[axis] === Math.ceil(geometry.size[axis] / geometry.stride[axis]));
  const isEven = [bottom - top, right - left].every((more) => more === 0 || more === 1);
  return fills && isEven ? "SAME" : null;
}

function common({ stride }: Geometry, dtype: OpType): OpAttributes {
  return { T: type(dtype), strides: ints([1, stride[0], stride[1], 1]), data_format: text("NHWC") };
}

const conv: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, filter, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const geometry = geometryOf(attributes, x.shape, filter.shape, info.shape);
  const name = named(geometry);
  const padding: OpAttributes =
    name === null ? { padding: text("EXPLICIT"), explicit_paddings: ints([0, 0, ...geometry.padding, 0, 0]) } : { padding: text(name) };
  return [one(ops, "Conv2D", [x, filter], { ...common(geometry, x.dtype), ...padding }, info)];
};

const convInputGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [dy, filter, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const geometry = geometryOf(attributes, info.shape, filter.shape, dy.shape);
  const of = (shape: readonly number[], padding: "SAME" | "VALID") =>
    one(
      ops,
      "Conv2DBackpropInput",
      [list(ops, shape), filter, dy],
      { ...common(geometry, dy.dtype), padding: text(padding) },
      { ...info, shape },
    );
  const name = named(geometry);
  if (name !== null) return [of(info.shape, name)];
  const [top, , left] = geometry.padding;
  const wide = of(padded(info.shape, reached(geometry)), "VALID");
  const attributesOfSlice = { T: type(dy.dtype), Index: type("int32") };
  return [one(ops, "Slice", [wide, list(ops, [0, top, left, 0]), list(ops, info.shape)], attributesOfSlice, info)];
};

const convFilterGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, dy, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const geometry = geometryOf(attributes, x.shape, info.shape, dy.shape);
  const name = named(geometry);
  const wide = name === null ? pad(ops, x, reached(geometry)) : x;
  const settings = { ...common(geometry, dy.dtype), padding: text(name ?? "VALID") };
  return [one(ops, "Conv2DBackpropFilter", [wide, list(ops, info.shape), dy], settings, info)];
};

/** The shape of a map with zeros around it. */
function padded(shape: readonly number[], [top, bottom, left, right]: Padding): readonly number[] {
  return [at(shape, 0), at(shape, 1) + top + bottom, at(shape, 2) + left + right, at(shape, 3)];
}

function pad<T extends OpInfo>(ops: Ops<T>, x: T, padding: Padding): T {
  const [top, bottom, left, right] = padding;
  const around = ops.constant([0, 0, top, bottom, left, right, 0, 0], { shape: [4, 2], dtype: "int32" });
  const zero = ops.constant([0], { shape: [], dtype: x.dtype });
  return one(
    ops,
    "PadV2",
    [x, around, zero],
    { T: type(x.dtype), Tpaddings: type("int32") },
    { shape: padded(x.shape, padding), dtype: x.dtype },
  );
}

export const convLowerings: Readonly<Record<string, Lowering>> = { conv, convInputGradient, convFilterGradient };

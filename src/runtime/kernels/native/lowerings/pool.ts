/** Pools. Windows that reach over the map's edge are made by a frame around it: the library's own padding knows fewer cases. */
import type { Attributes } from "../../../step/step.js";
import { at, numbersOf, sizeOf } from "../../shapes.js";
import type { Device, Lowering, OpAttributes, OpInfo, Ops, OpType } from "../ops.js";
import { bool, cast, ints, list, one, operand, reshaped, result, scalar, text, type, typed } from "./support.js";

interface Windows {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  /** [top, bottom, left, right], with no more than what windows reach; the last rows may belong to none. */
  readonly frame: readonly [number, number, number, number];
}

function windowsOf(attributes: Attributes, map: readonly number[], pooled: readonly number[]): Windows {
  const size = numbersOf(attributes, "size");
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  const after = (side: number): number => {
    const end = (at(pooled, 1 + side) - 1) * at(stride, side) + at(size, side);
    return Math.max(0, end - at(padding, 2 * side) - at(map, 1 + side));
  };
  return { size, stride, frame: [at(padding, 0), after(0), at(padding, 2), after(1)] };
}

function isFramed({ frame }: Windows): boolean {
  return frame.some((entries) => entries > 0);
}

function framedShape(map: readonly number[], { frame: [top, bottom, left, right] }: Windows): readonly number[] {
  return [at(map, 0), at(map, 1) + top + bottom, at(map, 2) + left + right, at(map, 3)];
}

/** `x` with `value` around every map. */
function framed<T extends OpInfo>(ops: Ops<T>, x: T, windows: Windows, value: number): T {
  if (!isFramed(windows)) return x;
  const sides = ops.constant([0, 0, ...windows.frame, 0, 0], { shape: [4, 2], dtype: "int32" });
  const info = { shape: framedShape(x.shape, windows), dtype: x.dtype };
  return one(ops, "PadV2", [x, sides, scalar(ops, value, x.dtype)], { T: type(x.dtype), Tpaddings: type("int32") }, info);
}

function pooling({ size, stride }: Windows, dtype: OpType): OpAttributes {
  const [ksize, strides] = [size, stride].map((sides) => ints([1, at(sides, 0), at(sides, 1), 1]));
  if (ksize === undefined || strides === undefined) throw new Error("Windows have a size and a stride.");
  return { T: type(dtype), ksize, strides, padding: text("VALID") };
}

function maxPool(device: Device): Lowering {
  return (ops, inputs, attributes, outputs) => {
    const [x, info] = [operand(inputs, 0), result(outputs)];
    const windows = windowsOf(attributes, x.shape, info.shape);
    const map = framed(ops, x, windows, Number.NEGATIVE_INFINITY);
    // Short numbers are three times as fast; a GPU has long ones only.
    const Targmax = device === "cpu" ? "int32" : "int64";
    const [y, place] = ops.op(
      "MaxPoolWithArgmax",
      [map],
      { ...pooling(windows, x.dtype), Targmax: type(Targmax), include_batch_in_index: bool(true) },
      [info, { shape: info.shape, dtype: Targmax }],
    );
    if (y === undefined || place === undefined) throw new Error("MaxPoolWithArgmax made too few tensors.");
    return [y, unframed(ops, cast(ops, place, "int32"), x.shape, windows)];
  };
}

/** Places of a framed map as places of the map itself: each row of each map is off by a number of its own. */
function unframed<T extends OpInfo>(ops: Ops<T>, place: T, shape: readonly number[], windows: Windows): T {
  if (!isFramed(windows)) return place;
  const [, height, width, channels] = framedShape(shape, windows) as [number, number, number, number];
  const offsets: number[] = [];
  for (let image = 0; image < at(shape, 0); image++) {
    for (let row = 0; row < height; row++) {
      const inside = image * at(shape, 1) + row - windows.frame[0];
      offsets.push(((image * height + row) * width - inside * at(shape, 2) + windows.frame[2]) * channels);
    }
  }
  const info: OpInfo = { shape: place.shape, dtype: "int32" };
  const row = typed(ops, "FloorDiv", [place, scalar(ops, width * channels, "int32")], info);
  const types = { Tparams: type("int32"), Tindices: type("int32"), Taxis: type("int32") };
  const offset = one(ops, "GatherV2", [list(ops, offsets), row, scalar(ops, 0, "int32")], types, info);
  const moved = typed(ops, "Sub", [place, offset], info);
  // Where everything in a window is minus infinity, the frame is the first to be.
  const least = typed(ops, "Maximum", [moved, scalar(ops, 0, "int32")], info);
  return typed(ops, "Minimum", [least, scalar(ops, sizeOf(shape) - 1, "int32")], info);
}

const maxPoolGradient: Lowering = (ops, inputs, _attributes, outputs) => {
  const [dy, index, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const count = sizeOf(info.shape);
  const flat = [dy, index].map((v) => reshaped(ops, v, [sizeOf(v.shape)]));
  const types = { T: type(dy.dtype), Tindices: type("int32"), Tnumsegments: type("int32") };
  const sums = one(ops, "UnsortedSegmentSum", [...flat, scalar(ops, count, "int32")], types, { shape: [count], dtype: dy.dtype });
  return [reshaped(ops, sums, info.shape)];
};

/** Of each window, its entries over those that lie inside the map: what makes a mean over all one over these. */
function shares<T extends OpInfo>(ops: Ops<T>, map: readonly number[], pooled: readonly number[], windows: Windows, dtype: OpType): T {
  const [down, across] = [0, 1].map((side) => {
    const [size, before] = [at(windows.size, side), windows.frame[2 * side] ?? 0];
    return Array.from({ length: at(pooled, 1 + side) }, (_, i) => {
      const start = i * at(windows.stride, side) - before;
      return size / (Math.min(at(map, 1 + side), start + size) - Math.max(0, start));
    });
  });
  if (down === undefined || across === undefined) throw new Error("Maps have two sides.");
  const factors = down.flatMap((row) => across.map((column) => row * column));
  return ops.constant(factors, { shape: [1, down.length, across.length, 1], dtype });
}

const avgPool: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, info] = [operand(inputs, 0), result(outputs)];
  const windows = windowsOf(attributes, x.shape, info.shape);
  const mean = one(ops, "AvgPool", [framed(ops, x, windows, 0)], { ...pooling(windows, x.dtype), data_format: text("NHWC") }, info);
  if (!isFramed(windows)) return [mean];
  return [typed(ops, "Mul", [mean, shares(ops, x.shape, info.shape, windows, x.dtype)], info)];
};

const avgPoolGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [dy, info] = [operand(inputs, 0), result(outputs)];
  const windows = windowsOf(attributes, info.shape, dy.shape);
  const framedInfo = { shape: framedShape(info.shape, windows), dtype: dy.dtype };
  const share = isFramed(windows) ? typed(ops, "Mul", [dy, shares(ops, info.shape, dy.shape, windows, dy.dtype)], dy) : dy;
  const spreadAttributes = { ...pooling(windows, dy.dtype), data_format: text("NHWC") };
  const spread = one(ops, "AvgPoolGrad", [list(ops, framedInfo.shape), share], spreadAttributes, framedInfo);
  if (!isFramed(windows)) return [spread];
  const begin = list(ops, [0, windows.frame[0], windows.frame[2], 0]);
  return [one(ops, "Slice", [spread, begin, list(ops, info.shape)], { T: type(dy.dtype), Index: type("int32") }, info)];
};

export function poolLowerings(device: Device): Readonly<Record<string, Lowering>> {
  return { maxPool: maxPool(device), maxPoolGradient, avgPool, avgPoolGradient };
}

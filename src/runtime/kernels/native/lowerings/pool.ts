/** Pools. Windows that reach over the map's edge are made by a frame around it: the library's own padding knows fewer cases. */
import { at, numbersOf, sizeOf } from "../../shapes.js";
import type { Device, Lowering, OpAttributes, OpInfo, Ops, OpType } from "../ops.js";
import { bool, cast, ints, list, one, operand, reshaped, result, scalar, text, type, typed } from "./support.js";
import { framed, framedShape, isFramed, unframed, type Windows, windowsOf } from "./windows.js";

function pooling({ size, stride }: Windows, dtype: OpType): OpAttributes {
  const [ksize, strides] = [size, stride].map((sides) => ints([1, at(sides, 0), at(sides, 1), 1]));
  if (ksize === undefined || strides === undefined) throw new Error("Windows have a size and a stride.");
  return { T: type(dtype), ksize, strides, padding: text("VALID") };
}

/** Maximum pooling by our own operation. */
const ownMaxPool: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, info] = [operand(inputs, 0), result(outputs)];
  const { size, stride, frame } = windowsOf(numbersOf(attributes, "size"), attributes, x.shape, info.shape);
  const windows = { size: ints(size), stride: ints(stride), before: ints([frame[0], frame[2]]), pooled: ints(info.shape.slice(1, 3)) };
  return ops.op("FacecMaxPool", [x], { T: type(x.dtype), ...windows }, [info, { shape: info.shape, dtype: "int32" }]);
};

const ownMaxPoolGradient: Lowering = (ops, inputs, _attributes, outputs) => {
  const [dy, index, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  return [one(ops, "FacecMaxPoolGradient", [dy, index], { T: type(dy.dtype), shape: ints(info.shape) }, info)];
};

function maxPool(device: Device): Lowering {
  return (ops, inputs, attributes, outputs) => {
    const [x, info] = [operand(inputs, 0), result(outputs)];
    const windows = windowsOf(numbersOf(attributes, "size"), attributes, x.shape, info.shape);
    const map = framed(ops, x, windows, Number.NEGATIVE_INFINITY);
    // On the CPU short numbers are three times as fast; a GPU has long ones only.
    const Targmax = device === "cpu" ? "int32" : "int64";
    const [y, place] = ops.op(
      "MaxPoolWithArgmax",
      [map],
      { ...pooling(windows, x.dtype), Targmax: type(Targmax), include_batch_in_index: bool(true) },
      [info, { shape: info.shape, dtype: Targmax }],
    );
    if (y === undefined || place === undefined) throw new Error("MaxPoolWithArgmax made too few tensors.");
    return [y, placesInside(ops, cast(ops, place, "int32"), x.shape, windows)];
  };
}

/** Places of a framed map as places of the map itself: each row of each map is off by a number of its own. */
function placesInside<T extends OpInfo>(ops: Ops<T>, place: T, shape: readonly number[], windows: Windows): T {
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
  const windows = windowsOf(numbersOf(attributes, "size"), attributes, x.shape, info.shape);
  const mean = one(ops, "AvgPool", [framed(ops, x, windows, 0)], { ...pooling(windows, x.dtype), data_format: text("NHWC") }, info);
  if (!isFramed(windows)) return [mean];
  return [typed(ops, "Mul", [mean, shares(ops, x.shape, info.shape, windows, x.dtype)], info)];
};

const avgPoolGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [dy, info] = [operand(inputs, 0), result(outputs)];
  const windows = windowsOf(numbersOf(attributes, "size"), attributes, info.shape, dy.shape);
  const framedInfo = { shape: framedShape(info.shape, windows), dtype: dy.dtype };
  const share = isFramed(windows) ? typed(ops, "Mul", [dy, shares(ops, info.shape, dy.shape, windows, dy.dtype)], dy) : dy;
  const spreadAttributes = { ...pooling(windows, dy.dtype), data_format: text("NHWC") };
  const spread = one(ops, "AvgPoolGrad", [list(ops, framedInfo.shape), share], spreadAttributes, framedInfo);
  return [unframed(ops, spread, info.shape, windows)];
};

export function poolLowerings(device: Device, own: boolean): Readonly<Record<string, Lowering>> {
  const maximum = own ? { maxPool: ownMaxPool, maxPoolGradient: ownMaxPoolGradient } : { maxPool: maxPool(device), maxPoolGradient };
  return { ...maximum, avgPool, avgPoolGradient };
}

/** Pools over maps [B, h, w, c], and masks of dropout. */
import type { Attributes } from "../../step/step.js";
import { at, numbersOf, sizeOf } from "../shapes.js";
import { type Binding, entrywise, inputSlot, outputSlot, type Plan, type Planner, shapeOf, specials } from "./plan.js";

function one(bindings: readonly Binding[], count: number, body: string, outside = ""): Plan {
  return { scratch: [], dispatches: [entrywise(bindings, count, body, outside)] };
}

const written = (index: number, name: string, dtype: Binding["dtype"] = "float32"): Binding => ({
  slot: outputSlot(index),
  name,
  dtype,
  written: true,
});

/** WGSL: of window `i` of the result the channel c, the image's start in the map, and the rows and columns that it covers. */
function covered(map: readonly number[], result: readonly number[], attributes: Attributes): string {
  const [size, stride, padding] = [numbersOf(attributes, "size"), numbersOf(attributes, "stride"), numbersOf(attributes, "padding")];
  const [rows, columns, channels] = [at(result, 1), at(result, 2), at(result, 3)];
  return `  let c = i % ${channels}u;
  let column = i32(i / ${channels}u % ${columns}u) * ${at(stride, 1)} - ${at(padding, 2)};
  let row = i32(i / ${channels * columns}u % ${rows}u) * ${at(stride, 0)} - ${at(padding, 0)};
  let image = i / ${channels * columns * rows}u * ${at(map, 1)}u;
  let top = u32(max(row, 0));
  let bottom = u32(min(row + ${at(size, 0)}, ${at(map, 1)}));
  let left = u32(max(column, 0));
  let right = u32(min(column + ${at(size, 1)}, ${at(map, 2)}));`;
}

const place = (map: readonly number[], y: string, x: string): string => `((image + ${y}) * ${at(map, 2)}u + ${x}) * ${at(map, 3)}u + c`;

export const maxPool: Planner = (inputs, attributes, outputs) => {
  const [map, result] = [shapeOf(inputs), shapeOf(outputs)];
  return one(
    [{ slot: inputSlot(0), name: "v" }, written(0, "result"), written(1, "index", "int32")],
    sizeOf(result),
    `${covered(map, result, attributes)}
  var spot = ${place(map, "top", "left")};
  var best = v[spot];
  for (var y = top; y < bottom; y = y + 1u) {
    for (var x = left; x < right; x = x + 1u) {
      let here = ${place(map, "y", "x")};
      let entry = v[here];
      if (entry > best || (is_nan(entry) && !is_nan(best))) {
        best = entry;
        spot = here;
      }
    }
  }
  result[i] = best;
  index[i] = i32(spot);`,
    specials,
  );
};

/**
 * A window's maximum lies in its own image and channel: one thread for each of these adds what belongs there, in order.
 * Windows may overlap, and sums of floats by several threads would depend on who comes first.
 */
export const maxPoolGradient: Planner = (inputs, _attributes, outputs) => {
  const [dy, map] = [shapeOf(inputs), shapeOf(outputs)];
  const channels = at(map, 3);
  const [windows, places] = [at(dy, 1) * at(dy, 2), at(map, 1) * at(map, 2)];
  return one(
    [{ slot: inputSlot(0), name: "dy" }, { slot: inputSlot(1), name: "index", dtype: "int32" }, written(0, "dx")],
    at(map, 0) * channels,
    `  let image = i / ${channels}u;
  let c = i % ${channels}u;
  for (var p = 0u; p < ${places}u; p = p + 1u) { dx[(image * ${places}u + p) * ${channels}u + c] = 0.0f; }
  for (var w = 0u; w < ${windows}u; w = w + 1u) {
    let at = (image * ${windows}u + w) * ${channels}u + c;
    let to = index[at];
    dx[to] = dx[to] + dy[at];
  }`,
  );
};

export const avgPool: Planner = (inputs, attributes, outputs) => {
  const [map, result] = [shapeOf(inputs), shapeOf(outputs)];
  return one(
    [{ slot: inputSlot(0), name: "v" }, written(0, "result")],
    sizeOf(result),
    `${covered(map, result, attributes)}
  var sum = 0.0f;
  for (var y = top; y < bottom; y = y + 1u) {
    for (var x = left; x < right; x = x + 1u) { sum = sum + v[${place(map, "y", "x")}]; }
  }
  result[i] = sum / f32((bottom - top) * (right - left));`,
  );
};

/** Gathers: for each place of the map, the windows that cover it. */
export const avgPoolGradient: Planner = (inputs, attributes, outputs) => {
  const [dy, map] = [shapeOf(inputs), shapeOf(outputs)];
  const [size, stride, padding] = [numbersOf(attributes, "size"), numbersOf(attributes, "stride"), numbersOf(attributes, "padding")];
  const [height, width, channels] = [at(map, 1), at(map, 2), at(map, 3)];
  const [rows, columns] = [at(dy, 1), at(dy, 2)];
  // Windows a..b of a side that cover place p (counted with the padding): a * stride <= p < a * stride + size.
  const side = (name: string, p: string, axis: 0 | 1, many: number): string => `  let ${name} = ${p} + ${at(padding, axis * 2)}u;
  let ${name}_first = (max(${name}, ${at(size, axis) - 1}u) - ${at(size, axis) - 1}u + ${at(stride, axis) - 1}u) / ${at(stride, axis)}u;
  let ${name}_end = min(${name} / ${at(stride, axis)}u + 1u, ${many}u);`;
  const inside = (number: string, axis: 0 | 1, whole: number): string => {
    const start = `i32(${number} * ${at(stride, axis)}u) - ${at(padding, axis * 2)}`;
    return `(min(${start} + ${at(size, axis)}, ${whole}) - max(${start}, 0))`;
  };
  return one(
    [{ slot: inputSlot(0), name: "dy" }, written(0, "dx")],
    sizeOf(map),
    `  let c = i % ${channels}u;
${side("down", `i / ${channels * width}u % ${height}u`, 0, rows)}
${side("across", `i / ${channels}u % ${width}u`, 1, columns)}
  let image = i / ${channels * width * height}u * ${rows}u;
  var sum = 0.0f;
  for (var p = down_first; p < down_end; p = p + 1u) {
    for (var q = across_first; q < across_end; q = q + 1u) {
      sum = sum + dy[((image + p) * ${columns}u + q) * ${channels}u + c] / f32(${inside("p", 0, height)} * ${inside("q", 1, width)});
    }
  }
  dx[i] = sum;`,
  );
};

/**
 * Convolutions, as far as they are not small (`own.ts`): 3x3 ones by our own operation where the addon has it (`winograd.ts`),
 * all others as the library has them. oneDNN does them for the paddings that TensorFlow has names for; gradients with a padding
 * in numbers go another way, half as fast in float32 and fifty times slower in bfloat16: there the map is framed first.
 */
import type { Attributes } from "../../../step/step.js";
import { at, numbersOf } from "../../shapes.js";
import type { Lowering, OpAttributes, OpType } from "../ops.js";
import { ints, list, one, operand, result, text, type } from "./support.js";
import { framed, framedShape, isFramed, unframed, type Windows, windowsOf } from "./windows.js";
import { byWinograd } from "./winograd.js";

function windowing({ stride }: Windows, dtype: OpType, padding: "VALID" | "SAME" | "EXPLICIT"): OpAttributes {
  return { T: type(dtype), strides: ints([1, at(stride, 0), at(stride, 1), 1]), data_format: text("NHWC"), padding: text(padding) };
}

/** Whether the frame is what TensorFlow calls SAME: as many windows as strides fit, half of what is missing before. */
function isSame({ size, stride, frame }: Windows, map: readonly number[], moved: readonly number[]): boolean {
  return [0, 1].every((side) => {
    const [entries, step] = [at(map, 1 + side), at(stride, side)];
    const count = Math.ceil(entries / step);
    const missing = Math.max(0, (count - 1) * step + at(size, side) - entries);
    const before = Math.floor(missing / 2);
    return at(moved, 1 + side) === count && frame[2 * side] === before && frame[2 * side + 1] === missing - before;
  });
}

const conv: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, filter, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const windows = windowsOf(filter.shape, attributes, x.shape, info.shape);
  if (!isFramed(windows)) return [one(ops, "Conv2D", [x, filter], windowing(windows, x.dtype, "VALID"), info)];
  if (isSame(windows, x.shape, info.shape)) return [one(ops, "Conv2D", [x, filter], windowing(windows, x.dtype, "SAME"), info)];
  const explicit = {
    ...windowing(windows, x.dtype, "EXPLICIT"),
    explicit_paddings: ints([0, 0, ...numbersOf(attributes, "padding"), 0, 0]),
  };
  return [one(ops, "Conv2D", [x, filter], explicit, info)];
};

/** How a gradient is computed: with the padding's name, or on a framed map without any. */
function gradientWindows(filter: readonly number[], attributes: Attributes, map: readonly number[], moved: readonly number[]) {
  const windows = windowsOf(filter, attributes, map, moved);
  if (isFramed(windows) && isSame(windows, map, moved)) return { windows, padding: "SAME", map } as const;
  return { windows, padding: "VALID", map: framedShape(map, windows) } as const;
}

const convInputGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [dy, filter, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const { windows, padding, map } = gradientWindows(filter.shape, attributes, info.shape, dy.shape);
  const operands = [list(ops, map), filter, dy];
  const dx = one(ops, "Conv2DBackpropInput", operands, windowing(windows, dy.dtype, padding), { shape: map, dtype: dy.dtype });
  return [unframed(ops, dx, info.shape, windows)];
};

const convFilterGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const [x, dy, info] = [operand(inputs, 0), operand(inputs, 1), result(outputs)];
  const { windows, padding } = gradientWindows(info.shape, attributes, x.shape, dy.shape);
  const map = padding === "SAME" ? x : framed(ops, x, windows, 0);
  return [one(ops, "Conv2DBackpropFilter", [map, list(ops, info.shape), dy], windowing(windows, dy.dtype, padding), info)];
};

const library: Readonly<Record<string, Lowering>> = { conv, convInputGradient, convFilterGradient };

/** `own`: whether the addon has the operations of `native/`. */
export function convLowerings(own: boolean): Readonly<Record<string, Lowering>> {
  return own ? Object.fromEntries(Object.entries(library).map(([kernel, lowering]) => [kernel, byWinograd(kernel, lowering)])) : library;
}

/** Windows that reach over the edge of a map [B, h, w, c], and the frame around it that they reach. */
import type { Attributes } from "../../../step/step.js";
import { at, numbersOf, sameShape } from "../../shapes.js";
import type { OpInfo, Ops } from "../ops.js";
import { list, one, scalar, type } from "./support.js";

export interface Windows {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  /** [top, bottom, left, right], with no more than what windows reach; the last rows may belong to none. */
  readonly frame: readonly [number, number, number, number];
}

export function windowsOf(size: readonly number[], attributes: Attributes, map: readonly number[], pooled: readonly number[]): Windows {
  const stride = numbersOf(attributes, "stride");
  const padding = numbersOf(attributes, "padding");
  const after = (side: number): number => {
    const end = (at(pooled, 1 + side) - 1) * at(stride, side) + at(size, side);
    return Math.max(0, end - at(padding, 2 * side) - at(map, 1 + side));
  };
  return { size, stride, frame: [at(padding, 0), after(0), at(padding, 2), after(1)] };
}

export function isFramed({ frame }: Windows): boolean {
  return frame.some((entries) => entries > 0);
}

export function framedShape(map: readonly number[], { frame: [top, bottom, left, right] }: Windows): readonly number[] {
  return [at(map, 0), at(map, 1) + top + bottom, at(map, 2) + left + right, at(map, 3)];
}

/** `x` with `value` around every map; itself where windows do not reach over its edge. */
export function framed<T extends OpInfo>(ops: Ops<T>, x: T, windows: Windows, value: number): T {
  if (!isFramed(windows)) return x;
  const sides = ops.constant([0, 0, ...windows.frame, 0, 0], { shape: [4, 2], dtype: "int32" });
  const info = { shape: framedShape(x.shape, windows), dtype: x.dtype };
  return one(ops, "PadV2", [x, sides, scalar(ops, value, x.dtype)], { T: type(x.dtype), Tpaddings: type("int32") }, info);
}

/** What lies inside the frame. */
export function unframed<T extends OpInfo>(ops: Ops<T>, v: T, shape: readonly number[], { frame }: Windows): T {
  if (sameShape(v.shape, shape)) return v;
  const begin = list(ops, [0, frame[0], frame[2], 0]);
  return one(ops, "Slice", [v, begin, list(ops, shape)], { T: type(v.dtype), Index: type("int32") }, { shape, dtype: v.dtype });
}

/** The gradient of a convolution by its filter, tap by tap, with vector loops straight over the maps. */
import type { Tensor } from "../kernel.js";
import { at } from "../shapes.js";
import type { Memory, Shape } from "./memory.js";
import type { Simd } from "./simd/index.js";

export interface Geometry {
  readonly stride: readonly number[]; // down, across
  readonly padding: readonly number[]; // top, bottom, left, right
}

/** Places along one side at which a tap meets the map: the first result, how many, and where in the map the first is. */
interface Span {
  readonly first: number;
  readonly count: number;
  readonly from: number;
}

function spanOf(tap: number, size: number, results: number, stride: number, before: number): Span {
  const first = Math.max(0, Math.ceil((before - tap) / stride));
  const last = Math.min(results - 1, Math.floor((size - 1 + before - tap) / stride));
  return { first, count: last - first + 1, from: first * stride + tap - before };
}

/** Filters a multiple of four. Four channels times eight filters are summed at a time, in registers. */
export function filterGradientByTaps(
  memory: Memory,
  simd: Simd,
  x: Tensor,
  dy: Tensor,
  shape: Shape,
  { stride, padding }: Geometry,
): Tensor {
  const made = memory.make(shape);
  memory.floats(made).fill(0);
  const [height, width, channels] = [at(x.shape, 1), at(x.shape, 2), at(x.shape, 3)];
  const [rows, columns, filters] = [at(dy.shape, 1), at(dy.shape, 2), at(dy.shape, 3)];
  const images = at(x.shape, 0);
  const [fromX, fromDy, to] = [memory.address(x), memory.address(dy), memory.address(made)];
  const [xColumn, dyColumn] = [4 * channels * at(stride, 1), 4 * filters];
  for (let i = 0; i < at(shape, 0); i++) {
    const down = spanOf(i, height, rows, at(stride, 0), at(padding, 0));
    for (let j = 0; j < at(shape, 1); j++) {
      const across = spanOf(j, width, columns, at(stride, 1), at(padding, 2));
      if (down.count <= 0 || across.count <= 0) continue;
      const xRow = 4 * channels * width * at(stride, 0) - across.count * xColumn;
      const dyRow = 4 * filters * columns - across.count * dyColumn;
      const xImage = 4 * channels * width * (height - down.count * at(stride, 0));
      const dyImage = 4 * filters * columns * (rows - down.count);
      const startX = fromX + 4 * channels * (down.from * width + across.from);
      const startDy = fromDy + 4 * filters * (down.first * columns + across.first);
      const tap = to + 4 * (i * at(shape, 1) + j) * channels * filters;
      for (let c = 0; c < channels; c += 4) {
        for (let f = 0; f < filters; f += 8) {
          const block = simd.tap(Math.min(4, channels - c), filters - f >= 8 ? 2 : 1);
          const out = tap + 4 * (c * filters + f);
          const [ax, ay] = [startX + 4 * c, startDy + 4 * f];
          block(ax, ay, out, 4 * filters, images, down.count, across.count, xColumn, dyColumn, xRow, dyRow, xImage, dyImage);
        }
      }
    }
  }
  return made;
}

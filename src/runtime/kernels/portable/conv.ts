/** Convolution and its two gradients. */
import type { Attributes } from "../../step/step.js";
import type { Tensor } from "../kernel.js";
import { at, numbersOf, sizeOf } from "../shapes.js";
import { transposed } from "./array.js";
import { filterGradientByTaps, type Geometry } from "./filter.js";
import { type Implementation, type Memory, operand, type Shape, shapeOf } from "./memory.js";

function geometryOf(attributes: Attributes): Geometry {
  return { stride: numbersOf(attributes, "stride"), padding: numbersOf(attributes, "padding") };
}

export const conv: Implementation = (memory, inputs, attributes) => [
  correlate(memory, operand(inputs, 0), operand(inputs, 1), geometryOf(attributes)),
];

function correlate(memory: Memory, x: Tensor, filter: Tensor, { stride, padding }: Geometry): Tensor {
  const pad = [
    [0, 0],
    [at(padding, 0), at(padding, 1)],
    [at(padding, 2), at(padding, 3)],
    [0, 0],
  ];
  return memory.native(
    "Conv2D",
    { x, filter },
    { strides: [...stride], pad, dilations: [1, 1], dataFormat: "NHWC", dimRoundingMode: "floor" },
  );
}

// ---------------------------------------------------------------- by the input

/**
 * One side of a stride phase. Rows i of dx with (i + before) mod stride = phase see every stride-th tap of the filter only:
 * they are a correlation of dy, at stride 1, with those taps in reverse.
 */
interface Phase {
  readonly first: number; // its first row of dx
  readonly count: number; // how many
  readonly tap: number; // first tap
  readonly taps: number;
  readonly before: number; // padding of dy; negative: rows to leave out
  readonly after: number;
}

function phasesOf(size: number, results: number, taps: number, stride: number, before: number): Phase[] {
  const phases: Phase[] = [];
  for (let phase = 0; phase < stride; phase++) {
    const own = phase < taps ? Math.ceil((taps - phase) / stride) : 0;
    const from = Math.ceil((before - phase) / stride);
    const to = Math.floor((size - 1 + before - phase) / stride);
    const padding = { before: own - 1 - from, after: to - (results - 1) };
    const seen = results + Math.min(0, padding.before) + Math.min(0, padding.after);
    // dx is zero where no tap or no window reaches it; wasm cannot convolve an empty map.
    if (own === 0 || to < from || seen <= 0) continue;
    phases.push({ first: stride * from + phase - before, count: to - from + 1, tap: phase, taps: own, ...padding });
  }
  return phases;
}

export const convInputGradient: Implementation = (memory, inputs, attributes, outputs) => {
  const [dy, filter] = [operand(inputs, 0), operand(inputs, 1)];
  const { stride, padding } = geometryOf(attributes);
  const shape = shapeOf(outputs);
  const down = phasesOf(at(shape, 1), at(dy.shape, 1), at(filter.shape, 0), at(stride, 0), at(padding, 0));
  const across = phasesOf(at(shape, 2), at(dy.shape, 2), at(filter.shape, 1), at(stride, 1), at(padding, 2));
  const [vertically, horizontally] = [down[0], across[0]];
  if (at(stride, 0) === 1 && at(stride, 1) === 1 && vertically !== undefined && horizontally !== undefined) {
    return [phaseOf(memory, dy, filter, stride, vertically, horizontally)];
  }
  const made = memory.make(shape);
  memory.floats(made).fill(0);
  for (const vertical of down) {
    for (const horizontal of across) {
      const part = phaseOf(memory, dy, filter, stride, vertical, horizontal);
      interleave(memory, part, made, stride, vertical, horizontal);
      memory.free(part);
    }
  }
  return [made];
};

function phaseOf(memory: Memory, dy: Tensor, filter: Tensor, stride: readonly number[], down: Phase, across: Phase): Tensor {
  const taps = reversedTaps(memory, filter, stride, down, across);
  const inside = cropped(memory, dy, [down.before, down.after, across.before, across.after]);
  const padding = [down.before, down.after, across.before, across.after].map((pad) => Math.max(0, pad));
  const part = correlate(memory, inside, taps, { stride: [1, 1], padding });
  if (inside !== dy) memory.free(inside);
  memory.free(taps);
  return part;
}

/** The filter [kh, kw, c, f] as [taps, taps, f, c]: the taps of one phase, in reverse. */
function reversedTaps(memory: Memory, filter: Tensor, stride: readonly number[], down: Phase, across: Phase): Tensor {
  const [width, channels, filters] = [at(filter.shape, 1), at(filter.shape, 2), at(filter.shape, 3)];
  const made = memory.make([down.taps, across.taps, filters, channels]);
  const [from, to] = [memory.floats(filter), memory.floats(made)];
  let o = 0;
  for (let i = down.taps - 1; i >= 0; i--) {
    for (let j = across.taps - 1; j >= 0; j--) {
      const tap = ((down.tap + i * at(stride, 0)) * width + across.tap + j * at(stride, 1)) * channels * filters;
      for (let f = 0; f < filters; f++) for (let c = 0; c < channels; c++) to[o++] = from[tap + c * filters + f] as number;
    }
  }
  return made;
}

/** Leaves out rows and columns where the padding is negative. */
function cropped(memory: Memory, dy: Tensor, padding: readonly number[]): Tensor {
  if (padding.every((pad) => pad >= 0)) return dy;
  const [top, bottom, left, right] = [0, 1, 2, 3].map((i) => Math.max(0, -at(padding, i))) as [number, number, number, number];
  const [images, height, width, channels] = [0, 1, 2, 3].map((i) => at(dy.shape, i)) as [number, number, number, number];
  const shape = [images, height - top - bottom, width - left - right, channels];
  const made = memory.make(shape);
  const [from, to] = [memory.floats(dy), memory.floats(made)];
  const row = at(shape, 2) * channels;
  for (let image = 0, o = 0; image < images; image++) {
    for (let i = 0; i < at(shape, 1); i++, o += row) {
      const start = ((image * height + i + top) * width + left) * channels;
      to.set(from.subarray(start, start + row), o);
    }
  }
  return made;
}

/** Puts one phase into its rows and columns of dx. */
function interleave(memory: Memory, part: Tensor, made: Tensor, stride: readonly number[], down: Phase, across: Phase): void {
  const [from, to] = [memory.floats(part), memory.floats(made)];
  const [height, width, channels] = [at(made.shape, 1), at(made.shape, 2), at(made.shape, 3)];
  const step = at(stride, 1) * channels;
  for (let image = 0, o = 0; image < at(made.shape, 0); image++) {
    for (let i = 0; i < down.count; i++) {
      let start = ((image * height + down.first + i * at(stride, 0)) * width + across.first) * channels;
      for (let j = 0; j < across.count; j++, start += step) for (let c = 0; c < channels; c++) to[start + c] = from[o++] as number;
    }
  }
}

// ---------------------------------------------------------------- by the filter

/** Floats that the unfolded map may take at a time; images are taken in groups that fit. */
const unfoldedFloats = 4 << 20;

/** The map unfolded to [taps * channels, places] times dy [places, filters]: one product of matrices for a group of images. */
export const convFilterGradient: Implementation = (memory, inputs, attributes, outputs) => {
  const [x, dy] = [operand(inputs, 0), operand(inputs, 1)];
  const shape = shapeOf(outputs);
  const geometry = geometryOf(attributes);
  if (memory.simd !== null && at(shape, 3) % 4 === 0) return [filterGradientByTaps(memory, memory.simd, x, dy, shape, geometry)];
  const [taps, filters] = [at(shape, 0) * at(shape, 1) * at(shape, 2), at(shape, 3)];
  const images = at(x.shape, 0);
  const places = at(dy.shape, 1) * at(dy.shape, 2);
  const group = Math.max(1, Math.min(images, Math.floor(unfoldedFloats / (taps * places))));
  const channelsFirst = transposed(memory, x, [3, 0, 1, 2]);
  let sum: Tensor | null = null;
  for (let first = 0; first < images; first += group) {
    const count = Math.min(group, images - first);
    const unfolded = unfold(memory, channelsFirst, first, count, shape, dy.shape, geometry);
    const rows = rowsOf(memory, dy, first * places, count * places, filters);
    const product = memory.native("BatchMatMul", { a: unfolded, b: rows }, { transposeA: false, transposeB: false });
    memory.free(unfolded);
    memory.free(rows);
    if (sum === null) sum = product;
    else {
      addInto(memory, sum, product);
      memory.free(product);
    }
  }
  memory.free(channelsFirst);
  if (sum === null) throw new Error("A batch without images.");
  const result = memory.alias(sum, shape);
  memory.free(sum);
  return [result];
};

function addInto(memory: Memory, sum: Tensor, part: Tensor): void {
  const [to, from] = [memory.floats(sum), memory.floats(part)];
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + (from[i] as number);
}

/** Rows of the matrix [?, columns] that `tensor` is, as a tensor of their own. */
function rowsOf(memory: Memory, tensor: Tensor, first: number, count: number, columns: number): Tensor {
  const all = sizeOf(tensor.shape);
  if (count * columns === all) return memory.alias(tensor, [count, columns]);
  const made = memory.make([count, columns]);
  memory.floats(made).set(memory.floats(tensor).subarray(first * columns, (first + count) * columns));
  return made;
}

/** x [c, B, h, w] as [kh * kw * c, count * h' * w']: for each tap and channel, what it meets at each place; zero outside. */
function unfold(memory: Memory, x: Tensor, first: number, count: number, filter: Shape, dy: Shape, { stride, padding }: Geometry): Tensor {
  const [channels, images, height, width] = [0, 1, 2, 3].map((i) => at(x.shape, i)) as [number, number, number, number];
  const [rows, columns] = [at(dy, 1), at(dy, 2)];
  const made = memory.make([at(filter, 0) * at(filter, 1) * channels, count * rows * columns]);
  const [from, to] = [memory.floats(x), memory.floats(made)];
  let o = 0;
  for (let i = 0; i < at(filter, 0); i++) {
    for (let j = 0; j < at(filter, 1); j++) {
      for (let c = 0; c < channels; c++) {
        for (let image = first; image < first + count; image++) {
          const base = (c * images + image) * height;
          for (let row = 0; row < rows; row++) {
            const y = row * at(stride, 0) + i - at(padding, 0);
            const start = y < 0 || y >= height ? -1 : (base + y) * width;
            o = unfoldRow(to, o, from, start, columns, j - at(padding, 2), at(stride, 1), width);
          }
        }
      }
    }
  }
  return made;
}

/** One row: entries start + offset + k * step of x where they are inside, zero elsewhere. */
function unfoldRow(
  to: Float32Array,
  o: number,
  from: Float32Array,
  start: number,
  columns: number,
  offset: number,
  step: number,
  width: number,
): number {
  const end = o + columns;
  if (start < 0) {
    while (o < end) to[o++] = 0;
    return end;
  }
  let x = offset;
  while (o < end && x < 0) {
    to[o++] = 0;
    x += step;
  }
  while (o < end && x < width) {
    to[o++] = from[start + x] as number;
    x += step;
  }
  while (o < end) to[o++] = 0;
  return end;
}

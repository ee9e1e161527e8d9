/** Batch normalisation (Ioffe and Szegedy 2015) in two passes each way, statistics in float64. */
import type { Tensor } from "../kernel.js";
import { apply, input } from "../pointwise.js";
import { at, numberOf, sizeOf } from "../shapes.js";
import { type Implementation, type Memory, operand, shapeOf } from "./memory.js";
import { pointwise } from "./pointwise.js";

// Expressions of y and dx; operands of the second kind are one number a channel.
const normalised = apply("add", apply("multiply", apply("subtract", input(0), input(1)), input(2)), input(3)); // (x - mean) * factor + offset
const backward = apply(
  "add",
  apply("multiply", input(0), input(2)),
  apply("add", apply("multiply", apply("subtract", input(1), input(3)), input(4)), input(5)),
); // dy * a + (x - mean) * b + d

export const batchNorm: Implementation = (memory, inputs, attributes, outputs) => {
  const [x, scale, offset] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
  const channels = at(scale.shape, 0);
  const [mean, variance, factor] = [memory.make([channels]), memory.make([channels]), memory.make([channels])];
  const none = new Float64Array(channels);
  const { sum, products } = channelSums(memory, x, x, none);
  const count = sizeOf(x.shape) / channels;
  const epsilon = numberOf(attributes, "epsilon");
  const [means, variances, factors, scales] = [memory.floats(mean), memory.floats(variance), memory.floats(factor), memory.floats(scale)];
  for (let c = 0; c < channels; c++) {
    const m = (sum[c] as number) / count;
    const v = Math.max(0, (products[c] as number) / count - m * m);
    means[c] = m;
    variances[c] = v;
    factors[c] = (scales[c] as number) / Math.sqrt(v + epsilon);
  }
  const y = affine(memory, [x, mean, factor, offset], normalised, shapeOf(outputs));
  memory.free(factor);
  return [y, mean, variance];
};

/** dx = scale * inverse * (dy - mean(dy) - xhat * mean(dy * xhat)), xhat = (x - mean) * inverse. */
export const batchNormGradient: Implementation = (memory, inputs, attributes, outputs) => {
  const [dy, x, scale, mean, variance] = [0, 1, 2, 3, 4].map((i) => operand(inputs, i)) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const channels = at(scale.shape, 0);
  const made = [0, 1, 2, 3, 4].map(() => memory.make([channels])) as [Tensor, Tensor, Tensor, Tensor, Tensor];
  const [dscale, doffset, a, b, d] = made;
  const { sum, products } = channelSums(memory, dy, x, Float64Array.from(memory.floats(mean)));
  const [dscales, doffsets, as, bs, ds] = made.map((tensor) => memory.floats(tensor)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  const [scales, variances] = [memory.floats(scale), memory.floats(variance)];
  const count = sizeOf(x.shape) / channels;
  const epsilon = numberOf(attributes, "epsilon");
  for (let c = 0; c < channels; c++) {
    const inverse = 1 / Math.sqrt((variances[c] as number) + epsilon);
    const byScale = (products[c] as number) * inverse;
    const factor = (scales[c] as number) * inverse;
    dscales[c] = byScale;
    doffsets[c] = sum[c] as number;
    as[c] = factor;
    bs[c] = (-factor * byScale * inverse) / count;
    ds[c] = (-factor * (sum[c] as number)) / count;
  }
  const dx = affine(memory, [dy, x, a, mean, b, d], backward, shapeOf(outputs));
  for (const tensor of [a, b, d]) memory.free(tensor);
  return [dx, dscale, doffset];
};

function affine(memory: Memory, operands: readonly Tensor[], expression: typeof normalised, shape: readonly number[]): Tensor {
  const [made] = pointwise(memory, operands, { expression, shape }, [{ shape, dtype: "float32" }]);
  if (made === undefined) throw new Error("pointwise made no tensor.");
  return made;
}

interface ChannelSums {
  readonly sum: Float64Array;
  readonly products: Float64Array;
}

/** By channel (the last axis): sums of a and of a * (b - centre). */
function channelSums(memory: Memory, a: Tensor, b: Tensor, centre: Float64Array): ChannelSums {
  const channels = centre.length;
  if (memory.simd !== null && channels % 4 === 0) return vectorSums(memory, memory.simd.channels(), a, b, centre);
  const sum = new Float64Array(channels);
  const products = new Float64Array(channels);
  const [as, bs] = [memory.floats(a), memory.floats(b)];
  for (let i = 0; i < as.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const v = as[i + c] as number;
      sum[c] = (sum[c] as number) + v;
      products[c] = (products[c] as number) + v * ((bs[i + c] as number) - (centre[c] as number));
    }
  }
  return { sum, products };
}

/** Bytes of a block of rows that stay in the nearest cache while all its channels are summed. */
const blockBytes = 1 << 14;

function vectorSums(
  memory: Memory,
  four: ReturnType<NonNullable<Memory["simd"]>["channels"]>,
  a: Tensor,
  b: Tensor,
  centre: Float64Array,
): ChannelSums {
  const channels = centre.length;
  const [sums, centres] = [memory.make([4 * channels]), memory.make([channels])];
  memory.floats(sums).fill(0);
  memory.floats(centres).set(centre);
  const rowBytes = 4 * channels;
  const rows = sizeOf(a.shape) / channels;
  const block = Math.max(1, Math.floor(blockBytes / rowBytes));
  const [fromA, fromB, toSums, fromCentres] = [a, b, sums, centres].map((tensor) => memory.address(tensor)) as [
    number,
    number,
    number,
    number,
  ];
  for (let row = 0; row < rows; row += block) {
    const start = row * rowBytes;
    for (let c = 0; c < channels; c += 4) {
      four(fromA + start + 4 * c, fromB + start + 4 * c, fromCentres + 4 * c, toSums + 16 * c, Math.min(block, rows - row), rowBytes);
    }
  }
  const bytes = memory.floats(sums).slice();
  const doubles = new Float64Array(bytes.buffer);
  for (const tensor of [sums, centres]) memory.free(tensor);
  // Four sums, then four sums of products, group by group.
  const pick = (offset: number): Float64Array =>
    Float64Array.from({ length: channels }, (_, c) => doubles[8 * (c >> 2) + offset + (c & 3)] ?? 0);
  return { sum: pick(0), products: pick(4) };
}

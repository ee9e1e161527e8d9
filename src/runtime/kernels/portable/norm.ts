/** Batch normalisation (Ioffe and Szegedy 2015) in two passes each way, statistics in float64. */
import { numberOf } from "../shapes.js";
import { type Implementation, operand, shapeOf } from "./memory.js";

export const batchNorm: Implementation = (memory, inputs, attributes, outputs) => {
  const made = [memory.make(shapeOf(outputs, 0)), memory.make(shapeOf(outputs, 1)), memory.make(shapeOf(outputs, 2))];
  const x = memory.floats(operand(inputs, 0));
  const [scale, offset] = [memory.floats(operand(inputs, 1)), memory.floats(operand(inputs, 2))];
  const channels = scale.length;
  const { sum, squares } = momentsOf(x, channels);
  const [mean, variance] = [memory.floats(operand(made, 1)), memory.floats(operand(made, 2))];
  const factor = new Float64Array(channels);
  const shift = new Float64Array(channels);
  const count = x.length / channels;
  const epsilon = numberOf(attributes, "epsilon");
  for (let c = 0; c < channels; c++) {
    const m = (sum[c] as number) / count;
    const v = Math.max(0, (squares[c] as number) / count - m * m);
    mean[c] = m;
    variance[c] = v;
    factor[c] = (scale[c] as number) / Math.sqrt(v + epsilon);
    shift[c] = (offset[c] as number) - m * (factor[c] as number);
  }
  affine(memory.floats(operand(made, 0)), x, factor, shift);
  return made;
};

function momentsOf(x: Float32Array, channels: number): { sum: Float64Array; squares: Float64Array } {
  const sum = new Float64Array(channels);
  const squares = new Float64Array(channels);
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const v = x[i + c] as number;
      sum[c] = (sum[c] as number) + v;
      squares[c] = (squares[c] as number) + v * v;
    }
  }
  return { sum, squares };
}

function affine(y: Float32Array, x: Float32Array, factor: Float64Array, shift: Float64Array): void {
  const channels = factor.length;
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) y[i + c] = (x[i + c] as number) * (factor[c] as number) + (shift[c] as number);
  }
}

/** dx = scale * inverse * (dy - mean(dy) - xhat * mean(dy * xhat)), xhat = (x - mean) * inverse. */
export const batchNormGradient: Implementation = (memory, inputs, attributes, outputs) => {
  const made = [memory.make(shapeOf(outputs, 0)), memory.make(shapeOf(outputs, 1)), memory.make(shapeOf(outputs, 2))];
  const [dy, x] = [memory.floats(operand(inputs, 0)), memory.floats(operand(inputs, 1))];
  const [scale, mean, variance] = [2, 3, 4].map((i) => memory.floats(operand(inputs, i))) as [Float32Array, Float32Array, Float32Array];
  const channels = scale.length;
  const { sum, products } = productsOf(dy, x, mean);
  const dx = memory.floats(operand(made, 0));
  const [dscale, doffset] = [memory.floats(operand(made, 1)), memory.floats(operand(made, 2))];
  const [a, b, d] = [new Float64Array(channels), new Float64Array(channels), new Float64Array(channels)];
  const count = x.length / channels;
  const epsilon = numberOf(attributes, "epsilon");
  for (let c = 0; c < channels; c++) {
    const inverse = 1 / Math.sqrt((variance[c] as number) + epsilon);
    const byScale = (products[c] as number) * inverse;
    dscale[c] = byScale;
    doffset[c] = sum[c] as number;
    const factor = (scale[c] as number) * inverse;
    a[c] = factor;
    b[c] = (-factor * byScale * inverse) / count;
    d[c] = (-factor * (sum[c] as number)) / count - (mean[c] as number) * (b[c] as number);
  }
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      dx[i + c] = (dy[i + c] as number) * (a[c] as number) + (x[i + c] as number) * (b[c] as number) + (d[c] as number);
    }
  }
  return made;
};

/** By channel: sums of dy and of dy * (x - mean). */
function productsOf(dy: Float32Array, x: Float32Array, mean: Float32Array): { sum: Float64Array; products: Float64Array } {
  const channels = mean.length;
  const sum = new Float64Array(channels);
  const products = new Float64Array(channels);
  for (let i = 0; i < x.length; i += channels) {
    for (let c = 0; c < channels; c++) {
      const d = dy[i + c] as number;
      sum[c] = (sum[c] as number) + d;
      products[c] = (products[c] as number) + d * ((x[i + c] as number) - (mean[c] as number));
    }
  }
  return { sum, products };
}

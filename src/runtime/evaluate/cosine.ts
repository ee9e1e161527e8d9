/** Likeness of two images: the cosine between what stands for them. */
import type { Pairs } from "./pairs.js";

/** Cosine of each pair's rows of `rows` [images, width], in float64. A row of zeros is like nothing: 0. */
export function cosines(rows: Float32Array, width: number, pairs: Pairs): Float64Array {
  const count = rows.length / width;
  const norms = new Float64Array(count);
  for (let i = 0; i < count; i++) norms[i] = Math.sqrt(dot(rows, i * width, i * width, width));
  return Float64Array.from(pairs.first, (a, p) => {
    const b = pairs.second[p] ?? 0;
    const scale = (norms[a] ?? 0) * (norms[b] ?? 0);
    return scale === 0 ? 0 : dot(rows, a * width, b * width, width) / scale;
  });
}

function dot(rows: Float32Array, a: number, b: number, width: number): number {
  let total = 0;
  for (let k = 0; k < width; k++) total += (rows[a + k] ?? 0) * (rows[b + k] ?? 0);
  return total;
}

/** Each image's values less their mean: what the baseline "raw pixels" compares. Rows [images, width]. */
export function centred(rows: Float32Array, width: number): Float32Array {
  const result = Float32Array.from(rows);
  for (let start = 0; start < rows.length; start += width) {
    let total = 0;
    for (let k = 0; k < width; k++) total += rows[start + k] ?? 0;
    for (let k = 0; k < width; k++) result[start + k] = (rows[start + k] ?? 0) - total / width;
  }
  return result;
}

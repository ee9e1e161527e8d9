/** Likeness of two images: the cosine between what stands for them. */
import type { Pairs } from "./pairs.js";

/** Cosine of each pair's rows of `rows` [images, width], in float64. A row of zeros is like nothing: 0. */
export function cosines(rows: Float32Array, width: number, pairs: Pairs): Float64Array {
  const count = rows.length / width;
  const norms = new Float64Array(count);
  for (let i = 0; i < count; i++) norms[i] = Math.sqrt(dot(rows, i * width, i * width, width));
  return scored(norms, pairs, (a, b) => dot(rows, a * width, b * width, width));
}

function scored(norms: Float64Array, pairs: Pairs, product: (a: number, b: number) => number): Float64Array {
  return Float64Array.from(pairs.first, (a, p) => {
    const b = pairs.second[p] ?? 0;
    const scale = (norms[a] ?? 0) * (norms[b] ?? 0);
    return scale === 0 ? 0 : product(a, b) / scale;
  });
}

function dot(rows: Float32Array, a: number, b: number, width: number): number {
  let total = 0;
  for (let k = 0; k < width; k++) total += (rows[a + k] ?? 0) * (rows[b + k] ?? 0);
  return total;
}

/**
 * Cosine of each pair of images by their scaled pixels, each image less its own mean: the baseline "raw pixels". `pixels`
 * are bytes [images, ...] and `scale` what the network sees of each of them, so that no image is kept as float32.
 */
export function pixelCosines(pixels: Uint8Array, scale: Float32Array, images: number, pairs: Pairs): Float64Array {
  const width = pixels.length / images;
  // An image has 256 different values at most: what each of them becomes less the mean of the image.
  const tables = new Float32Array(images * 256);
  const norms = new Float64Array(images);
  const product = (a: number, b: number): number => {
    let total = 0;
    for (let k = 0; k < width; k++) {
      total += (tables[a * 256 + (pixels[a * width + k] ?? 0)] ?? 0) * (tables[b * 256 + (pixels[b * width + k] ?? 0)] ?? 0);
    }
    return total;
  };
  for (let image = 0; image < images; image++) {
    let total = 0;
    for (let k = 0; k < width; k++) total += scale[pixels[image * width + k] ?? 0] ?? 0;
    for (let value = 0; value < 256; value++) tables[image * 256 + value] = (scale[value] ?? 0) - total / width;
    norms[image] = Math.sqrt(product(image, image));
  }
  return scored(norms, pairs, product);
}

/** Decoded pixels in memory, made once and shared by all threads, epochs, and readers of the same images. */
import { createHash } from "node:crypto";
import { fail } from "../../diagnostics/diagnostic.js";
import type { Line } from "../step/step.js";
import type { DrawnPixels, FilePixels, PixelCache, Recipe } from "./recipe.js";

/** A thread's view of a cache. */
export class KeptPixels {
  private readonly filled: Uint8Array;

  /** `size`: bytes of an image. */
  constructor(
    private readonly cache: PixelCache,
    private readonly size: number,
  ) {
    this.filled = new Uint8Array(cache.filled);
  }

  /** null: not made yet, or never kept. */
  get(number: number): Uint8Array | null {
    if (number >= this.cache.capacity || Atomics.load(this.filled, number) === 0) return null;
    return new Uint8Array(this.cache.bytes, number * this.size, this.size);
  }

  /** Two threads may put the same image; they write the same bytes. */
  put(number: number, pixels: Uint8Array): void {
    if (number >= this.cache.capacity) return;
    new Uint8Array(this.cache.bytes, number * this.size, this.size).set(pixels);
    Atomics.store(this.filled, number, 1);
  }
}

/** Images that are kept. */
export function countKept(cache: PixelCache): number {
  return new Uint8Array(cache.filled).reduce((sum, flag) => sum + flag, 0);
}

/** A cache of its own, of at most `most` bytes: the images 0..capacity-1, of `size` bytes each. */
export function pixelCache(size: number, images: number, most: number): PixelCache {
  const capacity = Math.max(0, Math.min(images, Math.floor(most / size)));
  // Memory that is never written is never taken from the machine.
  return { capacity, bytes: new SharedArrayBuffer(capacity * size), filled: new SharedArrayBuffer(capacity) };
}

const shared = new Map<string, WeakRef<PixelCache>>();
let limit: number | null = null;

/**
 * The cache of these images, which is one for everybody in this process. All such caches together take at most
 * `FACEC_PIXEL_CACHE`, or else a quarter of the memory that is free when the first is asked for.
 */
export function sharedPixelCache({ image, pixels, at }: Pick<Recipe, "image" | "pixels" | "at">, images: number): PixelCache {
  limit ??= pixelCacheLimit(at);
  const size = image[0] * image[1] * image[2];
  const key = keyOf(image, pixels);
  const known = shared.get(key)?.deref();
  if (known !== undefined) return known;
  const cache = pixelCache(size, images, limit - bytesInUse());
  shared.set(key, new WeakRef(cache));
  return cache;
}

/** Of the caches that somebody still has. */
function bytesInUse(): number {
  let sum = 0;
  for (const [key, reference] of shared) {
    const cache = reference.deref();
    if (cache === undefined) shared.delete(key);
    else sum += cache.bytes.byteLength;
  }
  return sum;
}

function keyOf(image: Recipe["image"], pixels: FilePixels | DrawnPixels): string {
  const hash = createHash("sha256").update(image.join("x"));
  if (pixels.kind === "drawn") hash.update(`drawn ${pixels.seed}\0`).update(pixels.identities).update(pixels.numbers);
  else hash.update(`files ${pixels.resized}\0${pixels.root}\0`).update(pixels.files.join("\0")).update(pixels.digests);
  return hash.digest("hex");
}

const units: Readonly<Record<string, number>> = { "": 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 };

/** Bytes. Fails where FACEC_PIXEL_CACHE is not a size. */
export function pixelCacheLimit(at: Line, given = process.env.FACEC_PIXEL_CACHE): number {
  if (given === undefined || given === "") return Math.floor(process.availableMemory() / 4);
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(given.trim()) ?? [];
  if (digits === undefined) fail("pixel-cache-size", at, { given });
  return Math.floor(Number(digits) * (units[unit?.toLowerCase() ?? ""] ?? 1));
}

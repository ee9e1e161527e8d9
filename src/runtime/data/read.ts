/** All images of a part in order, as evaluation wants them: no augmentation. */
import { defaultWorkers, makeCrew } from "./crew.js";
import { loadSharp } from "./decode.js";
import { Filler } from "./fill.js";
import type { OpenData } from "./open.js";

export interface ReadOptions {
  /** Images in a chunk. */
  readonly batch?: number;
  readonly workers?: number;
}

export interface Chunk {
  /** Number of its first image. */
  readonly first: number;
  /** Images in it: `batch`, fewer in the last chunk. */
  readonly count: number;
  /** [batch, height, width, channels], scaled; zeros after `count`. The caller may keep it. */
  readonly images: Float32Array;
}

/** Fewer images than this that are not in memory are made on the main thread. */
const FEW_IMAGES = 128;

/** All images in order, in chunks of a fixed size (64), the next one being made while the caller works. */
export async function* readAll(open: OpenData, options: ReadOptions = {}): AsyncGenerator<Chunk, void, undefined> {
  const { recipe, images } = open;
  const size = recipe.image[0] * recipe.image[1] * recipe.image[2];
  const batch = options.batch ?? 64;
  const made = new Uint8Array(recipe.cache.filled).reduce((sum, flag) => sum + flag, 0);
  const workers = options.workers ?? (images - made < FEW_IMAGES ? 0 : defaultWorkers());
  if (workers > 0 && recipe.pixels.kind === "files") await loadSharp();
  const crew = makeCrew(workers, recipe, recipe.at);
  const start = (first: number) => {
    const count = Math.min(batch, images - first);
    const out = new SharedArrayBuffer(batch * size * Float32Array.BYTES_PER_ELEMENT);
    const share = Math.ceil(count / Math.max(1, crew.size));
    const fills: Promise<void>[] = [];
    for (let from = 0; from < count; from += share) {
      const numbers = Uint32Array.from({ length: Math.min(share, count - from) }, (_, i) => first + from + i);
      fills.push(crew.fill({ kind: "fill", images: numbers, draws: null, out, first: from }));
    }
    const ready = Promise.all(fills);
    ready.catch(() => {});
    return { chunk: { first, count, images: new Float32Array(out) }, ready };
  };
  crew.hold();
  try {
    let coming = images > 0 ? start(0) : null;
    while (coming !== null) {
      const { chunk, ready } = coming;
      await ready;
      const next = chunk.first + chunk.count;
      coming = next < images ? start(next) : null;
      yield chunk;
    }
  } finally {
    crew.release();
    await crew.close();
  }
}

/** All images as they are before scaling: bytes [images, height, width, channels], for the raw-pixel baseline. */
export async function readPixels(open: OpenData): Promise<Uint8Array> {
  const { recipe, images } = open;
  const size = recipe.image[0] * recipe.image[1] * recipe.image[2];
  const all = new Uint8Array(images * size);
  const filler = new Filler(recipe);
  for (let number = 0; number < images; number++) all.set(await filler.pixels(number), number * size);
  return all;
}

/** The name of each image: its path within the data folder, or identity/number of a drawn one. */
export function listImages(open: OpenData): string[] {
  const { pixels } = open.recipe;
  if (pixels.kind === "files") return [...pixels.files];
  return Array.from(pixels.identities, (identity, i) => `${identity + 1}/${(pixels.numbers[i] ?? 0) + 1}`);
}

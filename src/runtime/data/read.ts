/** All images of a part in order, as evaluation wants them: no augmentation. */
import { Filler } from "./fill.js";
import { startMaker } from "./maker.js";
import type { OpenData } from "./open.js";
import { countKept } from "./pixel-cache.js";
import { defaultWorkers } from "./threads.js";

export interface ReadOptions {
  /** Images in a chunk. */
  readonly batch?: number;
  readonly workers?: number;
  /** Path of the addon that decodes JPEG, its library loaded; null: WebAssembly does, with the same bytes. */
  readonly jpegAddon?: string | null;
}

export interface Chunk {
  /** Number of its first image. */
  readonly first: number;
  /** Images in it: `batch`, fewer in the last chunk. */
  readonly count: number;
  /** [batch, height, width, channels], scaled; zeros after `count`. The memory is used again: it holds until the following chunk. */
  readonly images: Float32Array;
}

/** Fewer images than this that are not in memory are made on the main thread. */
const FEW_IMAGES = 128;

/** All images in order, in chunks of a fixed size (64), the next ones being made while the caller works. */
export async function* readAll({ recipe, images }: OpenData, options: ReadOptions = {}): AsyncGenerator<Chunk, void, undefined> {
  const { batch = 64, jpegAddon = null, workers = images - countKept(recipe.cache) < FEW_IMAGES ? 0 : defaultWorkers() } = options;
  const maker = startMaker(recipe, { images, batch, order: { kind: "once" }, from: 0 }, workers);
  if (jpegAddon !== null) maker.useJpegAddon(jpegAddon);
  try {
    for (let first = 0; first < images; first += batch) {
      const made = await maker.next();
      const count = made.numbers.length;
      if (count < batch) made.images.fill(0, (made.images.length / batch) * count);
      yield { first, count, images: made.images };
    }
  } finally {
    await maker.close();
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

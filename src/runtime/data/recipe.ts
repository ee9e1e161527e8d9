/** How the images of a data part are made: what a worker is told once. Plain data that can be sent to a thread. */
import type { Augmentation } from "../experiment.js";
import type { Line } from "../step/step.js";

export interface FilePixels {
  readonly kind: "files";
  readonly root: string;
  readonly resized: boolean;
  /** By image number. */
  readonly files: readonly string[];
  /** The first DIGEST bytes of the content hash of each, by which a file that changed since is told. */
  readonly digests: Uint8Array;
}

/** Enough that a changed file never goes unnoticed, and few enough for millions of files. */
export const DIGEST = 8;

export interface DrawnPixels {
  readonly kind: "drawn";
  readonly seed: number;
  /** By image number: which identity of the generator, and which of its images. */
  readonly identities: Uint32Array;
  readonly numbers: Uint32Array;
}

/** Pixels kept from epoch to epoch, shared by all threads: those of the images 0..capacity-1. */
export interface PixelCache {
  readonly capacity: number;
  readonly bytes: SharedArrayBuffer;
  /** One byte an image: 1 once its pixels are there. */
  readonly filled: SharedArrayBuffer;
}

export interface Recipe {
  /** height, width, channels. */
  readonly image: readonly [number, number, number];
  readonly augment: readonly Augmentation[];
  /** What the network sees of each pixel value 0..255. */
  readonly scale: Float32Array;
  readonly pixels: FilePixels | DrawnPixels;
  readonly cache: PixelCache;
  readonly at: Line;
}

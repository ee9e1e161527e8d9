/** Batches for training, made ahead by worker threads while the step runs. */
import { startMaker } from "./maker.js";
import type { OpenData } from "./open.js";
import { defaultWorkers } from "./threads.js";

export interface BatchOptions {
  /** Images in every batch. */
  readonly batch: number;
  /** Of the run: decides the order of images and the draws of augmentations. */
  readonly seed: number;
  /** Number of the first step, from 0; a resumed run begins where it stopped. */
  readonly fromStep: number;
  /** Threads that prepare; 0: the main thread does. The batches are the same. */
  readonly workers?: number;
}

export interface Batch {
  readonly step: number;
  /** [batch, height, width, channels], augmented and scaled. The memory is used again: it holds until the following `next()`. */
  readonly images: Float32Array;
  /** [batch], 0..identities-1. */
  readonly labels: Int32Array;
}

export interface BatchSource {
  /**
   * The batch of the next step; to be called when the one before has come. Rejects with FaceError where an image cannot be
   * read any more.
   */
  next(): Promise<Batch>;
  /**
   * JPEG is decoded by the addon at this path from now on, with the same bytes as before: once, and after TensorFlow's
   * library, which it needs, is loaded.
   */
  useJpegAddon(path: string): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Step t has the images at places t * batch ... of an endless list: the epochs one after another, each a shuffle of
 * all images by (seed, epoch). A last partial batch is so filled up from the next epoch. Content depends on (seed, t) only.
 */
export function batches({ recipe, images, trainingLabels }: OpenData, options: BatchOptions): BatchSource {
  const { batch, seed, fromStep, workers = defaultWorkers() } = options;
  const wanted = { images, batch, order: { kind: "shuffled", seed }, from: fromStep * batch } as const;
  const maker = startMaker(recipe, wanted, workers);
  let coming = fromStep;
  const next = async (): Promise<Batch> => {
    const step = coming++;
    const made = await maker.next();
    return { step, images: made.images, labels: made.numbers.map((number) => trainingLabels[number] ?? 0) };
  };
  return { next, useJpegAddon: (path) => maker.useJpegAddon(path), close: () => maker.close() };
}

/** Batches for training, made ahead by worker threads while the step runs. */
import { stream } from "../random.js";
import { type Crew, defaultWorkers, makeCrew } from "./crew.js";
import { loadSharp } from "./decode.js";
import type { OpenData } from "./open.js";
import type { FillTask } from "./recipe.js";

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
  /**
   * [batch, height, width, channels], augmented and scaled. The memory is used again: it holds until the second
   * `next()` after the one that gave it has resolved.
   */
  readonly images: Float32Array;
  /** [batch], 0..identities-1. */
  readonly labels: Int32Array;
}

export interface BatchSource {
  /** The batch of the next step. Rejects with FaceError where an image cannot be read any more. */
  next(): Promise<Batch>;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Batches made ahead of the one that is asked for. */
const AHEAD = 2;

/**
 * Step t has the images at places t * batch ... of an endless list: the epochs one after another, each a shuffle of
 * all images by (seed, epoch). A last partial batch is so filled up from the next epoch. Content depends on (seed, t) only.
 */
export function batches(open: OpenData, options: BatchOptions): BatchSource {
  return new Batches(open, options);
}

interface Coming {
  readonly batch: Batch;
  readonly ready: Promise<unknown>;
}

class Batches implements BatchSource {
  private readonly crew: Promise<Crew>;
  private readonly order: (position: number) => Place;
  private readonly buffers: SharedArrayBuffer[];
  private readonly coming: Coming[] = [];
  private step: number;

  constructor(
    private readonly open: OpenData,
    private readonly options: BatchOptions,
  ) {
    const [height, width, channels] = open.recipe.image;
    const bytes = options.batch * height * width * channels * Float32Array.BYTES_PER_ELEMENT;
    this.buffers = Array.from({ length: AHEAD + 2 }, () => new SharedArrayBuffer(bytes));
    this.order = places(open.images, options.seed);
    this.step = options.fromStep;
    this.crew = startCrew(open, options.workers ?? defaultWorkers());
  }

  async next(): Promise<Batch> {
    const crew = await this.crew;
    const { batch, ready } = this.coming.shift() ?? this.start(crew);
    crew.hold();
    try {
      await ready;
    } finally {
      crew.release();
    }
    // On the main thread, work ahead would only delay the step.
    while (crew.size > 0 && this.coming.length < AHEAD) this.coming.push(this.start(crew));
    return batch;
  }

  async close(): Promise<void> {
    await (await this.crew).close();
  }

  private start(crew: Crew): Coming {
    const step = this.step++;
    const { batch, seed } = this.options;
    const buffer = this.buffers[step % this.buffers.length] ?? new SharedArrayBuffer(0);
    const slots = Array.from({ length: batch }, (_, i) => this.order(step * batch + i));
    const share = Math.ceil(batch / Math.max(1, crew.size));
    const tasks: FillTask[] = [];
    for (let first = 0; first < batch; first += share) {
      const mine = slots.slice(first, first + share);
      const draws = { seed, epochs: Uint32Array.from(mine, (slot) => slot.epoch), places: Uint32Array.from(mine, (slot) => slot.place) };
      tasks.push({ kind: "fill", images: Uint32Array.from(mine, (slot) => slot.image), draws, out: buffer, first });
    }
    const ready = Promise.all(tasks.map((task) => crew.fill(task)));
    // A failure belongs to the `next()` that waits for this batch, which may come later or never.
    ready.catch(() => {});
    const labels = Int32Array.from(slots, (slot) => this.open.trainingLabels[slot.image] ?? 0);
    return { batch: { step, images: new Float32Array(buffer), labels }, ready };
  }
}

async function startCrew(open: OpenData, workers: number): Promise<Crew> {
  if (workers > 0 && open.recipe.pixels.kind === "files") await loadSharp();
  return makeCrew(workers, open.recipe, open.recipe.at);
}

/** A place in the endless list of images. */
interface Place {
  readonly epoch: number;
  /** Within the epoch. */
  readonly place: number;
  readonly image: number;
}

function places(images: number, seed: number): (position: number) => Place {
  let known = -1;
  let order: Uint32Array = new Uint32Array(0);
  return (position) => {
    const epoch = Math.floor(position / images);
    if (epoch !== known) {
      order = stream(seed, "shuffle", epoch).shuffle(images);
      known = epoch;
    }
    const place = position - epoch * images;
    return { epoch, place, image: order[place] ?? 0 };
  };
}

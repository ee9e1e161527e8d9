/** Makes batches of images one after another: in threads that run ahead by themselves, or on the main thread with the same code. */
import type { Worker } from "node:worker_threads";
import { diagnostic, FaceError } from "../../diagnostics/diagnostic.js";
import { Belt, type BeltMessage, type BeltPlan, beltPlan, type Wanted } from "./belt.js";
import { loadSharp } from "./decode.js";
import { Filler } from "./fill.js";
import { useJpegAddon } from "./jpeg.js";
import { placesOf } from "./order.js";
import type { Recipe } from "./recipe.js";
import { type Start, workerStart } from "./threads.js";

/** A batch as it comes; its memory holds until the next one is asked for. */
export interface Made {
  /** [batch, height, width, channels]; what lies behind the last image is of any kind. */
  readonly images: Float32Array;
  /** Numbers of its images: `batch` of them, fewer in the last of an order that ends. */
  readonly numbers: Int32Array;
}

export interface Maker {
  /** Rejects with FaceError where an image cannot be read any more; the batch after it may be had none the less. */
  next(): Promise<Made>;
  /** JPEG is decoded by the addon at this path from now on: once, and after TensorFlow's library, which it needs, is loaded. */
  useJpegAddon(path: string): void;
  /** Ends the threads. */
  close(): Promise<void>;
}

/** `workers`: threads; 0: the main thread makes each batch when it is asked for. */
export function startMaker(recipe: Recipe, of: Wanted, workers: number): Maker {
  const start = workers > 0 ? workerStart() : null;
  return start === null ? mainMaker(recipe, of) : new ThreadMaker(beltPlan(recipe, of), workers, start);
}

function mainMaker(recipe: Recipe, { images, batch, order, from }: Wanted): Maker {
  const [height, width, channels] = recipe.image;
  const filler = new Filler(recipe);
  const placeAt = placesOf(order, images);
  const out = new Float32Array(batch * height * width * channels);
  let at = from;
  const next = async (): Promise<Made> => {
    const count = order.kind === "once" ? Math.max(0, Math.min(batch, images - at)) : batch;
    const places = Array.from({ length: count }, (_, i) => placeAt(at + i));
    at += count;
    await filler.fill(places, order, out, 0);
    return { images: out, numbers: Int32Array.from(places, ({ image }) => image) };
  };
  return { next, useJpegAddon, close: async () => {} };
}

class ThreadMaker implements Maker {
  private readonly belt: Belt;
  private readonly threads: readonly Worker[];
  private readonly ended: Promise<unknown>;
  private readonly faults = new Map<number, FaceError>();
  private wake = () => {};
  private batch = 0;
  private broken: Error | null = null;

  constructor(plan: BeltPlan, workers: number, start: Start) {
    this.belt = new Belt(plan);
    this.threads = Array.from({ length: workers }, () => start({ kind: "belt", plan }));
    this.ended = Promise.all(this.threads.map((thread) => new Promise((resolve) => thread.once("exit", resolve))));
    for (const thread of this.threads) {
      // Only while somebody waits does a thread keep the process alive.
      thread.unref();
      thread.on("message", (message: BeltMessage) => this.hear(message));
      thread.on("error", (found) => this.fall(found.message));
      thread.on("exit", (code) => {
        if (code !== 0) this.fall(`it ended with code ${code}`);
      });
    }
  }

  async next(): Promise<Made> {
    const { belt } = this;
    const batch = this.batch++;
    if (batch > 0) belt.release(batch - 1);
    belt.want(batch);
    await this.until(() => belt.isWhole(batch));
    if (belt.hasFailed(batch)) {
      await this.until(() => this.faults.has(batch));
      const fault = this.faults.get(batch);
      this.faults.delete(batch);
      throw fault ?? new Error("a batch failed without a reason");
    }
    return { images: belt.imagesOf(batch), numbers: belt.numbersOf(batch).slice(0, belt.countOf(batch)) };
  }

  useJpegAddon(path: string): void {
    for (const thread of this.threads) thread.postMessage(path);
    this.belt.addonIsSent();
  }

  /** Lets the shares under way end first: a thread is not torn down within native code. */
  async close(): Promise<void> {
    this.broken ??= new Error("closed");
    this.belt.stop();
    for (const thread of this.threads) thread.ref();
    await this.ended;
  }

  /** Sleeps until messages have made `happened` true. */
  private async until(happened: () => boolean): Promise<void> {
    if (this.broken !== null) throw this.broken;
    if (happened()) return;
    for (const thread of this.threads) thread.ref();
    try {
      while (!happened()) {
        await new Promise<void>((resolve) => {
          this.wake = resolve;
        });
        if (this.broken !== null) throw this.broken;
      }
    } finally {
      for (const thread of this.threads) thread.unref();
    }
  }

  private hear(message: BeltMessage): void {
    if (message.kind === "sharp") {
      // Where it cannot be loaded, the thread finds out why.
      loadSharp().then(
        () => this.belt.sharpIsLoaded(),
        () => this.belt.sharpIsLoaded(),
      );
    } else if (message.kind === "fault") {
      const { batch, diagnostics, crash } = message;
      this.faults.set(batch, diagnostics.length > 0 ? new FaceError(diagnostics) : this.threadError(crash));
    }
    this.wake();
  }

  /** A thread is gone: what is waited for, and everything asked later, fails. */
  private fall(why: string): void {
    this.broken ??= this.threadError(why);
    this.wake();
  }

  private threadError(why: string): FaceError {
    return new FaceError(diagnostic("data-worker", this.belt.plan.recipe.at, { why }));
  }
}

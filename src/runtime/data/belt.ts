/**
 * The belt: how threads hand batches over. Slots of shared memory, each for one batch at a time, and a few shared numbers
 * by which the threads take shares of the coming batches on their own and wait where the consumer is too far behind, whatever
 * the main thread is busy with meanwhile. Batch b lies in slot b modulo the number of slots; batches are counted from 0.
 */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Order } from "./order.js";
import type { Recipe } from "./recipe.js";

/** Batches made ahead of the one that the consumer has. */
const AHEAD = 2;
/** Images that a thread takes at a time: few, so that all threads finish a batch together. */
const SHARE = 4;

/** Which images are to be made, in which batches. */
export interface Wanted {
  readonly order: Order;
  /** Images in order: one epoch. */
  readonly images: number;
  /** Images in a batch. */
  readonly batch: number;
  /** Place in the order of the first image of batch 0. */
  readonly from: number;
}

/** What belongs to a belt; plain data that is sent to its threads. */
export interface BeltPlan extends Wanted {
  readonly recipe: Recipe;
  /** [batch, height, width, channels] as Float32, one a slot. */
  readonly slots: readonly SharedArrayBuffer[];
  /** The number of each image, Int32 [slot, batch]. */
  readonly numbers: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

/** What a thread of a belt tells the main thread. */
export type BeltMessage =
  /** The batch that was waited for is there. */
  | { readonly kind: "ready" }
  /** Part of this batch could not be made: `diagnostics`, or what crashed. */
  | { readonly kind: "fault"; readonly batch: number; readonly diagnostics: readonly Diagnostic[]; readonly crash: string }
  /** An image needs sharp, which the main thread must load first. */
  | { readonly kind: "sharp" };

/** Some images of one batch, that one thread makes. */
export interface Share {
  readonly batch: number;
  /** Slot of its first image within the batch. */
  readonly first: number;
  readonly count: number;
}

// Places of the shared numbers; then for each slot of the belt how many images are made, and whether some failed.
const CLAIMED = 0;
const RELEASED = 1;
const WANTED = 2;
const SHARP = 3;
const ADDON = 4;
const SLOTS = 5;

const NOTHING = -1;

export function beltPlan(recipe: Recipe, wanted: Wanted): BeltPlan {
  const { batch } = wanted;
  const [height, width, channels] = recipe.image;
  const bytes = batch * height * width * channels * Float32Array.BYTES_PER_ELEMENT;
  const slots = Array.from({ length: AHEAD + 1 }, () => new SharedArrayBuffer(bytes));
  const numbers = new SharedArrayBuffer(slots.length * batch * Int32Array.BYTES_PER_ELEMENT);
  const control = new SharedArrayBuffer((SLOTS + 2 * slots.length) * Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(control)[WANTED] = NOTHING;
  return { ...wanted, recipe, slots, numbers, control };
}

/** The shared numbers of a belt, as either side sees them. */
export class Belt {
  private readonly words: Int32Array;
  private readonly sharesPerBatch: number;

  constructor(readonly plan: BeltPlan) {
    this.words = new Int32Array(plan.control);
    this.sharesPerBatch = Math.ceil(plan.batch / SHARE);
  }

  /** Images in a batch: all but the last of an order that ends have `plan.batch`. */
  countOf(batch: number): number {
    const { order, images, batch: size, from } = this.plan;
    return order.kind === "once" ? Math.max(0, Math.min(size, images - from - batch * size)) : size;
  }

  slotOf(batch: number): number {
    return batch % this.plan.slots.length;
  }

  imagesOf(batch: number): Float32Array {
    return new Float32Array(this.plan.slots[this.slotOf(batch)] ?? new SharedArrayBuffer(0));
  }

  numbersOf(batch: number): Int32Array {
    const { numbers, batch: size } = this.plan;
    return new Int32Array(numbers, this.slotOf(batch) * size * Int32Array.BYTES_PER_ELEMENT, size);
  }

  // ---------------------------------------------------------------- threads

  /** The next share that nobody has; null: there are no more. Some 8 thousand million images fit a belt. */
  claim(): Share | null {
    const share = Atomics.add(this.words, CLAIMED, 1);
    const batch = Math.floor(share / this.sharesPerBatch);
    const first = (share % this.sharesPerBatch) * SHARE;
    const images = this.countOf(batch);
    if (images === 0) return null;
    return { batch, first, count: Math.max(0, Math.min(SHARE, images - first)) };
  }

  /** Waits, the whole thread asleep, until the slot of a batch is free. False: the belt is stopped. */
  waitForSlot(batch: number): boolean {
    for (;;) {
      const released = Atomics.load(this.words, RELEASED);
      if (released < 0) return false;
      if (batch - released < this.plan.slots.length) return true;
      Atomics.wait(this.words, RELEASED, released);
    }
  }

  /** Counts a share as made. True: the batch is whole, and the main thread waits for it. */
  made({ batch, count }: Share): boolean {
    const at = this.madeAt(batch);
    const whole = Atomics.add(this.words, at, count) + count === this.countOf(batch);
    return whole && Atomics.load(this.words, WANTED) === batch;
  }

  /** To be said before the share counts as made. */
  failed(batch: number): void {
    Atomics.store(this.words, this.madeAt(batch) + 1, 1);
  }

  /** Whether there is word of an addon for the threads. */
  hasAddon(): boolean {
    return Atomics.load(this.words, ADDON) === 1;
  }

  waitForSharp(): void {
    Atomics.wait(this.words, SHARP, 0);
  }

  // ---------------------------------------------------------------- main thread

  /** Whether all images of a batch are made or have failed. */
  isWhole(batch: number): boolean {
    return Atomics.load(this.words, this.madeAt(batch)) === this.countOf(batch);
  }

  hasFailed(batch: number): boolean {
    return Atomics.load(this.words, this.madeAt(batch) + 1) === 1;
  }

  /** From now on a thread tells when this batch is whole; look at `isWhole` after. */
  want(batch: number): void {
    Atomics.store(this.words, WANTED, batch);
  }

  /** Gives the slot of a whole batch, the oldest that is out, back to the threads. */
  release(batch: number): void {
    Atomics.store(this.words, this.madeAt(batch), 0);
    Atomics.store(this.words, this.madeAt(batch) + 1, 0);
    Atomics.store(this.words, RELEASED, batch + 1);
    Atomics.notify(this.words, RELEASED);
  }

  sharpIsLoaded(): void {
    Atomics.store(this.words, SHARP, 1);
    Atomics.notify(this.words, SHARP);
  }

  /** To be said after each thread was sent the path of the addon. */
  addonIsSent(): void {
    Atomics.store(this.words, ADDON, 1);
  }

  /** Threads end after the share that they are at. */
  stop(): void {
    Atomics.store(this.words, RELEASED, NOTHING);
    Atomics.notify(this.words, RELEASED);
  }

  private madeAt(batch: number): number {
    return SLOTS + 2 * this.slotOf(batch);
  }
}

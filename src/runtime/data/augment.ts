/** What may happen to a training image before the network sees it, and the one pass over its pixels that does it. */
import type { ArgumentDescription, Arguments } from "../describe.js";
import type { Augmentation } from "../experiment.js";
import type { Stream } from "../random.js";

export interface AugmentationDescription {
  readonly name: Augmentation["kind"];
  readonly doc: string;
  readonly arguments: readonly ArgumentDescription[];
}

/** The dictionary of augmentations, for compiler and runtime alike; all are drawn anew for each image and epoch. */
export const augmentations: Readonly<Record<Augmentation["kind"], AugmentationDescription>> = {
  flip: {
    name: "flip",
    doc: "Mirrors the image left to right.",
    arguments: [{ name: "p", kind: "fraction", positional: true, default: 0.5, doc: "How often: 50% mirrors every second image." }],
  },
  crop: {
    name: "crop",
    doc: "Moves the image by up to `pad` pixels along each axis; what comes into view repeats the border pixels.",
    arguments: [{ name: "pad", kind: "whole", positional: true, default: 4, doc: "The largest move, in pixels, to either side." }],
  },
  brightness: {
    name: "brightness",
    doc: "Multiplies all pixels by one factor, evenly drawn from 1 - amount to 1 + amount; results are rounded and kept within 0..255.",
    arguments: [
      { name: "amount", kind: "fraction", positional: true, default: 0.2, doc: "The largest change: 20% draws from 0.8 to 1.2." },
    ],
  },
};

/** The argument of an augmentation, or its default. */
function argument(kind: Augmentation["kind"], args: Arguments): number {
  const described = augmentations[kind].arguments[0];
  const value = args[described?.name ?? ""] ?? described?.default;
  return typeof value === "number" ? value : 0;
}

/**
 * Where each pixel of the result comes from (`columns`, `rows`: positions in the source, by positions in the result)
 * and what becomes of its value. Moves are kept per axis, so any order and number of them costs one pass over the pixels.
 */
export class Pass {
  readonly columns: Int32Array;
  readonly rows: Int32Array;
  readonly values = new Uint8Array(256);
  /** Whether `values` changes anything. */
  changed = false;
  /** Room for what the network sees of each value where it does. */
  readonly scaled = new Float32Array(256);

  constructor(
    readonly height: number,
    readonly width: number,
  ) {
    this.columns = new Int32Array(width);
    this.rows = new Int32Array(height);
    this.changed = true; // nothing is set yet
    this.reset();
  }

  reset(): void {
    for (let x = 0; x < this.width; x++) this.columns[x] = x;
    for (let y = 0; y < this.height; y++) this.rows[y] = y;
    if (this.changed) for (let v = 0; v < 256; v++) this.values[v] = v;
    this.changed = false;
  }

  /** Draws all augmentations, in their order, for one image. */
  draw(list: readonly Augmentation[], random: Stream): void {
    this.reset();
    for (const { kind, args } of list) {
      const amount = argument(kind, args);
      if (kind === "flip") {
        if (random.uniform() < amount) this.columns.reverse();
      } else if (kind === "crop") {
        // Both draws in a fixed order: rows first.
        const down = random.integer(2 * amount + 1) - amount;
        const right = random.integer(2 * amount + 1) - amount;
        move(this.rows, down);
        move(this.columns, right);
      } else {
        const factor = 1 + amount * (2 * random.uniform() - 1);
        this.changed = true;
        for (let v = 0; v < 256; v++) this.values[v] = Math.min(255, Math.round((this.values[v] ?? 0) * factor));
      }
    }
  }
}

/** Result position i shows what was at i + by, or at the border beyond it. */
function move(positions: Int32Array, by: number): void {
  const before = positions.slice();
  const last = positions.length - 1;
  for (let i = 0; i <= last; i++) positions[i] = before[Math.min(last, Math.max(0, i + by))] ?? 0;
}

/**
 * Writes one image [height, width, channels] into `out` at `offset`: pixels moved and changed by `pass`, then scaled
 * by `table` (what the network sees of each value 0..255).
 */
export function writeScaled(
  source: Uint8Array,
  channels: number,
  pass: Pass,
  table: Float32Array,
  out: Float32Array,
  offset: number,
): void {
  const { values, changed, scaled, rows, width } = pass;
  if (changed) for (let v = 0; v < 256; v++) scaled[v] = table[values[v] ?? 0] ?? 0;
  const shown = changed ? scaled : table;
  const write = channels === 3 ? writeColours : writeGrey;
  for (let y = 0; y < pass.height; y++) {
    write(source, (rows[y] ?? 0) * width * channels, pass.columns, shown, out, offset + y * width * channels);
  }
}

// One loop a kind of image: a loop over the channels within takes three times as long.

function writeColours(source: Uint8Array, row: number, columns: Int32Array, shown: Float32Array, out: Float32Array, offset: number): void {
  let at = offset;
  for (let x = 0; x < columns.length; x++) {
    const from = row + 3 * (columns[x] ?? 0);
    out[at] = shown[source[from] ?? 0] ?? 0;
    out[at + 1] = shown[source[from + 1] ?? 0] ?? 0;
    out[at + 2] = shown[source[from + 2] ?? 0] ?? 0;
    at += 3;
  }
}

function writeGrey(source: Uint8Array, row: number, columns: Int32Array, shown: Float32Array, out: Float32Array, offset: number): void {
  for (let x = 0; x < columns.length; x++) out[offset + x] = shown[source[row + (columns[x] ?? 0)] ?? 0] ?? 0;
}

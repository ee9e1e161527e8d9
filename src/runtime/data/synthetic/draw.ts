/**
 * Drawn faces: identities by shape and colour, images by pose, light, expression, cover and camera. A picture depends
 * on (seed, identity, number, size) alone, so any thread may draw any of them in any order.
 */
import { type Stream, stream } from "../../random.js";
import { Canvas } from "./canvas.js";
import { paintCover } from "./cover.js";
import { paintBeard, paintEyes, paintGlasses, paintHair, paintHairBehind, paintMouth, paintNose } from "./features.js";
import { Head } from "./head.js";
import { type Colour, mix, type Person, personOf } from "./person.js";
import { type Shot, shotOf } from "./shot.js";

/** Raised when a pixel of any drawn face changes: part of the fingerprint of synthetic data. */
export const DRAWING = 1;

const BLACK: Colour = [12, 10, 10];

/** Draws image `number` of an identity into `out` [height, width, channels], 0..255. */
export function drawFace(seed: number, identity: number, number: number, image: readonly [number, number, number], out: Uint8Array): void {
  const [height, width, channels] = image;
  const person = personOf(seed, identity);
  const shot = shotOf(seed, identity, number);
  // A head of usual size fills four fifths of the height, or of what the width allows.
  const unit = Math.min(0.4 * height, 0.5 * width) * shot.scale;
  const x = width / 2 + shot.shift[0] * unit;
  const y = height * 0.5 + shot.shift[1] * unit;
  const canvas = new Canvas(height, width, channels, unit, x, y, shot.roll);
  const head = new Head(person.head, shot);
  paintBackground(canvas, shot);
  paintHead(canvas, head, person, shot);
  paintCover(canvas, head, person, shot);
  light(canvas, head, shot);
  if (shot.blur * unit > 0.3) blur(canvas, shot.blur * unit);
  expose(canvas, shot, stream(seed, "noise", identity, number), out);
}

function paintBackground(canvas: Canvas, { background }: Shot): void {
  const { pixels, height, width, channels } = canvas;
  for (let row = 0; row < height; row++) {
    const colour = mix(background.top, background.bottom, row / height);
    const luma = 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2];
    for (let column = 0; column < width; column++) {
      for (let c = 0; c < channels; c++) pixels[(row * width + column) * channels + c] = channels === 1 ? luma : (colour[c] ?? 0);
    }
  }
  for (const blob of background.blobs) canvas.ellipse(blob.x, blob.y, blob.r, blob.r, blob.colour, { opacity: 0.8, soft: blob.r * 0.5 });
}

function paintHead(canvas: Canvas, head: Head, person: Person, shot: Shot): void {
  const { skin, ears, mole } = person;
  paintHairBehind(canvas, head, person);
  canvas.line(0, 0.6, 0, 1.7, 0.34, mix(skin, BLACK, 0.3));
  canvas.ellipse(0, 2.05, 1.35, 0.75, shot.shirt);
  for (const side of [-1, 1]) {
    // The ear that the head turns away from the camera is hidden behind it.
    const seen = Math.max(0.2, 1 - 1.2 * Math.max(0, side * Math.sin(shot.yaw)));
    canvas.ellipse(side * head.width, ears.y, ears.size * 0.55 * seen, ears.size, mix(skin, BLACK, 0.12));
  }
  canvas.paint(0, 0, 1.3, skin, head.outline());
  paintBeard(canvas, head, person);
  paintMouth(canvas, head, person, shot);
  paintEyes(canvas, head, person, shot);
  paintNose(canvas, head, person, shot);
  if (mole !== null) {
    const spot = head.spot(mole.x, mole.y);
    canvas.ellipse(spot.x, spot.y, mole.size, mole.size, mix(skin, BLACK, 0.7));
  }
  paintHair(canvas, head, person, shot.yaw);
  if (!shot.bareGlasses) paintGlasses(canvas, head, person);
}

/** Lambert's law on the head as an ellipsoid; what is around it is lit as if it faced the camera. */
function light({ pixels, channels, width, height, ...canvas }: Canvas, head: Head, { light: lamp, roll }: Shot): void {
  const [lx, ly, lz] = lamp.direction;
  const cos = Math.cos(roll);
  const sin = Math.sin(roll);
  for (let row = 0; row < height; row++) {
    const v = (row + 0.5 - canvas.originY) / canvas.unit;
    for (let column = 0; column < width; column++) {
      const u = (column + 0.5 - canvas.originX) / canvas.unit;
      const nx = (u * cos + v * sin) / (head.width * 1.08);
      const ny = (v * cos - u * sin) / 1.12;
      const inside = 1 - nx * nx - ny * ny;
      const lit = inside > 0 ? Math.max(0, nx * lx + ny * ly + Math.sqrt(inside) * lz) : lz;
      const shade = lamp.ambient + (1 - lamp.ambient) * lit * 1.15;
      const at = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) pixels[at + c] = (pixels[at + c] ?? 0) * shade;
    }
  }
}

/** Gaussian, one axis after the other; border pixels are repeated. */
function blur({ pixels, channels, width, height }: Canvas, deviation: number): void {
  const reach = Math.ceil(2 * deviation);
  const weights = Array.from({ length: reach + 1 }, (_, i) => Math.exp(-(i * i) / (2 * deviation * deviation)));
  const total = weights.reduce((sum, w, i) => sum + (i === 0 ? w : 2 * w), 0);
  const before = new Float32Array(pixels.length);
  for (const [step, length, other, across] of [
    [channels, width, width * channels, height],
    [width * channels, height, channels, width],
  ] as const) {
    before.set(pixels);
    for (let j = 0; j < across; j++) {
      for (let i = 0; i < length; i++) {
        for (let c = 0; c < channels; c++) {
          const line = j * other + c;
          let sum = (weights[0] ?? 0) * (before[line + i * step] ?? 0);
          for (let k = 1; k <= reach; k++) {
            const low = before[line + Math.max(0, i - k) * step] ?? 0;
            const high = before[line + Math.min(length - 1, i + k) * step] ?? 0;
            sum += (weights[k] ?? 0) * (low + high);
          }
          pixels[line + i * step] = sum / total;
        }
      }
    }
  }
}

/** Gain, gamma and noise, then whole numbers 0..255. */
function expose({ pixels, channels }: Canvas, { gain, gamma, noise }: Shot, random: Stream, out: Uint8Array): void {
  const curve = new Float32Array(1025);
  for (let i = 0; i < curve.length; i++) curve[i] = 255 * (i / 1024) ** gamma;
  const grey = (gain[0] + gain[1] + gain[2]) / 3;
  for (let i = 0; i < out.length; i++) {
    const lit = (pixels[i] ?? 0) * (channels === 1 ? grey : (gain[i % channels] ?? 1));
    const exposed = curve[Math.min(1024, Math.max(0, Math.round((lit * 1024) / 255)))] ?? 0;
    out[i] = Math.min(255, Math.max(0, Math.round(exposed + noise * nearNormal(random.bits()))));
  }
}

/** The sum of four random bytes, made mean 0 and deviation 1: near enough to normal, and exact on every machine. */
function nearNormal(word: number): number {
  const sum = (word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24);
  return (sum - 510) / 147.8;
}

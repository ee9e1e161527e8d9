/**
 * Who a drawn face is: what stays the same in all images of an identity. Lengths are in half heights of the head, from
 * its centre, x to the right of the picture and y down; colours are red, green, blue 0..255.
 */
import { type Stream, stream } from "../../random.js";

export type Colour = readonly [number, number, number];

export interface Person {
  readonly skin: Colour;
  readonly hair: Colour;
  readonly lips: Colour;
  readonly iris: Colour;
  readonly head: { readonly width: number; readonly depth: number; readonly taper: number; readonly jaw: number; readonly chin: number };
  readonly ears: { readonly size: number; readonly y: number };
  readonly eyes: { readonly apart: number; readonly y: number; readonly width: number; readonly open: number; readonly tilt: number };
  readonly brows: { readonly above: number; readonly thick: number; readonly length: number; readonly tilt: number; readonly arch: number };
  readonly nose: { readonly length: number; readonly width: number; readonly bridge: number; readonly nostril: number };
  readonly mouth: { readonly y: number; readonly width: number; readonly upper: number; readonly lower: number };
  readonly hairStyle: {
    readonly kind: "shaved" | "short" | "parted" | "fringe" | "long" | "curly";
    readonly line: number; // height of the hairline above the centre
    readonly volume: number; // how far it stands off the head
    readonly side: number; // -1 or 1: where the parting is
  };
  readonly beard: { readonly kind: "none" | "moustache" | "goatee" | "full"; readonly strength: number };
  readonly glasses: { readonly round: boolean; readonly size: number; readonly thick: number; readonly colour: Colour } | null;
  readonly mole: { readonly x: number; readonly y: number; readonly size: number } | null;
}

const HAIR: readonly Colour[] = [
  [28, 24, 24],
  [58, 40, 28],
  [96, 62, 36],
  [136, 74, 40],
  [196, 156, 92],
  [222, 200, 150],
  [150, 148, 146],
];
const IRIS: readonly Colour[] = [
  [70, 44, 26],
  [96, 110, 60],
  [70, 110, 150],
  [110, 120, 125],
];
const FRAMES: readonly Colour[] = [
  [20, 20, 22],
  [90, 40, 30],
  [40, 50, 110],
  [180, 170, 150],
];

export function between(random: Stream, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

export function pick<T>(random: Stream, list: readonly T[], otherwise: T): T {
  return list[random.integer(list.length)] ?? otherwise;
}

export function mix(a: Colour, b: Colour, t: number): Colour {
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
}

function jitter(random: Stream, colour: Colour, by: number): Colour {
  return [colour[0] + between(random, -by, by), colour[1] + between(random, -by, by), colour[2] + between(random, -by, by)];
}

/** Identity `identity` of the generator `seed`. The order of the draws is part of the drawing (`DRAWING`). */
export function personOf(seed: number, identity: number): Person {
  const random = stream(seed, "identity", identity);
  const to = (low: number, high: number) => between(random, low, high);
  const skin = jitter(random, mix([238, 202, 178], [98, 64, 46], random.uniform() ** 1.4), 10);
  const hair = jitter(random, pick(random, HAIR, [28, 24, 24]), 10);
  const lips = mix(skin, [170, 60, 70], to(0.25, 0.75));
  const iris = jitter(random, pick(random, IRIS, [70, 44, 26]), 12);
  const eyesY = to(-0.22, 0);
  return {
    skin,
    hair,
    lips,
    iris,
    head: { width: to(0.6, 0.88), depth: to(0.7, 0.85), taper: to(0.02, 0.4), jaw: to(1.8, 3.2), chin: to(0.9, 1.14) },
    ears: { size: to(0.12, 0.22), y: eyesY + to(0.02, 0.16) },
    eyes: { apart: to(0.23, 0.41), y: eyesY, width: to(0.1, 0.19), open: to(0.34, 0.75), tilt: to(-0.22, 0.22) },
    brows: { above: to(0.13, 0.25), thick: to(0.02, 0.07), length: to(0.12, 0.2), tilt: to(-0.25, 0.25), arch: to(0, 0.05) },
    nose: { length: to(0.28, 0.5), width: to(0.06, 0.19), bridge: to(0.15, 0.5), nostril: to(0.02, 0.04) },
    mouth: { y: to(0.5, 0.66), width: to(0.15, 0.37), upper: to(0.02, 0.07), lower: to(0.03, 0.1) },
    hairStyle: {
      kind: pick(random, ["shaved", "short", "short", "parted", "parted", "fringe", "long", "long", "curly"] as const, "short"),
      line: to(0.36, 0.74),
      volume: to(0.05, 0.24),
      side: random.uniform() < 0.5 ? -1 : 1,
    },
    beard: {
      kind: pick(random, ["none", "none", "none", "none", "none", "moustache", "goatee", "full"] as const, "none"),
      strength: to(0.4, 0.9),
    },
    glasses:
      random.uniform() < 0.22
        ? { round: random.uniform() < 0.5, size: to(0.15, 0.22), thick: to(0.016, 0.034), colour: pick(random, FRAMES, [20, 20, 22]) }
        : null,
    mole: random.uniform() < 0.3 ? { x: to(-0.4, 0.4), y: to(0.05, 0.7), size: to(0.02, 0.04) } : null,
  };
}

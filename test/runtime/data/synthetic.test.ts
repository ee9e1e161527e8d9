import { describe, expect, it } from "vitest";
import { drawFace } from "../../../src/runtime/data/synthetic/draw.js";
import { stream } from "../../../src/runtime/random.js";

type Image = readonly [number, number, number];

function face(seed: number, identity: number, number: number, image: Image = [32, 32, 3]): Uint8Array {
  const out = new Uint8Array(image[0] * image[1] * image[2]);
  drawFace(seed, identity, number, image, out);
  return out;
}

/** Best accuracy that one threshold reaches on same and different scores, as many of each. */
function bestAccuracy(same: readonly number[], different: readonly number[]): number {
  const sorted = [...same.map((score) => ({ score, is: 1 })), ...different.map((score) => ({ score, is: 0 }))].sort(
    (a, b) => b.score - a.score,
  );
  let best = 0;
  let right = different.length;
  for (const { is } of sorted) {
    right += is === 1 ? 1 : -1;
    best = Math.max(best, right / sorted.length);
  }
  return best;
}

/** Cosine of pixels less their mean. */
function cosine(a: Uint8Array, b: Uint8Array): number {
  const mean = (v: Uint8Array) => v.reduce((sum, x) => sum + x, 0) / v.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const x = (a[i] ?? 0) - ma;
    const y = (b[i] ?? 0) - mb;
    ab += x * y;
    aa += x * x;
    bb += y * y;
  }
  return ab / Math.sqrt(aa * bb);
}

describe("drawn faces", () => {
  it("depend on seed, identity and number alone, in any order", () => {
    const first = face(1, 2, 3);
    face(1, 9, 9);
    expect(face(1, 2, 3)).toEqual(first);
    for (const other of [face(2, 2, 3), face(1, 3, 3), face(1, 2, 4)]) expect(other).not.toEqual(first);
  });

  it("come in any size from 24x24 up, grey or coloured", () => {
    for (const image of [
      [24, 24, 1],
      [24, 24, 3],
      [112, 92, 1],
      [64, 96, 3],
    ] as const) {
      const drawn = face(3, 1, 1, image);
      expect(new Set(drawn).size).toBeGreaterThan(40);
    }
    // Grey is the luma of the coloured picture but for camera and noise: the same scene.
    const [grey, coloured] = [face(3, 1, 2, [48, 48, 1]), face(3, 1, 2, [48, 48, 3])];
    const luma = Uint8Array.from(
      grey,
      (_, i) => 0.299 * (coloured[3 * i] ?? 0) + 0.587 * (coloured[3 * i + 1] ?? 0) + 0.114 * (coloured[3 * i + 2] ?? 0),
    );
    expect(cosine(grey, luma)).toBeGreaterThan(0.9);
  });

  it("are neither black nor burnt out", () => {
    for (let identity = 0; identity < 30; identity++) {
      const drawn = face(5, identity, 0);
      const mean = drawn.reduce((sum, v) => sum + v, 0) / drawn.length;
      const spread = Math.sqrt(drawn.reduce((sum, v) => sum + (v - mean) ** 2, 0) / drawn.length);
      expect(mean).toBeGreaterThan(15);
      expect(mean).toBeLessThan(230);
      expect(spread).toBeGreaterThan(12);
    }
  });

  it("look alike within an identity, but too little for raw pixels to tell people apart", () => {
    const people = Array.from({ length: 25 }, (_, identity) => Array.from({ length: 6 }, (_, number) => face(7, identity, number)));
    const same: number[] = [];
    const different: number[] = [];
    const random = stream(1, "pairs");
    for (const [identity, images] of people.entries()) {
      for (const [i, a] of images.entries()) {
        for (const b of images.slice(i + 1)) {
          same.push(cosine(a, b));
          const other = people[(identity + 1 + random.integer(24)) % 25];
          const c = other?.[random.integer(6)];
          if (c !== undefined) different.push(cosine(a, c));
        }
      }
    }
    const accuracy = bestAccuracy(same, different);
    expect(accuracy).toBeGreaterThan(0.58);
    expect(accuracy).toBeLessThan(0.75);
  });
});

import { describe, expect, it } from "vitest";
import { batches, openData, readAll } from "../../../src/runtime/data/index.js";
import { countKept, pixelCacheLimit } from "../../../src/runtime/data/pixel-cache.js";
import type { Dataset } from "../../../src/runtime/experiment.js";
import { at, drawnData, faults } from "./folders.js";

const open = (dataset: Dataset, part: string | null = null, cacheBytes?: number) =>
  openData({ dataset, part }, { seed: 1, data: null, beside: "/", ...(cacheBytes === undefined ? {} : { cacheBytes }) });

async function readThrough(dataset: Dataset, part: string | null = null) {
  const data = await open(dataset, part);
  for await (const _ of readAll(data, { workers: 0 }));
  return data;
}

describe("kept pixels", () => {
  it("are shared by all who read the same images in the same size, and by nobody else", async () => {
    const split = { parts: { train: 4, test: 2 }, seed: 1 };
    const one = await readThrough(drawnData({ split }), "train");
    expect(countKept(one.recipe.cache)).toBe(20);
    expect((await open(drawnData({ split, augment: [{ kind: "flip", args: {} }], scale: (v) => v }), "train")).recipe.cache).toBe(
      one.recipe.cache,
    );
    expect((await open(drawnData({ split }), "test")).recipe.cache).not.toBe(one.recipe.cache);
    expect((await open(drawnData({ split, image: [24, 24, 1] }), "train")).recipe.cache).not.toBe(one.recipe.cache);
    const source = { kind: "synthetic", identities: 6, images: 5, labelNoise: 0, seed: 4 } as const;
    expect((await open(drawnData({ split, source }), "train")).recipe.cache).not.toBe(one.recipe.cache);
    expect((await open(drawnData({ split }), "train", 1e6)).recipe.cache).not.toBe(one.recipe.cache);
  });

  it("are put there by threads for all who come after", async () => {
    const dataset = drawnData({ image: [24, 24, 1] });
    const data = await open(dataset, null, 24 * 24 * 12);
    const source = batches(data, { batch: 30, seed: 1, fromStep: 0, workers: 2 });
    await source.next();
    await source.close();
    expect(countKept(data.recipe.cache)).toBe(12);
  });
});

describe("FACEC_PIXEL_CACHE", () => {
  it("is a number of bytes, or has a unit", () => {
    const sizes = { "0": 0, "1000": 1000, "3k": 3072, "1.5M": 1.5 * 2 ** 20, "2G": 2 ** 31, "2 GiB": 2 ** 31, "1tb": 2 ** 40 };
    for (const [given, bytes] of Object.entries(sizes)) expect(pixelCacheLimit(at, given)).toBe(bytes);
    expect(pixelCacheLimit(at, "")).toBeGreaterThan(2 ** 20);
  });

  it("is refused where it is no size", async () => {
    for (const given of ["lots", "-1", "1 2", "5X"]) {
      const found = await faults(
        Promise.resolve().then(() => pixelCacheLimit(at, given)),
        "/none",
      );
      expect(found).toMatch(/^pixel-cache-size\n/);
    }
  });
});

import { describe, expect, it } from "vitest";
import { openData, readAll, readPixels } from "../../../src/runtime/data/index.js";
import { pixelCosines } from "../../../src/runtime/evaluate/cosine.js";
import { Embedder } from "../../../src/runtime/evaluate/embed.js";
import { openProtocol, pixelFigures } from "../../../src/runtime/evaluate/evaluate.js";
import { loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { ownProtocols } from "../../../src/runtime/train/prepare.js";
import { tiny } from "../experiment.js";

const where = { seed: 1, data: null, beside: "." };

describe("the raw-pixel baseline", () => {
  it("is the cosine of scaled pixels less their mean", () => {
    const pixels = Uint8Array.of(0, 10, 200, 255, 3, 3, 90, 4, 7, 7, 7, 7);
    const scale = Float32Array.from({ length: 256 }, (_, v) => (v - 127.5) / 128);
    const centred = [0, 1, 2].map((image) => {
      const values = [...pixels.subarray(4 * image, 4 * image + 4)].map((v) => scale[v] ?? 0);
      const mean = values.reduce((a, b) => a + b) / 4;
      return values.map((value) => value - mean);
    });
    const dot = (a: number, b: number) => (centred[a] ?? []).reduce((sum, value, k) => sum + value * (centred[b]?.[k] ?? 0), 0);
    const pairs = {
      first: Uint32Array.of(0, 0, 1),
      second: Uint32Array.of(1, 0, 2),
      same: Uint8Array.of(1, 1, 0),
      fold: new Uint32Array(3),
      folds: 1,
    };
    const found = pixelCosines(pixels, scale, 3, pairs);
    expect(found[0]).toBeCloseTo(dot(0, 1) / Math.sqrt(dot(0, 0) * dot(1, 1)), 6);
    expect(found[1]).toBeCloseTo(1, 12);
    expect(found[2]).toBe(0); // an image of one grey is like nothing
  });
});

describe("a protocol", () => {
  const [judged] = ownProtocols(tiny);
  if (judged === undefined) throw new Error("the experiment evaluates");

  it("gives the same figures whether its images fit in memory or are made again for every look", async () => {
    const [kept, again] = [await openProtocol(judged.protocol, where), await openProtocol(judged.protocol, { ...where, cacheBytes: 0 })];
    expect([kept, again].map(({ data }) => data.recipe.cache.capacity)).toEqual([kept.data.images, 0]);
    expect(await pixelFigures(again)).toEqual(await pixelFigures(kept));
    expect(await readPixels(again.data)).toEqual(await readPixels(kept.data));
  });

  it("embeds image by image, whatever the batch and the surplus of the last one", async () => {
    const backend = await loadBackend("cpu");
    const data = await openData(judged.protocol.data, where);
    const rows = async (batch: number) => {
      const embedder = new Embedder(tiny.backbone, backend, { batch, precision: "float32" });
      embedder.load(initialValues(embedder.variables, 1));
      const found = await embedder.embed(readAll(data, { batch, workers: 0 }), data.images);
      embedder.dispose();
      return found;
    };
    const one = await rows(1);
    expect(one.rows).toHaveLength(data.images * one.width);
    const batch = data.images - 1; // the last chunk has one image and zeros
    const many = await rows(batch);
    expect(many.width).toBe(one.width);
    for (const [i, value] of many.rows.entries()) expect(value).toBeCloseTo(one.rows[i] ?? Number.NaN, 5);
  });
});

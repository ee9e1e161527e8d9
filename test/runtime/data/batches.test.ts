import { unlinkSync } from "node:fs";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, describe, expect, it } from "vitest";
import { type BatchSource, batches, type OpenData, openData, readAll, readPixels } from "../../../src/runtime/data/index.js";
import { noisyLabels } from "../../../src/runtime/data/label-noise.js";
import type { Augmentation, Dataset } from "../../../src/runtime/experiment.js";
import { drawnData, faults, folderData, people, TemporaryFolder } from "./folders.js";

const augment: readonly Augmentation[] = [
  { kind: "flip", args: { p: 0.5 } },
  { kind: "crop", args: { pad: 2 } },
  { kind: "brightness", args: { amount: 0.2 } },
];
const open = (dataset: Dataset, more: { cacheBytes?: number; beside?: string } = {}) =>
  openData({ dataset, part: null }, { seed: 1, data: null, beside: "/", ...more });

const sources: BatchSource[] = [];
const start = (data: OpenData, options: { batch: number; seed?: number; fromStep?: number; workers?: number }) => {
  const source = batches(data, { seed: 1, fromStep: 0, workers: 0, ...options });
  sources.push(source);
  return source;
};
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.close()));
});

/** Copies of the next batches. */
async function take(source: BatchSource, count: number): Promise<{ step: number; images: number[]; labels: number[] }[]> {
  const taken = [];
  for (let i = 0; i < count; i++) {
    const { step, images, labels } = await source.next();
    taken.push({ step, images: [...images], labels: [...labels] });
  }
  return taken;
}

describe("batches", () => {
  it("are the same from the main thread, one worker and two", async () => {
    const dataset = drawnData({ augment });
    const mine = await take(start(await open(dataset), { batch: 7 }), 6);
    for (const workers of [1, 2]) expect(await take(start(await open(dataset), { batch: 7, workers }), 6)).toEqual(mine);
  });

  it("depend on the seed and the step alone: a run may start at any step", async () => {
    const data = await open(drawnData({ augment }));
    const all = await take(start(data, { batch: 7 }), 6);
    for (const fromStep of [1, 4, 5]) expect(await take(start(data, { batch: 7, fromStep }), 1)).toEqual([all[fromStep]]);
    expect(await take(start(data, { batch: 7, fromStep: 4, workers: 2 }), 2)).toEqual(all.slice(4));
    expect((await take(start(data, { batch: 7, seed: 2 }), 1))[0]?.labels).not.toEqual(all[0]?.labels);
    expect(all.map((batch) => batch.step)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("are the same whatever is kept in memory", async () => {
    const image = 24 * 24 * 3;
    const dataset = drawnData({ augment });
    const whole = await open(dataset);
    const expected = await take(start(whole, { batch: 10 }), 7);
    for (const cacheBytes of [0, 5 * image + 1]) {
      const data = await open(dataset, { cacheBytes });
      expect(data.recipe.cache.capacity).toBe(Math.floor(cacheBytes / image));
      expect(await take(start(data, { batch: 10 }), 7)).toEqual(expected);
    }
  });

  it("have every image once an epoch; a last partial batch joins the next", async () => {
    // Pixels that tell the images apart, 3 x 3 of them.
    const folder = new TemporaryFolder(people(3, 3));
    const data = await open(folderData(), { beside: folder.path });
    const taken = await take(start(data, { batch: 4 }), 9); // 36 = 4 epochs of 9
    const firsts = taken.flatMap((batch) => Array.from({ length: 4 }, (_, i) => batch.images[i * 24] ?? -1));
    const expected = [0, 7, 14, 40, 47, 54, 80, 87, 94];
    for (let epoch = 0; epoch < 4; epoch++) expect(firsts.slice(9 * epoch, 9 * epoch + 9).sort((a, b) => a - b)).toEqual(expected);
    expect(firsts.slice(0, 9)).not.toEqual(firsts.slice(9, 18));
    const labels = taken.flatMap((batch) => batch.labels);
    expect(labels).toEqual(firsts.map((pixel) => Math.floor(pixel / 40)));
    // A batch may be larger than the data set.
    expect((await take(start(data, { batch: 20 }), 1))[0]?.images).toEqual(taken.slice(0, 5).flatMap((batch) => batch.images));
    folder.remove();
  });

  it("keep their memory until the following next(), while the threads run ahead", async () => {
    const data = await open(drawnData({ augment }));
    const expected = await take(start(data, { batch: 4 }), 5);
    const source = start(data, { batch: 4, workers: 2 });
    for (const { images } of expected) {
      const batch = await source.next();
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect([...batch.images]).toEqual(images);
    }
  });

  it("are made ahead while the main thread is busy, and handed over without a turn of its event loop", async () => {
    const source = start(await open(drawnData({ augment })), { batch: 4, workers: 1 });
    await source.next();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2000);
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await source.next();
    await source.next();
    expect(turned).toBe(false);
  });

  it("have images in threads that only sharp can read, in one run after another", async () => {
    const pixels = (i: number) => sharp(Buffer.alloc(24, 40 * i), { raw: { width: 6, height: 4, channels: 1 } });
    const files = await Promise.all([1, 2, 3, 4].map((i) => pixels(i).png({ progressive: true }).toBuffer()));
    const folder = new TemporaryFolder(Object.fromEntries(files.map((file, i) => [`faces/p${i % 2}/${i}.png`, file])));
    const data = await open(folderData(), { beside: folder.path, cacheBytes: 0 });
    const expected = await take(start(data, { batch: 3 }), 4);
    for (let run = 0; run < 2; run++) {
      const source = start(data, { batch: 3, workers: 2 });
      expect(await take(source, 4)).toEqual(expected);
      await source.close();
    }
    folder.remove();
  });

  it.each([0, 2])("fail as a diagnostic that names the file that is gone (%i workers)", async (workers) => {
    const folder = new TemporaryFolder(people(2, 2));
    const data = await open(folderData(), { beside: folder.path });
    unlinkSync(join(folder.path, "faces/p2/1.pgm"));
    const source = start(data, { batch: 4, workers });
    expect(await faults(source.next(), folder.path)).toMatch(
      /^image-unreadable\n[\s\S]*TMP\/faces\/p2\/1.pgm: it cannot be opened \(ENOENT\)/,
    );
    expect(await faults(source.next(), folder.path)).toMatch(/^image-unreadable/);
    folder.remove();
  });
});

describe("augmentation", () => {
  const flat = (images: readonly number[] | Float32Array, width: number) =>
    Array.from({ length: images.length / width }, (_, row) => [...images.slice(row * width, (row + 1) * width)]);
  /** The first image of one data set under each seed, beside the same image as it is in its file. */
  const firsts = async (list: readonly Augmentation[], seeds: number) => {
    const folder = new TemporaryFolder(people(2, 1));
    const data = await open(folderData({ augment: list }), { beside: folder.path });
    const shown: { rows: number[][]; plain: number[][] }[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const [batch] = await take(start(data, { batch: 1, seed }), 1);
      const label = batch?.labels[0] ?? 0;
      const plain = Array.from({ length: 24 }, (_, i) => 40 * label + i);
      shown.push({ rows: flat(batch?.images ?? [], 6), plain: flat(plain, 6) });
    }
    folder.remove();
    return shown;
  };

  it("flips all, none, or about half", async () => {
    for (const { rows, plain } of await firsts([{ kind: "flip", args: { p: 1 } }], 3)) {
      expect(rows).toEqual(plain.map((row) => [...row].reverse()));
    }
    for (const { rows, plain } of await firsts([{ kind: "flip", args: { p: 0 } }], 3)) expect(rows).toEqual(plain);
    const data = await open(drawnData({ augment: [{ kind: "flip", args: {} }] }));
    const plain = await readPixels(data);
    const size = 24 * 24 * 3;
    const kept = new Set(Array.from({ length: 30 }, (_, i) => flatText(plain.subarray(i * size, i * size + 72))));
    const taken = await take(start(data, { batch: 200 }), 1);
    const straight = Array.from({ length: 200 }, (_, i) =>
      flatText((taken[0]?.images ?? []).slice(i * size, i * size + 72).map((v) => Math.round(v * 128 + 127.5))),
    );
    const unchanged = straight.filter((row) => kept.has(row)).length;
    expect(unchanged).toBeGreaterThan(70);
    expect(unchanged).toBeLessThan(130);
  });

  it("moves by at most `pad` and repeats the border", async () => {
    const seen = new Set<string>();
    for (const { rows, plain } of await firsts([{ kind: "crop", args: { pad: 1 } }], 60)) {
      const moves = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => ({ down, right })));
      const fits = moves.filter(({ down, right }) =>
        rows.every((row, y) => row.every((v, x) => v === plain[Math.min(3, Math.max(0, y + down))]?.[Math.min(5, Math.max(0, x + right))])),
      );
      expect(fits).toHaveLength(1);
      seen.add(JSON.stringify(fits[0]));
    }
    expect(seen.size).toBe(9);
  });

  it("changes brightness by one rounded factor within its range", async () => {
    const factors: number[] = [];
    for (const { rows, plain } of await firsts([{ kind: "brightness", args: { amount: 0.2 } }], 40)) {
      const last = rows.flat().at(-1) ?? 0;
      const before = plain.flat().at(-1) ?? 1;
      factors.push(last / before);
      for (const [i, v] of rows.flat().entries()) {
        expect(Number.isInteger(v)).toBe(true);
        expect(Math.abs(v - ((plain.flat()[i] ?? 0) * last) / before)).toBeLessThanOrEqual(1.5);
      }
    }
    expect(Math.min(...factors)).toBeGreaterThan(0.77);
    expect(Math.min(...factors)).toBeLessThan(0.87);
    expect(Math.max(...factors)).toBeLessThan(1.23);
    expect(Math.max(...factors)).toBeGreaterThan(1.13);
  });
});

function flatText(values: ArrayLike<number>): string {
  return Array.from(values).join();
}

describe("reading for evaluation", () => {
  it("gives all images in order, scaled, without augmentation, in chunks of one size", async () => {
    const dataset = drawnData({ augment });
    const pixels = await readPixels(await open(dataset));
    const expected = Array.from(pixels, (v) => Math.fround((v - 127.5) / 128));
    for (const options of [{ batch: 8, workers: 0 }, { batch: 8, workers: 2 }, { batch: 30 }, {}]) {
      const data = await open(dataset);
      const read: number[] = [];
      let images = 0;
      for await (const chunk of readAll(data, options)) {
        expect(chunk.first).toBe(images);
        expect(chunk.images.length).toBe((options.batch ?? 64) * 24 * 24 * 3);
        read.push(...chunk.images.subarray(0, chunk.count * 24 * 24 * 3));
        expect(chunk.images.subarray(chunk.count * 24 * 24 * 3).every((v) => v === 0)).toBe(true);
        images += chunk.count;
      }
      expect(images).toBe(30);
      expect(read).toEqual(expected);
    }
  });
});

describe("label noise", () => {
  it("changes exactly its share of the training labels, each to another identity, and never the true ones", async () => {
    const labels = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 20));
    const source = { kind: "synthetic" as const, identities: 20, images: 20, labelNoise: 0.3, seed: 4 };
    const noisy = noisyLabels(labels, 20, source);
    expect(noisy.filter((label, i) => label !== labels[i])).toHaveLength(120);
    expect(new Set(noisy.filter((label, i) => label !== labels[i])).size).toBeGreaterThan(15);
    expect(Math.max(...noisy)).toBeLessThan(20);
    expect(noisyLabels(labels, 20, source)).toEqual(noisy);
    expect(noisyLabels(labels, 20, { ...source, seed: 5 })).not.toEqual(noisy);
    expect(noisyLabels(labels, 20, { ...source, labelNoise: 0 })).toEqual(labels);
  });

  it("is what batches hand out", async () => {
    const data = await open(drawnData({}, 0.4));
    expect([...data.labels]).toEqual(Array.from({ length: 30 }, (_, i) => Math.floor(i / 5)));
    expect([...data.trainingLabels].filter((label, i) => label !== data.labels[i])).toHaveLength(12);
    const taken = await take(start(data, { batch: 30 }), 1);
    expect([...(taken[0]?.labels ?? [])].sort()).toEqual([...data.trainingLabels].sort());
  });
});

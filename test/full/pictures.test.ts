/** Real photographs through the input pipeline: what reads them, in how many threads, and what is kept change no bit. */
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { decodeBySharp } from "../../src/runtime/data/decode.js";
import { batches, openData, readAll } from "../../src/runtime/data/index.js";
import { decodeJpeg } from "../../src/runtime/data/jpeg.js";
import { projectRoot } from "../golden.js";

const data = process.env.FACEC_DATA ?? join(projectRoot, "../shared/data");
const there = existsSync(join(data, "cfp"));
if (!there && process.env.CI === "true") throw new Error(`${data} has no cfp; set FACEC_DATA`);

const open = (cacheBytes?: number) => {
  const dataset = {
    name: "cfp",
    source: { kind: "folder", path: "cfp/Data/Images" },
    image: [112, 112, 3],
    resized: false,
    scale: (v: number) => (v - 127.5) / 128,
    augment: [
      { kind: "flip", args: { p: 0.5 } },
      { kind: "crop", args: { pad: 4 } },
      { kind: "brightness", args: { amount: 0.2 } },
    ],
    split: null,
    at: { file: "cfp.face", line: 1 },
  } as const;
  return openData({ dataset, part: null }, { seed: 1, data, beside: data, ...(cacheBytes === undefined ? {} : { cacheBytes }) });
};

describe.skipIf(!there)("photographs (needs cfp in FACEC_DATA)", () => {
  it("are decoded to the same bytes by WebAssembly as by sharp", async () => {
    const files = ["cfp", "lfw", "lfw-250"]
      .filter((name) => existsSync(join(data, name)))
      .flatMap((name) => readdirSync(join(data, name), { recursive: true, encoding: "utf8" }).map((file) => join(data, name, file)))
      .filter((file) => /\.jpe?g$/i.test(file))
      .filter((_, i) => i % 7 === 0);
    expect(files.length).toBeGreaterThan(900);
    const differ: string[] = [];
    for (const file of files) {
      const bytes = readFileSync(file);
      const ours = await decodeJpeg(bytes);
      const theirs = await decodeBySharp(bytes);
      if (ours === null || !Buffer.from(ours.data).equals(Buffer.from(theirs.data))) differ.push(file);
    }
    expect(differ).toEqual([]);
  });

  it("come in the same batches from any number of threads, whatever is kept in memory", async () => {
    const first = async (workers: number, cacheBytes?: number) => {
      const source = batches(await open(cacheBytes), { batch: 50, seed: 3, fromStep: 138, workers });
      const hash = createHash("sha256");
      // From the last batches of an epoch into the next; then those that were kept are among what comes.
      for (let i = 0; i < 8; i++) {
        const { images, labels } = await source.next();
        hash.update(images).update(labels);
      }
      await source.close();
      return hash.digest("hex");
    };
    const expected = await first(0, 0);
    for (const workers of [0, 1, 2, 5]) {
      for (const cacheBytes of [0, 112 * 112 * 3 * 100, undefined]) expect(await first(workers, cacheBytes)).toBe(expected);
    }
  });

  it("are read in order by threads as by the main thread, and a second time from memory", async () => {
    const read = async (workers: number, of: Awaited<ReturnType<typeof open>>) => {
      const hash = createHash("sha256");
      let images = 0;
      for await (const chunk of readAll(of, { batch: 96, workers })) {
        hash.update(chunk.images);
        images += chunk.count;
      }
      expect(images).toBe(of.images);
      return hash.digest("hex");
    };
    const kept = await open();
    const expected = await read(0, await open(0));
    for (const workers of [2, 0, 2]) expect(await read(workers, kept)).toBe(expected);
  });
});

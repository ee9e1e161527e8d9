/** JPEG by the library inside TensorFlow's, in threads: the bytes are those of WebAssembly. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { batches, openData } from "../../../src/runtime/data/index.js";
import { decodeJpeg, useJpegAddon } from "../../../src/runtime/data/jpeg.js";
import { drawFace } from "../../../src/runtime/data/synthetic/draw.js";

const addon = "/root/.cache/facec/native/cpu/build-a5fc77a3c85e3a18/pictures.node" as string | null;
if (addon === null && process.env.CI === "true") throw new Error("the native library is not installed: facec backends install");

const folder = mkdtempSync(join(tmpdir(), "facec-pictures-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const files: Buffer[] = [];

beforeAll(async () => {
  for (let i = 0; i < 40; i++) {
    const [height, width] = [64, 48] as const;
    const pixels = new Uint8Array(height * width * 3);
    drawFace(1, i % 4, i, [height, width, 3], pixels);
    const image = sharp(pixels, { raw: { width, height, channels: 3 } });
    const kind = { quality: 20 + 2 * i, progressive: i % 3 === 0, chromaSubsampling: i % 2 === 0 ? "4:2:0" : "4:4:4" };
    files.push(await (i % 5 === 0 ? image.toColourspace("b-w") : image).jpeg(kind).toBuffer());
    mkdirSync(join(folder, "faces", String(i % 4)), { recursive: true });
    writeFileSync(join(folder, "faces", String(i % 4), `${i}.jpg`), files[i] ?? "");
  }
});

describe.skipIf(addon === null)("JPEG by the native library (needs facec backends install)", () => {
  it("gives the bytes of WebAssembly, in threads that begin with it", async () => {
    const dataset = {
      name: "faces",
      source: { kind: "folder", path: "faces" },
      image: [64, 48, 3],
      resized: false,
      scale: (v: number) => v,
      augment: [],
      split: null,
      at: { file: "faces.face", line: 1 },
    } as const;
    const open = await openData({ dataset, part: null }, { seed: 1, data: null, beside: folder, cacheBytes: 0 });
    const taken: number[][][] = [];
    for (const native of [false, true]) {
      const source = batches(open, { batch: 10, seed: 1, fromStep: 0, workers: 2 });
      if (native) source.useJpegAddon(addon ?? "");
      const own: number[][] = [];
      for (let i = 0; i < 8; i++) own.push([...(await source.next()).images]);
      await source.close();
      taken.push(own);
    }
    expect(taken[1]).toEqual(taken[0]);
  });

  it("reads what WebAssembly reads, and leaves to sharp what is cut short", async () => {
    const expected = [];
    for (const file of files) expected.push(await decodeJpeg(file));
    useJpegAddon(addon ?? "");
    for (const [i, file] of files.entries()) {
      const ours = await decodeJpeg(file);
      expect(ours?.channels).toBe(expected[i]?.channels);
      expect(Buffer.from(ours?.data ?? []).equals(Buffer.from(expected[i]?.data ?? []))).toBe(true);
      expect(await decodeJpeg(file.subarray(0, file.length >> 1))).toBe(null);
    }
  });
});

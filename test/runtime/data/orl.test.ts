import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { batches, openData, readAll, readPixels } from "../../../src/runtime/data/index.js";
import { folderData, TemporaryFolder } from "./folders.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../../..");
const data = process.env.FACEC_DATA ?? join(root, "../shared/data");
const there = existsSync(join(data, "orl-faces"));
const cache = new TemporaryFolder();
afterAll(() => cache.remove());

const orl = folderData({
  name: "orl",
  source: { kind: "folder", path: "orl-faces" },
  image: [112, 92, 1],
  scale: (v) => (v - 127.5) / 128,
  split: { parts: { train: 26, validation: 4, test: 10 }, seed: "run" },
});
const open = (part: string | null) => openData({ dataset: orl, part }, { seed: 1, data, beside: cache.path });

// Not there with the data: a test that is skipped means that something lacks.
if (!there) {
  it("the ORL faces are there", ({ skip }) => {
    if (process.env.CI === "true") throw new Error(`${data} has no orl-faces; set FACEC_DATA`);
    skip(`no real data: ${data} has no orl-faces (set FACEC_DATA)`);
  });
}

describe.runIf(there)("the ORL faces", () => {
  it("are 40 people with 10 images of 112x92", async () => {
    const all = await open(null);
    expect([all.identities.length, all.images, all.warnings.length]).toEqual([40, 400, 0]);
    expect(all.identities.slice(0, 3)).toEqual(["s1", "s2", "s3"]);
    expect((await readPixels(all)).length).toBe(400 * 112 * 92);
  });

  it("are split by people and read in batches by threads as by the main thread", async () => {
    const [train, test] = [await open("train"), await open("test")];
    expect([train.images, test.images]).toEqual([260, 100]);
    expect(train.identities.filter((name) => test.identities.includes(name))).toEqual([]);
    expect(train.fingerprint).toBe(test.fingerprint);
    const options = { batch: 26, seed: 1, fromStep: 3 };
    const [mine, theirs] = [batches(train, { ...options, workers: 0 }), batches(await open("train"), { ...options, workers: 2 })];
    for (let i = 0; i < 3; i++) {
      const [one, other] = [await mine.next(), await theirs.next()];
      expect(other.labels).toEqual(one.labels);
      expect(Buffer.from(other.images.buffer).equals(Buffer.from(one.images.buffer))).toBe(true);
    }
    await theirs.close();
    let images = 0;
    for await (const chunk of readAll(test)) images += chunk.count;
    expect(images).toBe(100);
  });
});

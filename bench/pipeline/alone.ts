/**
 * Images per second of the data pipeline alone: nothing is trained, batches are taken as fast as they come.
 *
 *     npx tsx bench/pipeline/alone.ts [seconds for each line]
 *
 * Folders are those of FACEC_DATA (default ../shared/data); what is not there is left out.
 */
import { existsSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { batches, openData } from "../../src/runtime/data/index.js";
import type { Augmentation, Dataset } from "../../src/runtime/experiment.js";

const seconds = Number(process.argv[2] ?? 3);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const data = process.env.FACEC_DATA ?? join(root, "../shared/data");
const BATCH = 32;
const augment: readonly Augmentation[] = [
  { kind: "flip", args: { p: 0.5 } },
  { kind: "crop", args: { pad: 4 } },
  { kind: "brightness", args: { amount: 0.2 } },
];

function dataset(name: string, source: Dataset["source"], image: Dataset["image"], resized = false): Dataset {
  return { name, source, image, resized, scale: (v) => (v - 127.5) / 128, augment, split: null, at: { file: "bench", line: 1 } };
}

const drawn = { kind: "synthetic", identities: 500, images: 50, labelNoise: 0, seed: 1 } as const;
const sets: readonly Dataset[] = [
  dataset("drawn 32x32x3", drawn, [32, 32, 3]),
  dataset("drawn 64x64x3", drawn, [64, 64, 3]),
  dataset("PGM 112x92x1", { kind: "folder", path: "orl-faces" }, [112, 92, 1]),
  dataset("PGM to 56x46x1", { kind: "folder", path: "orl-faces" }, [56, 46, 1], true),
  dataset("JPEG 112x112x3", { kind: "folder", path: "cfp/Data/Images" }, [112, 112, 3]),
  dataset("JPEG to 56x56x3", { kind: "folder", path: "cfp/Data/Images" }, [56, 56, 3], true),
];

/** Images a second, of the epochs after `warm` steps. */
async function measure(of: Dataset, workers: number, cacheBytes: number, warm: number): Promise<number> {
  const open = await openData({ dataset: of, part: null }, { seed: 1, data, beside: data, cacheBytes });
  const source = batches(open, { batch: BATCH, seed: 1, fromStep: 0, workers });
  for (let i = 0; i < warm; i++) await source.next();
  const start = performance.now();
  let images = 0;
  while (performance.now() - start < seconds * 1000) images += (await source.next()).labels.length;
  const rate = images / ((performance.now() - start) / 1000);
  await source.close();
  return rate;
}

const few = { ...drawn, identities: 20, images: 20 };
console.log(`${cpus()[0]?.model ?? "?"}, ${availableParallelism()} cores, Node ${process.version}, batches of ${BATCH}; images/s`);
console.log("images, augmented    workers   made or decoded   from memory");
for (const set of sets) {
  if (set.source.kind === "folder" && !existsSync(join(data, set.source.path))) {
    console.log(`${set.name}: left out, ${data} has no ${set.source.path}`);
    continue;
  }
  for (const workers of [0, 1, 2]) {
    const made = await measure(set, workers, 0, 4);
    const small = set.source.kind === "synthetic" ? { ...set, source: few } : set;
    const images = set.source.kind === "synthetic" ? 400 : set.source.path === "orl-faces" ? 400 : 7000;
    const kept = await measure(small, workers, 1e9, Math.ceil(images / BATCH));
    console.log(`${set.name.padEnd(20)} ${String(workers).padStart(7)} ${made.toFixed(0).padStart(17)} ${kept.toFixed(0).padStart(13)}`);
  }
}

/** Our pipeline as a process that is measured: node contestant.js FOLDER BATCH WORKERS files|memory ADDON; no addon: "-". */
import { createInterface } from "node:readline";
import { batches, openData } from "../../src/runtime/data/index.js";
import type { Dataset } from "../../src/runtime/experiment.js";
import { version } from "../../src/runtime/version.js";

const [, , folder = "", batchText = "", workersText = "", from = "", addon = "-"] = process.argv;
const batch = Number(batchText);
const workers = Number(workersText);

const dataset: Dataset = {
  name: "faces",
  source: { kind: "folder", path: "faces" },
  image: [112, 112, 3],
  resized: false,
  scale: (v) => (v - 127.5) / 128,
  augment: [
    { kind: "flip", args: { p: 0.5 } },
    { kind: "crop", args: { pad: 4 } },
  ],
  split: null,
  at: { file: "bench", line: 1 },
};
const cache = from === "memory" ? {} : { cacheBytes: 0 };
const open = await openData({ dataset, part: null }, { seed: 1, data: folder, beside: folder, ...cache });
const source = batches(open, { batch, seed: 1, fromStep: 0, workers });
if (addon !== "-") source.useJpegAddon(addon);

/** Milliseconds that `steps` batches take. */
async function take(steps: number): Promise<number> {
  const start = performance.now();
  for (let i = 0; i < steps; i++) await source.next();
  return performance.now() - start;
}

const first_step_ms = await take(1);
// Two epochs: code is compiled, and where images are kept all of them are.
await take(Math.ceil((2 * open.images) / batch));
const library = `facec ${version}, Node ${process.version}, JPEG by ${addon === "-" ? "WebAssembly" : "the native library"}`;
console.log(JSON.stringify({ parameters: 0, losses: [], first_step_ms, library, threads: workers }));
for await (const line of createInterface({ input: process.stdin })) {
  const milliseconds = await take(Number(line));
  console.log(JSON.stringify({ milliseconds: [milliseconds], losses: [], peak_mib: process.resourceUsage().maxRSS / 1024 }));
}
await source.close();

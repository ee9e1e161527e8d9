/** Images a second of the input pipeline alone, nothing trained, beside PyTorch's DataLoader with PIL. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { jpegAddonOf } from "../../src/runtime/kernels/native/installed.js";
import type { Group, Settings } from "../groups/group.js";
import { compare } from "../measure/compare.js";
import { thisMachine } from "../measure/machine.js";
import { type Command, Measured, type Ready, type Turn } from "../measure/process.js";
import type { Comparison, Contestant, Row } from "../measure/results.js";
import { alternate } from "../measure/rounds.js";
import { median, rounded } from "../measure/statistics.js";
import { python } from "../peers/python.js";
import { type Images, makeImages } from "./images.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const BATCH = 32;

interface PipelineRow {
  readonly title: string;
  readonly workers: number;
  /** Each image decoded from its file every time, or kept as pixels in memory. */
  readonly from: "files" | "memory";
  /** Batches of a turn: some seconds. */
  readonly steps: number;
}

const rows: Readonly<Record<string, PipelineRow>> = {
  "jpeg-1-worker": { title: "112x112 JPEG: decode, flip, crop; 1 worker", workers: 1, from: "files", steps: 250 },
  "jpeg-2-workers": { title: "112x112 JPEG: decode, flip, crop; 2 workers", workers: 2, from: "files", steps: 400 },
  "memory-1-worker": { title: "112x112 pixels in memory: flip, crop; 1 worker", workers: 1, from: "memory", steps: 1000 },
  "memory-2-workers": { title: "112x112 pixels in memory: flip, crop; 2 workers", workers: 2, from: "memory", steps: 1500 },
};

/** As it is with the native library installed, and without. */
const OURS = { facec: true, "facec, WebAssembly alone": false } as const;
const PEERS = { "DataLoader, floats by the workers": "workers", "DataLoader, floats by the main process": "main" } as const;

export const pipeline: Group = {
  name: "pipeline",
  title: "The input pipeline",
  rows: Object.keys(rows),
  async measure(name, settings) {
    const row = rows[name];
    if (row === undefined) throw new Error(`There is no row ${name}.`);
    const images = await makeImages();
    const program = await bundled();
    try {
      return await measurePipeline(row, images, program.path, settings);
    } finally {
      program.remove();
      images.remove();
    }
  },
};

async function measurePipeline(row: PipelineRow, images: Images, program: string, settings: Settings): Promise<Row> {
  const running = new Map<string, Measured>();
  try {
    const ready = new Map<string, Ready>();
    for (const [name, command] of Object.entries(commandsOf(row, images.folder, program))) {
      const measured = new Measured(name, command);
      running.set(name, measured);
      ready.set(name, await measured.ready());
      settings.tell(`${name} is ready`);
    }
    const { turns } = await alternate(running, settings.rounds, row.steps, settings.tell);
    return resultOf(row, images, settings.rounds, ready, turns);
  } finally {
    for (const measured of running.values()) await measured.end();
  }
}

function commandsOf({ workers, from }: PipelineRow, folder: string, program: string): Readonly<Record<string, Command>> {
  const common = [folder, String(BATCH), String(workers), from];
  const loader = fileURLToPath(new URL("loader.py", import.meta.url));
  const peers = Object.entries(PEERS).map(([name, where]) => [name, { command: python(), args: [loader, ...common, where] }] as const);
  const addon = jpegAddonOf("node");
  const ours = Object.entries(OURS)
    .filter(([, native]) => !native || (addon !== null && from === "files"))
    .map(([name, native]) => [name, { command: process.execPath, args: [program, ...common, native ? (addon ?? "-") : "-"] }] as const);
  return Object.fromEntries([...ours, ...peers]);
}

function resultOf(
  row: PipelineRow,
  images: Images,
  rounds: number,
  ready: ReadonlyMap<string, Ready>,
  turns: ReadonlyMap<string, readonly Turn[]>,
): Row {
  const contestants: Record<string, Contestant> = {};
  for (const [name, { library, threads, first_step_ms }] of ready) {
    const rates = (turns.get(name) ?? []).map(({ milliseconds }) => rounded((1000 * BATCH * row.steps) / median(milliseconds)));
    const what = `${library}, ${threads} worker${threads === 1 ? "" : "s"}`;
    contestants[name] = { what, unit: "images/s", rounds: rates, firstStepSeconds: rounded(first_step_ms / 1000) };
  }
  const comparisons = Object.keys(OURS).flatMap((ours): Comparison[] => {
    const made = compare(`${ours} over PyTorch's DataLoader`, ours, Object.keys(PEERS), contestants);
    return made === null ? [] : [made];
  });
  const settings = {
    images: images.what,
    batch: BATCH,
    workers: row.workers,
    rounds,
    "batches a round": row.steps,
    "batches to warm up": Math.ceil((2 * images.count) / BATCH) + 1,
  };
  return { title: row.title, date: new Date().toISOString(), machine: thisMachine(), settings, contestants, comparisons };
}

/** Our contestant and the worker that it starts, as JavaScript, below node_modules where packages are found. */
async function bundled(): Promise<{ readonly path: string; readonly remove: () => void }> {
  const caches = join(root, "node_modules", ".cache");
  mkdirSync(caches, { recursive: true });
  const outdir = mkdtempSync(join(caches, "facec-pipeline-"));
  writeFileSync(join(outdir, "package.json"), JSON.stringify({ type: "module" }));
  await build({
    absWorkingDir: root,
    entryPoints: { contestant: "bench/pipeline/contestant.ts", "data-worker": "src/runtime/data/worker.ts" },
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "warning",
  });
  return { path: join(outdir, "contestant.js"), remove: () => rmSync(outdir, { recursive: true, force: true }) };
}

/**
 * How far 20 steps end from PyTorch's in float64, from the same weights on the same batches: losses and weights, ours
 * and those of PyTorch's own float32. Each round has batches of its own: an activation within rounding of PReLU's kink may
 * fall on either side, in either library, and where one does, that round ends up to 1e-2 apart in place of 1e-7.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Training } from "../../src/runtime/experiment.js";
import { parseOptions } from "../../src/runtime/options.js";
import { stream } from "../../src/runtime/random.js";
import { trainingStep } from "../../src/runtime/step/build.js";
import { createRunner } from "../../src/runtime/step/create.js";
import type { Step } from "../../src/runtime/step/step.js";
import { chosenBackend, loadBackend } from "../../src/runtime/train/backend.js";
import { initialValues } from "../../src/runtime/train/initial.js";
import type { Batch } from "../contestants/serve.js";
import { thisMachine } from "../measure/machine.js";
import type { Contestant, Row } from "../measure/results.js";
import { rounded } from "../measure/statistics.js";
import { bytesOf, classesOf, prepareWork } from "../measure/work.js";
import { python } from "../peers/python.js";
import type { Group, Settings } from "./group.js";

const steps = 20;
const rate = 0.05;

const titles: Readonly<Record<string, string>> = {
  quickstart: "the quickstart's net, 32x32x3, batch 32",
  orl: "the net of specs/orl.face, 56x46x1, batch 26",
};

export const agreement: Group = {
  name: "agreement",
  title: "Numbers beside PyTorch in float64",
  rows: Object.keys(titles),
  async measure(name, settings) {
    const work = await prepareWork("agreement.face", name, "", await settings.bundle());
    try {
      return await measure(titles[name] ?? name, work.training, settings);
    } finally {
      work.remove();
    }
  },
};

interface Replay {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, ArrayLike<number>>>;
}

async function measure(title: string, training: Training, settings: Settings): Promise<Row> {
  const step = trainingStep(training, classesOf(training));
  const found = new Map<string, { readonly what: string; readonly rounds: number[] }>();
  for (let round = 0; round < settings.rounds; round++) {
    const batches = batchesOf(training, round + 1);
    const { float64, float32, library } = theirs(training, step, batches);
    const runs: (readonly [name: string, run: Run])[] = [];
    for (const backend of ["node", "wasm"] as const)
      runs.push([`facec on ${backend}`, await ours(step, batches, backend, settings.threads)]);
    runs.push(["PyTorch float32", { replay: float32, what: library }]);
    for (const [name, { replay, what }] of runs) {
      for (const [of, value] of Object.entries(apart(replay, float64))) {
        const key = `${of}, ${name}`;
        found.set(key, { what, rounds: [...(found.get(key)?.rounds ?? []), value] });
      }
    }
    settings.tell(`round ${round + 1} of ${settings.rounds}`);
  }
  const contestants: Record<string, Contestant> = {};
  for (const [name, each] of found) contestants[name] = { ...each, unit: "apart" };
  const { rounds, threads } = settings;
  const held = { spec: "bench/specs/agreement.face", training: training.name, batch: training.batch, threads, steps, rounds };
  return { title, date: new Date().toISOString(), machine: thisMachine(), settings: held, contestants, comparisons: [] };
}

interface Theirs {
  readonly float64: Replay;
  readonly float32: Replay;
  readonly library: string;
}

function theirs(training: Training, step: Step, batches: readonly Batch[]): Theirs {
  const folder = mkdtempSync(join(tmpdir(), "facec-bench-"));
  try {
    writeFor(folder, training, step, batches);
    const script = fileURLToPath(new URL("../peers/replay.py", import.meta.url));
    const text = execFileSync(python(), [script, folder], { encoding: "utf8", maxBuffer: 1 << 30 });
    const answer: Theirs = JSON.parse(text);
    return answer;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function batchesOf(training: Training, seed: number): readonly Batch[] {
  const { backbone, batch } = training;
  const classes = classesOf(training);
  const random = stream(seed, "peers");
  const pixels = batch * backbone.input.reduce((product, size) => product * size, 1);
  return Array.from({ length: steps }, () => ({
    images: Float32Array.from({ length: pixels }, () => random.normal()),
    labels: Int32Array.from({ length: batch }, () => random.integer(classes)),
  }));
}

function writeFor(folder: string, training: Training, step: Step, batches: readonly Batch[]): void {
  const { batch, backbone, clip } = training;
  const { momentum, decay } = training.optimizer.args;
  const state = initialValues(step.variables, 1);
  const variables = step.variables.filter(({ kind }) => kind === "weight").map(({ name, shape }) => ({ name, shape }));
  const net = { name: backbone.name, input: backbone.input, layers: backbone.layers, variables, batch, steps, rate, clip, momentum, decay };
  writeFileSync(join(folder, "net.json"), JSON.stringify(net));
  writeFileSync(join(folder, "state.bin"), bytesOf(variables.map(({ name }) => state.get(name) ?? new Float32Array())));
  writeFileSync(join(folder, "images.bin"), bytesOf(batches.map(({ images }) => images)));
  writeFileSync(join(folder, "labels.bin"), bytesOf(batches.map(({ labels }) => labels)));
}

interface Run {
  readonly replay: Replay;
  readonly what: string;
}

async function ours(step: Step, batches: readonly Batch[], name: "node" | "wasm", threads: number): Promise<Run> {
  const chosen = chosenBackend(parseOptions(["--backend", name, "--threads", String(threads)], "."));
  const backend = await loadBackend(chosen.name, chosen.threads);
  const runner = createRunner(step, backend);
  try {
    runner.load(initialValues(step.variables, 1));
    const losses: number[] = [];
    for (const [i, batch] of batches.entries()) {
      const { loss } = await runner.run({ ...batch, rate, epoch: 0, step: i, progress: 0 });
      losses.push(loss?.[0] ?? Number.NaN);
    }
    return { replay: { losses, weights: Object.fromEntries(await runner.save()) }, what: backend.library };
  } finally {
    runner.dispose();
  }
}

/** Of losses, and of all weights as one vector: a bias before a normalisation has no gradient but rounding, and no scale of its own. */
function apart(ours: Replay, theirs: Replay): { readonly losses: number; readonly weights: number } {
  const names = Object.keys(theirs.weights);
  const all = ({ weights }: Replay): readonly number[] => names.flatMap((name) => Array.from(weights[name] ?? []));
  return { losses: difference(ours.losses, theirs.losses), weights: difference(all(ours), all(theirs)) };
}

/** max |a - b| / max |b|. */
function difference(ours: readonly number[], theirs: readonly number[]): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < theirs.length; i++) {
    worst = Math.max(worst, Math.abs((ours[i] ?? Number.NaN) - (theirs[i] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(theirs[i] ?? Number.NaN));
  }
  return rounded(worst / largest);
}

/**
 * `npm run peers`: training steps against PyTorch, side by side in one run. For each network, 20 steps from the same
 * weights on the same batches (how far our losses and weights are from PyTorch's in float64, and how far its own float32
 * is), then images a second in alternating rounds. An activation within rounding of PReLU's kink may fall on either side,
 * in either library: where one does, the weights of that run differ by up to 1e-2 in place of 1e-7, and its losses hardly.
 * Makes a virtual environment with PyTorch in the user's cache, or takes the interpreter named by FACEC_PEERS_PYTHON.
 * Writes bench/results/peers.json.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Training } from "../../src/runtime/experiment.js";
import type { Backend } from "../../src/runtime/kernels/kernel.js";
import { openBackend } from "../../src/runtime/kernels/portable/index.js";
import { stream } from "../../src/runtime/random.js";
import { trainingStep } from "../../src/runtime/step/build.js";
import { createRunner } from "../../src/runtime/step/create.js";
import type { Runner } from "../../src/runtime/step/runner.js";
import type { Step } from "../../src/runtime/step/step.js";
import { initialValues } from "../../src/runtime/train/initial.js";
import { orlNet, quickstartNet, trainingOf } from "../nets.js";

const classes = 26;
const steps = 20;
const rounds = 3;
const rate = 0.05;
const here = fileURLToPath(new URL(".", import.meta.url));

interface Replay {
  readonly losses: readonly number[];
  readonly weights: Readonly<Record<string, readonly number[]>>;
}

function python(): string {
  const given = process.env.FACEC_PEERS_PYTHON;
  if (given !== undefined) return given;
  const folder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "facec", "peers");
  const interpreter = join(folder, "bin", "python");
  if (!existsSync(interpreter)) {
    console.error(`making a virtual environment with PyTorch in ${folder}`);
    execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
    execFileSync(interpreter, ["-m", "pip", "install", "--quiet", "torch==2.13.0", "numpy"], { stdio: "inherit" });
  }
  return interpreter;
}

function ask<T>(folder: string, ...task: readonly string[]): T {
  const text = execFileSync(python(), [join(here, "replay.py"), folder, ...task], { encoding: "utf8", maxBuffer: 1 << 30 });
  const answer: T = JSON.parse(text);
  return answer;
}

interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

function batchesOf({ backbone, batch }: Training): readonly Batch[] {
  const random = stream(1, "peers");
  const pixels = batch * backbone.input.reduce((product, size) => product * size, 1);
  return Array.from({ length: steps }, () => ({
    images: Float32Array.from({ length: pixels }, () => random.normal()),
    labels: Int32Array.from({ length: batch }, () => random.integer(classes)),
  }));
}

function bytesOf(arrays: readonly (Float32Array | Int32Array)[]): Buffer {
  return Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
}

function writeFor(peer: string, training: Training, step: Step, state: ReadonlyMap<string, Float32Array>, batches: readonly Batch[]): void {
  const { batch, backbone, clip } = training;
  const { momentum, decay } = training.optimizer.args;
  const variables = step.variables
    .filter(({ kind }) => kind === "weight" || kind === "moving")
    .map(({ name, shape, kind }) => ({ name, shape, kind }));
  const net = { name: backbone.name, input: backbone.input, layers: backbone.layers, variables, batch, steps, rate, clip, momentum, decay };
  writeFileSync(join(peer, "net.json"), JSON.stringify(net));
  writeFileSync(join(peer, "state.bin"), bytesOf(variables.map(({ name }) => state.get(name) ?? new Float32Array())));
  writeFileSync(join(peer, "images.bin"), bytesOf(batches.map(({ images }) => images)));
  writeFileSync(join(peer, "labels.bin"), bytesOf(batches.map(({ labels }) => labels)));
}

async function train(runner: Runner, batches: readonly Batch[]): Promise<{ losses: number[]; milliseconds: number[] }> {
  const losses: number[] = [];
  const milliseconds: number[] = [];
  for (const [i, batch] of batches.entries()) {
    const start = performance.now();
    const { loss } = await runner.run({ ...batch, rate, epoch: 0, step: i, progress: 0 });
    milliseconds.push(performance.now() - start);
    losses.push(loss?.[0] ?? Number.NaN);
  }
  return { losses, milliseconds };
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** max |a - b| / max |b|. */
function difference(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < theirs.length; i++) {
    worst = Math.max(worst, Math.abs((ours[i] ?? Number.NaN) - (theirs[i] ?? Number.NaN)));
    largest = Math.max(largest, Math.abs(theirs[i] ?? Number.NaN));
  }
  return worst / largest;
}

/** Over all weights as one vector: a bias before a normalisation has no gradient but rounding, and no scale of its own. */
function weightsApart(ours: (name: string) => ArrayLike<number>, theirs: Replay): number {
  const names = Object.keys(theirs.weights);
  const all = (of: (name: string) => ArrayLike<number>): readonly number[] => names.flatMap((name) => Array.from(of(name)));
  return difference(
    all(ours),
    all((name) => theirs.weights[name] ?? []),
  );
}

async function compare(title: string, training: Training, backend: Backend): Promise<Record<string, unknown>> {
  const peer = mkdtempSync(join(tmpdir(), "facec-peers-"));
  try {
    const step = trainingStep(training, classes);
    const runner = createRunner(step, backend);
    const state = initialValues(step.variables, 1);
    const batches = batchesOf(training);
    writeFor(peer, training, step, state, batches);

    runner.load(state);
    const { losses } = await train(runner, batches);
    const weights = await runner.save();
    const { float64, float32 } = ask<{ float64: Replay; float32: Replay }>(peer, "check");
    const apart = {
      "losses, ours to PyTorch float64": difference(losses, float64.losses),
      "losses, PyTorch float32 to float64": difference(float32.losses, float64.losses),
      "weights, ours to PyTorch float64": weightsApart((name) => weights.get(name) ?? [], float64),
      "weights, PyTorch float32 to float64": weightsApart((name) => float32.weights[name] ?? [], float64),
    };

    const speeds: Record<string, number[]> = { ours: [], "PyTorch, 1 thread": [], "PyTorch, 2 threads": [] };
    for (let round = 0; round < rounds; round++) {
      speeds.ours?.push((1000 * training.batch) / median((await train(runner, batches)).milliseconds.slice(3)));
      for (const threads of [1, 2]) {
        const { images_per_second } = ask<{ images_per_second: number }>(peer, "time", String(threads));
        speeds[`PyTorch, ${threads} thread${threads === 1 ? "" : "s"}`]?.push(images_per_second);
      }
    }
    runner.dispose();
    const ours = median(speeds.ours ?? []);
    const ratios = Object.fromEntries(Object.entries(speeds).map(([name, values]) => [name, ours / median(values)]));
    console.log(`\n${title}`);
    for (const [name, value] of Object.entries(apart)) console.log(`  ${name.padEnd(38)} ${value.toExponential(1)}`);
    for (const [name, values] of Object.entries(speeds)) {
      const spread = `${Math.min(...values).toFixed(0)}-${Math.max(...values).toFixed(0)}`;
      console.log(
        `  ${name.padEnd(22)} ${median(values).toFixed(0).padStart(6)} images/s (${spread}), ours is ${ratios[name]?.toFixed(2)} of it`,
      );
    }
    return {
      title,
      batch: training.batch,
      "after 20 steps, max |a - b| / max |b|": apart,
      "images/s by round": speeds,
      "ours over": ratios,
    };
  } finally {
    rmSync(peer, { recursive: true, force: true });
  }
}

const backend = await openBackend("wasm");
const results = [
  await compare("quickstart net, 32x32x3, batch 32, wasm", trainingOf([32, 32, 3], quickstartNet(), 32), backend),
  await compare("ORL net, 56x46x1, batch 26, wasm", trainingOf([56, 46, 1], orlNet(), 26), backend),
];
const folder = fileURLToPath(new URL("../results/", import.meta.url));
mkdirSync(folder, { recursive: true });
const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
writeFileSync(join(folder, "peers.json"), `${JSON.stringify({ machine, rounds, results }, null, 2)}\n`);

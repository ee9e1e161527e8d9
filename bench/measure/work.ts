/** From a training of bench/specs to what contestants need: its program, its first weights, its batches, in a folder. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { compile } from "../../src/compiler/compile.js";
import { emit } from "../../src/compiler/emit/program.js";
import { toJavaScript } from "../../src/compiler/emit/script.js";
import { nodeHost } from "../../src/compiler/host.js";
import { isError } from "../../src/diagnostics/diagnostic.js";
import { renderAll } from "../../src/diagnostics/render.js";
import type { Training } from "../../src/runtime/experiment.js";
import { stream } from "../../src/runtime/random.js";
import { trainingStep } from "../../src/runtime/step/build.js";
import { initialValues } from "../../src/runtime/train/initial.js";
import type { Task } from "../contestants/task.js";
import type { Bundle } from "./bundle.js";

/** Batches that contestants go round, all in memory before the first step. */
const batches = 4;

export interface Work {
  readonly training: Training;
  readonly task: Omit<Task, "backend" | "eager" | "threads" | "warm">;
  readonly folder: string;
  readonly remove: () => void;
}

/** Gone with this process, however it ends. */
const folders = new Set<string>();
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Compiles `spec` (a file of bench/specs) and writes down the work of one of its trainings. */
export async function prepareWork(spec: string, train: string, net: string, bundle: Bundle): Promise<Work> {
  const folder = mkdtempSync(join(tmpdir(), "facec-bench-"));
  folders.add(folder);
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const program = join(folder, `${train}.mjs`);
    writeFileSync(program, programOf(spec, train, bundle.runtime));
    const training = await trainingOf(pathToFileURL(program).href, bundle.runtime);
    return { training, task: write(folder, pathToFileURL(program).href, net, training), folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}

/** The program of a training as JavaScript; `spec` is seen from bench/specs, `runtime` the URL of facec/runtime. */
export function programOf(spec: string, train: string, runtime: string): string {
  const file = fileURLToPath(new URL(`../specs/${spec}`, import.meta.url));
  const { value, diagnostics } = compile(nodeHost(), file);
  if (value.improved === null || diagnostics.some(isError)) throw new Error(renderAll(diagnostics, { color: false }));
  const program = emit(value.improved).find(({ path }) => path === `${train}.ts`);
  if (program === undefined) throw new Error(`${spec} has no training ${train}.`);
  return toJavaScript(program.text, runtime);
}

/** What the program gives to `train`. */
async function trainingOf(program: string, runtime: string): Promise<Training> {
  const kept: typeof import("../contestants/runtime.js") = await import(runtime);
  await import(program);
  return kept.givenTraining();
}

function write(folder: string, program: string, net: string, training: Training): Work["task"] {
  const { batch, backbone, optimizer } = training;
  const [size = 1] = backbone.input;
  const classes = classesOf(training);
  const step = trainingStep(training, classes);
  const values = initialValues(step.variables, 1);
  const variables = step.variables.filter(({ kind }) => kind === "weight").map(({ name, shape }) => ({ name, shape }));
  const random = stream(1, "bench");
  const pixels = batches * batch * backbone.input.reduce((product, entries) => product * entries, 1);
  const files = { state: join(folder, "state.bin"), images: join(folder, "images.bin"), labels: join(folder, "labels.bin") };
  writeFileSync(files.state, bytesOf(variables.map(({ name }) => values.get(name) ?? new Float32Array())));
  writeFileSync(files.images, bytesOf([Float32Array.from({ length: pixels }, () => random.normal())]));
  writeFileSync(files.labels, bytesOf([Int32Array.from({ length: batches * batch }, () => random.integer(classes))]));
  const { momentum, decay } = optimizer.args;
  if (typeof momentum !== "number" || typeof decay !== "number") throw new Error("The trainings of bench/specs state momentum and decay.");
  const rate = training.schedule({ epoch: 0, step: 0, progress: 0 });
  return { program, net, size, classes, batch, batches, rate, momentum, decay, ...files, variables };
}

/** As many as the data set of a training has identities; those of bench/specs are drawn and not split. */
export function classesOf({ data: { dataset } }: Training): number {
  if (dataset.source.kind !== "synthetic") throw new Error(`${dataset.name} should be drawn.`);
  return dataset.source.identities;
}

export function bytesOf(arrays: readonly (Float32Array | Int32Array)[]): Buffer {
  return Buffer.concat(arrays.map((array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)));
}

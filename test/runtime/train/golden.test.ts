import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { diagnostic, FaceError } from "../../../src/diagnostics/diagnostic.js";
import { parseOptions } from "../../../src/runtime/options.js";
import { probe } from "../../../src/runtime/probe.js";
import { backendIdentities, chosenBackend, loadBackend } from "../../../src/runtime/train/backend.js";
import { checkpointPath, readCheckpoint, writeCheckpoint } from "../../../src/runtime/train/checkpoint.js";
import { prepare } from "../../../src/runtime/train/prepare.js";
import { run } from "../../../src/runtime/train/run.js";
import { writeSafetensors } from "../../../src/runtime/train/safetensors.js";
import { goldenErrors } from "../../golden.js";
import { plain, tiny } from "../experiment.js";

const options = { seed: 2, data: null, beside: "." };

/** Files of a case lie in a folder that differs from run to run: messages show their names alone. */
async function inFolder(make: (folder: string) => unknown): Promise<unknown> {
  const folder = mkdtempSync(join(tmpdir(), "facec-"));
  try {
    return await make(folder);
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    return error.diagnostics.map((found) => ({
      ...found,
      place: found.place !== null && "path" in found.place ? { path: basename(found.place.path) } : found.place,
    }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const variables = [
  { name: "w", shape: [4], kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", value: 0, at: null },
] as const;
const begun = { step: 3, metricsBytes: 0, seconds: 1, state: new Map([["w", new Float32Array(4)]]), best: null };

/** A checkpoint of another seed or cut in half, then read. */
function readBack(change: (path: string) => void, seed = "1"): Promise<unknown> {
  return inFolder((folder) => {
    writeCheckpoint(folder, variables, { "the seed": "1" }, begun);
    change(checkpointPath(folder));
    return readCheckpoint(folder, variables, { "the seed": seed });
  });
}

goldenErrors("run", {
  cases: {
    "not-finite": () =>
      inFolder(async (folder) => {
        const training = { ...tiny, schedule: () => 1e38, clip: null };
        const prepared = await prepare(training, [], options, backendIdentities.cpu);
        const listener = { begins() {}, step() {}, evaluation() {}, judging() {} };
        const backend = await loadBackend("cpu");
        return run(prepared, { folder, resume: false, backend, options, listener, stopped: () => false, workers: 0 });
      }),
    "checkpoint-cut-in-half": () => readBack((path) => truncateSync(path, 200)),
    "checkpoint-not-json": () => readBack((path) => writeFileSync(path, "this is no checkpoint, only some text")),
    "checkpoint-only-weights": () => readBack((path) => writeSafetensors(path, { metadata: {}, tensors: new Map() })),
    "checkpoint-other": () => readBack(() => {}, "2"),
    "cannot-write": () => [diagnostic("cannot-write", { path: "runs/first/checkpoint.safetensors" }, { why: "the disk is full" })],
    "backend-unavailable": () => chosenBackend("gpu"),
    "batch-too-large": () => prepare({ ...tiny, batch: 64 }, [], options, backendIdentities.cpu),
    "option-unknown": () => parseOptions(["--bakend", "wasm"], "."),
    "option-value": () => parseOptions(["--backend", "wsam"], "."),
    "option-whole": () => parseOptions(["--epochs=0"], "."),
    "option-wrong": () => parseOptions(["--seed"], "."),
    "probe-value": () => probe(plain, { x: [[1, 2]], y: [0], W: [[1], [2]] }, { backend: "cpu" }),
    "probe-shape": () => probe(plain, { x: [[1, 2]], y: [0], W: [[1], [2]], b: [1, 2] }, { backend: "cpu" }),
  },
});

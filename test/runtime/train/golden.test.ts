import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { diagnostic, FaceError } from "../../../src/diagnostics/diagnostic.js";
import { failingNode } from "../../../src/runtime/kernels/native/failing.js";
import { NodeNames } from "../../../src/runtime/kernels/native/names.js";
import { parseOptions } from "../../../src/runtime/options.js";
import { probe } from "../../../src/runtime/probe.js";
import { backendIdentities, chosenBackend, loadBackend } from "../../../src/runtime/train/backend.js";
import { checkpointPath, readCheckpoint, writeCheckpoint } from "../../../src/runtime/train/checkpoint.js";
import { requirePrecision } from "../../../src/runtime/train/precision.js";
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

/** As the session words them. */
const said = {
  memory:
    "Session fail to run with error: OOM when allocating tensor with shape[4096,112,112,64] and type float on /job:localhost/replica:0/task:0/device:CPU:0 by allocator cpu\n\t [[{{node small/conv_1/conv.L12/Conv2D}}]]\nHint: If you want to see a list of allocated tensors when OOM happens, add report_tensor_allocations_upon_oom to RunOptions for current allocation info.\n [[step]]",
  label: "Session fail to run with error: indices[3] = 11 is not in [0, 10)\n\t [[{{node loss_softmax/gatherRows.L20/GatherV2}}]] [[step]]",
};

function nodeNames(): NodeNames {
  const names = new NodeNames();
  names.fresh({ path: "small/conv 1", kernel: "conv", at: { file: "net.face", line: 12 } }, "Conv2D");
  names.fresh({ path: "loss softmax", kernel: "gatherRows", at: { file: "net.face", line: 20 } }, "GatherV2");
  return names;
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
    "out-of-memory": () => failingNode(new Error(said.memory), nodeNames()),
    "library-failed": () => failingNode(new Error(said.label), nodeNames()),
    "checkpoint-cut-in-half": () => readBack((path) => truncateSync(path, 200)),
    "checkpoint-not-json": () => readBack((path) => writeFileSync(path, "this is no checkpoint, only some text")),
    "checkpoint-only-weights": () => readBack((path) => writeSafetensors(path, { metadata: {}, tensors: new Map() })),
    "checkpoint-other": () => readBack(() => {}, "2"),
    "cannot-write": () => [diagnostic("cannot-write", { path: "runs/first/checkpoint.safetensors" }, { why: "the disk is full" })],
    "gpu-lost": () => [diagnostic("gpu-lost", null, { said: "VK_ERROR_DEVICE_LOST." })],
    "backend-unavailable": () => chosenBackend({ backend: "gpu", threads: null }),
    "precision-unavailable": () => requirePrecision({ ...tiny, precision: "bfloat16" }, "wasm"),
    "batch-too-large": () => prepare({ ...tiny, batch: 64 }, [], options, backendIdentities.cpu),
    "option-unknown": () => parseOptions(["--bakend", "wasm"], "."),
    "option-value": () => parseOptions(["--backend", "wsam"], "."),
    "option-whole": () => parseOptions(["--epochs=0"], "."),
    "option-wrong": () => parseOptions(["--seed"], "."),
    "probe-value": () => probe(plain, { x: [[1, 2]], y: [0], W: [[1], [2]] }, { backend: "cpu" }),
    "probe-shape": () => probe(plain, { x: [[1, 2]], y: [0], W: [[1], [2]], b: [1, 2] }, { backend: "cpu" }),
  },
});

/** Who can be measured: facec on a backend, PyTorch in its forms, TensorFlow.js as it comes. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Task } from "../contestants/task.js";
import { python } from "../peers/python.js";
import type { Bundle } from "./bundle.js";
import { type Command, Measured, type Ready } from "./process.js";
import type { Work } from "./work.js";

export interface Facec {
  readonly kind: "facec";
  readonly backend: "node" | "wasm";
  /** Kernel by kernel in place of the captured step. */
  readonly eager?: boolean;
}

export interface PyTorch {
  readonly kind: "pytorch";
  readonly layout: "nchw" | "channels_last";
  /** By inductor, with its default mode. */
  readonly compile?: boolean;
  /** Autocast to bfloat16. */
  readonly bfloat16?: boolean;
}

/** tfjs-backend-wasm with `variableGrads`, and what it lacks for a convolution's gradient registered in the plain way. */
export interface StockWasm {
  readonly kind: "stock-wasm";
  readonly transposed: "by flag" | "before";
}

export type Entry = Facec | PyTorch | StockWasm;

/** PyTorch in both memory formats, under names that say which. */
export function bothLayouts(name: string, entry: Omit<PyTorch, "kind" | "layout"> = {}): Readonly<Record<string, PyTorch>> {
  return {
    [`${name}, NCHW`]: { kind: "pytorch", layout: "nchw", ...entry },
    [`${name}, channels last`]: { kind: "pytorch", layout: "channels_last", ...entry },
  };
}

export interface StartSettings {
  readonly threads: number;
  /** Steps before it is ready. */
  readonly warm: number;
  /** PyTorch's update of all weights in one kernel, which is faster, or weight by weight, which needs less memory. */
  readonly optimizer: "fast" | "small";
}

export function start(name: string, entry: Entry, work: Work, bundle: Bundle, settings: StartSettings): Measured {
  const { warm, optimizer } = settings;
  const threads = entry.kind === "pytorch" || (entry.kind === "facec" && entry.backend === "node") ? settings.threads : 1;
  const own = { backend: entry.kind === "facec" ? entry.backend : "wasm", eager: entry.kind === "facec" && entry.eager === true };
  const task: Task = { ...work.task, ...own, threads, warm };
  const path = join(work.folder, `${name.replaceAll(/[^A-Za-z0-9]+/g, "-")}.json`);
  writeFileSync(path, JSON.stringify({ ...task, fused: optimizer === "fast", compile: false, bfloat16: false, ...entry }));
  return new Measured(name, commandOf(entry, path, bundle, threads));
}

function commandOf(entry: Entry, task: string, bundle: Bundle, threads: number): Command {
  if (entry.kind === "pytorch") {
    // A cache of its own: the first step says what compiling costs.
    const env = { TORCHINDUCTOR_CACHE_DIR: `${task}.inductor` };
    return { command: python(), args: [fileURLToPath(new URL("../peers/contestant.py", import.meta.url)), task], env };
  }
  const env = { TF_NUM_INTRAOP_THREADS: String(threads), TF_NUM_INTEROP_THREADS: String(threads), TF_CPP_MIN_LOG_LEVEL: "3" };
  return {
    command: process.execPath,
    args: [bundle.script(entry.kind), task, ...(entry.kind === "stock-wasm" ? [entry.transposed] : [])],
    env,
  };
}

/** What a contestant is, for the results. */
export function inWords(entry: Entry, ready: Ready): string {
  const threads = `${ready.threads} thread${ready.threads === 1 ? "" : "s"}`;
  if (entry.kind === "facec") return `${ready.library}, ${entry.eager === true ? "kernel by kernel" : "as trained"}, ${threads}`;
  if (entry.kind === "stock-wasm") return `${ready.library}, variableGrads, filters transposed ${entry.transposed}, ${threads}`;
  const how = [entry.compile === true ? "torch.compile" : "eager", ...(entry.bfloat16 === true ? ["autocast bfloat16"] : [])];
  return `${ready.library}, ${how.join(" with ")}, ${entry.layout === "nchw" ? "NCHW" : "channels last"}, ${threads}`;
}

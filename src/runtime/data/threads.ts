/** Starts the threads of this room, from the bundle as from the sources. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { BeltPlan } from "./belt.js";

/** What a thread is for: to work at a belt, or to inspect the files that it is sent. */
export type Work = { readonly kind: "belt"; readonly plan: BeltPlan } | { readonly kind: "inspect" };

/** Makes one worker thread. */
export type Start = (work: Work) => Worker;

/** Threads that prepare images unless the caller says how many: half of the cores, the step needs the others. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
}

/** The worker's file: beside the bundle, or the source itself where tsx is there to load it; null: no way to start one. */
export function workerStart(): Start | null {
  if (!import.meta.url.endsWith(".ts")) {
    return (workerData) => new Worker(new URL("./data-worker.js", import.meta.url), { workerData, execArgv: [] });
  }
  try {
    const tsx = import.meta.resolve("tsx/esm/api");
    const source = new URL("./worker.ts", import.meta.url).href;
    // A worker does not take over tsx from the thread that starts it.
    const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
    return (workerData) => new Worker(code, { workerData, execArgv: [], eval: true });
  } catch {
    return null;
  }
}

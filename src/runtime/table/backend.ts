/** The backend of a table's runs. */
import { availableParallelism } from "node:os";
import type { Options } from "../experiment.js";
import { type Chosen, chosenBackend } from "../train/backend.js";

/**
 * As for a single training, but for the threads of the native library. They are part of a run's key, so they depend on the
 * machine and on --threads alone: neither --jobs nor the size of the grid makes another experiment of a run. A quarter of the
 * cores each: several runs side by side do more than one that has all of them.
 */
export function tableBackend(options: Options): Chosen {
  return chosenBackend({ backend: options.backend, threads: options.threads ?? threadsOf(availableParallelism()) });
}

function threadsOf(cores: number): number {
  return Math.max(1, Math.floor(cores / 4));
}

/** Runs at the same time where --jobs says nothing: as many as have cores of their own. */
export function jobsFor({ threads }: Chosen): number {
  return Math.max(1, Math.floor(availableParallelism() / threads));
}

/** Said before runs share cores; null where they do not. Fewer threads would be other runs, so that is left to whoever asked. */
export function remarkOnJobs({ name, threads }: Chosen, jobs: number): string | null {
  const cores = availableParallelism();
  if (threads === 1 || jobs * threads <= cores) return null;
  const fit = Math.max(1, Math.floor(cores / jobs));
  return `${jobs} runs at a time with ${threads} threads each share ${cores} cores. --threads ${fit} fits, and makes other runs of them: on ${name}, sums depend on the number of threads.`;
}

/** Which backend a run uses. `auto` is wasm today. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Options } from "../experiment.js";
import type { Backend } from "../kernels/kernel.js";

export type Available = "wasm" | "cpu";

/** What of a backend decides numbers. */
export interface BackendIdentity {
  readonly library: string;
  readonly threads: number;
}

/**
 * Known without loading the array library, so that a finished table answers at once; a test compares them with what
 * the backends say. Both run on one thread in Node.
 */
export const backendIdentities: Readonly<Record<Available, BackendIdentity>> = {
  wasm: { library: "tfjs-backend-wasm 4.22.0", threads: 1 },
  cpu: { library: "tfjs-backend-cpu 4.22.0", threads: 1 },
};

/** The backend meant; one that this version lacks is an error. */
export function chosenBackend(backend: Options["backend"]): Available {
  if (backend === "auto") return "wasm";
  if (backend === "wasm" || backend === "cpu") return backend;
  return fail("backend-unavailable", null, { backend });
}

/** Loads the array library, which takes a while: only a process that trains calls this. */
export async function loadBackend(name: Available): Promise<Backend> {
  const { openBackend } = await import("../kernels/portable/index.js");
  return openBackend(name);
}

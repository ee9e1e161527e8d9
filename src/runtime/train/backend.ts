/** Which backend a run uses, and what of it decides numbers. */
import { availableParallelism } from "node:os";
import { fail } from "../../diagnostics/diagnostic.js";
import type { Options } from "../experiment.js";
import type { Backend } from "../kernels/kernel.js";
import { cpuLibrary, cudaLibrary, hasCudaDevice, nativeThreads } from "../kernels/native/identity.js";
import { installed } from "../kernels/native/installed.js";
import { hasRealGpu, webgpuReport } from "../kernels/webgpu/report.js";

export type Available = Exclude<Options["backend"], "auto">;

/** What of a backend decides numbers. */
export interface BackendIdentity {
  readonly library: string;
  readonly threads: number;
}

/** A backend that can be loaded, with everything that is known of it before. */
export interface Chosen extends BackendIdentity {
  readonly name: Available;
}

/** Those that come with the package; each runs on one thread in Node. A test compares them with what the backends say. */
export const backendIdentities: Readonly<Record<"wasm" | "cpu", BackendIdentity>> = {
  wasm: { library: "tfjs-backend-wasm 4.22.0", threads: 1 },
  cpu: { library: "tfjs-backend-cpu 4.22.0", threads: 1 },
};

type Wanted = Pick<Options, "backend" | "threads">;

/**
 * The backend meant, without loading its library, so that a finished table answers at once. `auto` takes the fastest that
 * works here; one that is named and not there is an error which says how it is brought.
 */
export function chosenBackend({ backend, threads }: Wanted): Chosen {
  const name = backend === "auto" ? fastest() : backend;
  switch (name) {
    case "wasm":
    case "cpu":
      return { name, ...backendIdentities[name] };
    case "node":
      needInstalled("node", "cpu");
      return { name, library: cpuLibrary(), threads: nativeThreads(threads) };
    case "gpu":
      needInstalled("gpu", "cuda");
      if (!hasCudaDevice()) {
        const why = "the CUDA library is installed, and no NVIDIA device is there";
        return fail("backend-unavailable", null, { backend: "gpu", why, mend: "Install NVIDIA's driver, or say --backend node." });
      }
      return { name, library: cudaLibrary(), threads: nativeThreads(threads) };
    case "webgpu": {
      const found = webgpuReport();
      if (!found.usable) return fail("backend-unavailable", null, { backend: "webgpu", why: found.why, mend: `Mend it: ${found.mend}.` });
      return { name, library: found.library, threads: 1 };
    }
  }
}

function fastest(): Available {
  if (installed("cuda").ok && hasCudaDevice()) return "gpu";
  if (installed("cpu").ok) return "node";
  return hasRealGpu() ? "webgpu" : "wasm";
}

function needInstalled(backend: Available, kind: "cpu" | "cuda"): void {
  const found = installed(kind);
  if (!found.ok) fail("backend-unavailable", null, { backend, why: found.why, mend: `Run this, or leave --backend out: ${found.mend}` });
}

/**
 * What is worth knowing of the choice before a training starts, a line each: that `auto` had to take a slow backend, and
 * what mends it; that threads were asked for where there is only one.
 */
export function remarksOn({ name }: Chosen, { backend, threads }: Wanted): readonly string[] {
  const slow =
    backend === "auto" && name === "wasm"
      ? ["Training on WebAssembly, several times slower than TensorFlow's native library; `facec backends install` brings that."]
      : [];
  const single = name === "wasm" || name === "cpu" || name === "webgpu";
  const unused = single && threads !== null && threads > 1 ? [`${name} computes on one thread; --threads ${threads} changes nothing.`] : [];
  return [...slow, ...unused];
}

/** Loads the array library, which takes a while: only a process that trains calls this. */
export async function loadBackend(name: Available, threads = availableParallelism()): Promise<Backend> {
  switch (name) {
    case "wasm":
    case "cpu": {
      const { openBackend } = await import("../kernels/portable/index.js");
      return openBackend(name);
    }
    case "node":
    case "gpu": {
      const { openNative } = await import("../kernels/native/index.js");
      return openNative(name === "node" ? "cpu" : "cuda", { threads });
    }
    case "webgpu": {
      const { openWebgpu } = await import("../kernels/webgpu/index.js");
      return openWebgpu();
    }
  }
}

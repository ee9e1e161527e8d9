/** The native backends: TensorFlow's library on the CPU ("node") and on CUDA devices ("gpu"). */
import { fail } from "../../../diagnostics/diagnostic.js";
import type { Backend } from "../kernel.js";
import { attributeTypes, type Binding, loadBinding } from "./binding.js";
import { NativeBackend } from "./eager.js";
import { cpuLibrary, cudaLibrary, nativeThreads } from "./identity.js";
import { installed } from "./installed.js";
import type { LibraryKind } from "./library.js";
import { loweringsFor } from "./lowerings.js";

const opened = new Map<LibraryKind, Backend>();

/**
 * Loads an installed library, once a process: a process has one of the two. `threads`: how many an operation may use, one a
 * core unless said; the library reads it when it is loaded, and never again.
 */
export async function openNative(kind: LibraryKind, { threads }: { readonly threads?: number } = {}): Promise<Backend> {
  const before = opened.get(kind);
  if (before !== undefined) return before;
  const name = kind === "cpu" ? "node" : "gpu";
  const found = installed(kind);
  if (!found.ok) return fail("backend-unavailable", null, { backend: name, why: found.why, mend: `Run this: ${found.mend}` });
  if (threads !== undefined) {
    process.env.TF_NUM_INTRAOP_THREADS = String(threads);
    process.env.TF_NUM_INTEROP_THREADS = String(threads);
  }
  const binding = loadBinding(found.binding);
  const device = binding.isUsingGpuDevice() ? "gpu" : "cpu";
  const asked = Number(process.env.TF_NUM_INTRAOP_THREADS ?? "");
  const library = kind === "cpu" ? cpuLibrary() : cudaLibrary();
  // The addon may have been built without our own operations, and a GPU has none of them.
  const own = device === "cpu" && hasLoops(binding);
  const pointwise = own ? "fused" : "operations";
  const backend = new NativeBackend(name, library, nativeThreads(asked > 0 ? asked : null), binding, loweringsFor(device, own), pointwise);
  opened.set(kind, backend);
  return backend;
}

function hasLoops(binding: Binding): boolean {
  const count = (name: string, value: number) => ({ name, type: attributeTypes.int, value });
  const counts = [count("floats", 0), count("halves", 0), count("wholes", 0), count("floatOutputs", 1), count("halfOutputs", 0)];
  const program = { name: "program", type: attributeTypes.string, value: "dims 1 1 constant 0 map 0 0" };
  try {
    for (const { id } of binding.executeOp("FacecLoop", [...counts, program], [], 1)) binding.deleteTensor(id);
    return true;
  } catch {
    return false;
  }
}

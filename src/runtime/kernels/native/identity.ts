/** What of a native library decides numbers, known without loading it. */
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { processorFeatures, tensorflowVersion } from "./library.js";

/** "tensorflow-cpu 2.21.0 on avx512f avx512_bf16": the library picks its loops by the instructions that the processor has. */
export function cpuLibrary(): string {
  return `tensorflow-cpu ${tensorflowVersion} on ${instructionSets(processorFeatures())}`;
}

/** "tensorflow-cuda 2.21.0 on NVIDIA H100". */
export function cudaLibrary(): string {
  return `tensorflow-cuda ${tensorflowVersion} on ${cudaDevice() ?? "no GPU"}`;
}

/** Threads of the library: those asked for, else one a core. A convolution's sums depend on how many there are. */
export function nativeThreads(asked: number | null): number {
  return asked ?? availableParallelism();
}

/** Those that TensorFlow and oneDNN have loops of their own for, widest only where a wider one replaces a narrower. */
function instructionSets(features: string): string {
  const has = new Set(features.split(/\s+/));
  const widest = ["avx512f", "avx2", "avx", "sve", "asimd"].filter((name) => has.has(name)).slice(0, 1);
  const more = ["avx512_bf16", "avx512_fp16", "amx_bf16", "amx_tile", "bf16"].filter((name) => has.has(name));
  const all = [...widest, ...more];
  return all.length > 0 ? all.join(" ") : process.arch;
}

/** Where NVIDIA's driver lists its devices. */
const CARDS = "/proc/driver/nvidia/gpus";

/** Whether a CUDA device is there, as the driver says. */
export function hasCudaDevice(): boolean {
  try {
    return readdirSync(CARDS).length > 0;
  } catch {
    return false;
  }
}

/** The first CUDA device, as the driver names it; null where there is none. */
export function cudaDevice(): string | null {
  try {
    const [first = ""] = readdirSync(CARDS).sort();
    return /^Model:\s*(.*)$/m.exec(readFileSync(join(CARDS, first, "information"), "utf8"))?.[1]?.trim() ?? "an unnamed GPU";
  } catch {
    return null;
  }
}

/** `facec backends`: what this machine can compute with. Nothing native is loaded: an installation says what it is. */
import { cpus } from "node:os";
import { cudaDevice, hasCudaDevice } from "../runtime/kernels/native/identity.js";
import { installed } from "../runtime/kernels/native/installed.js";
import { webgpuReport } from "../runtime/kernels/webgpu/report.js";
import { chosenBackend } from "../runtime/train/backend.js";
import { columns } from "./columns.js";
import { exits, print, printJson } from "./output.js";

interface BackendReport {
  readonly name: string;
  readonly usable: boolean;
  /** Library and version; null where there is none. */
  readonly library: string | null;
  /** What it computes on, as the system or the library names it. */
  readonly device: string | null;
  /** Why it is not usable, or what there is to know of it. */
  readonly note: string;
  /** What makes it usable; null where it is, and where nothing does. */
  readonly mend: string | null;
}

export async function backends(options: { readonly json?: boolean }): Promise<number> {
  const all = [gpu(), node(), webgpu(), await portable("wasm"), await portable("cpu")];
  const auto = chosenBackend({ backend: "auto", threads: null }).name;
  if (options.json) printJson(all.map((each) => ({ ...each, auto: each.name === auto })));
  else {
    const rows = all.map((each) => [
      each.name,
      each.usable ? "yes" : "no",
      each.library ?? "",
      each.device ?? "",
      each.usable ? each.note : "",
    ]);
    print(columns(["backend", "usable", "library", "computes on", ""], rows, [false, false, false, false, false]));
    const reasons = all
      .filter((each) => !each.usable)
      .map(({ name, note, mend }) => `${name}: ${note}.${mend === null ? "" : ` Mend: ${mend}.`}`);
    print(["", ...reasons, `--backend auto takes ${auto} here.`].join("\n"));
  }
  return exits.done;
}

function gpu(): BackendReport {
  const found = installed("cuda");
  const device = cudaDevice();
  const missing = { name: "gpu", usable: false, device };
  if (found.ok && hasCudaDevice()) {
    return {
      name: "gpu",
      usable: true,
      library: `tensorflow ${found.tensorflow} with CUDA`,
      device,
      note: "TensorFlow on CUDA",
      mend: null,
    };
  }
  if (!hasCudaDevice()) {
    const library = found.ok ? `tensorflow ${found.tensorflow} with CUDA` : null;
    return { ...missing, library, note: "NVIDIA's driver lists no GPU", mend: null };
  }
  return { ...missing, library: null, note: found.ok ? "" : found.why, mend: found.ok ? null : found.mend };
}

function node(): BackendReport {
  const found = installed("cpu");
  const device = cpus()[0]?.model.trim() ?? "CPU";
  if (!found.ok) return { name: "node", usable: false, library: null, device, note: found.why, mend: found.mend };
  const note = "TensorFlow's native library, all cores";
  return { name: "node", usable: true, library: `tensorflow-cpu ${found.tensorflow}`, device, note, mend: null };
}

function webgpu(): BackendReport {
  const found = webgpuReport();
  if (!found.usable) return { name: "webgpu", usable: false, library: null, device: null, note: found.why, mend: found.mend };
  const note = found.isSoftware ? "WebGPU by a software driver: right, and slow" : "WebGPU";
  return { name: "webgpu", usable: true, library: found.library.replace(/ on .*/, ""), device: found.device, note, mend: null };
}

/** JavaScript packages that `npm install` brings, so they work wherever facec runs. */
async function portable(name: "wasm" | "cpu"): Promise<BackendReport> {
  const device = cpus()[0]?.model.trim() ?? "CPU";
  try {
    const { openBackend } = await import("../runtime/kernels/portable/index.js");
    const { library } = await openBackend(name);
    const note = name === "wasm" ? "WebAssembly with SIMD, one thread" : "plain JavaScript; slow, to compare with";
    return { name, usable: true, library, device, note, mend: null };
  } catch (error) {
    const note = error instanceof Error ? error.message : String(error);
    return { name, usable: false, library: null, device, note, mend: "npm install" };
  }
}

/** `facec backends` */
import { columns } from "./columns.js";
import { exits, print, printJson } from "./output.js";

interface BackendReport {
  readonly name: string;
  readonly usable: boolean;
  readonly library: string | null;
  /** Why not, or what it is good for. */
  readonly note: string;
}

/** Both are JavaScript packages that `npm install` brings, so they work wherever facec runs. */
const usable: readonly { readonly name: "wasm" | "cpu"; readonly note: string }[] = [
  { name: "wasm", note: "WebAssembly with SIMD, one thread; what `auto` takes" },
  { name: "cpu", note: "plain JavaScript; slow, to compare with" },
];

const missing: readonly BackendReport[] = [
  { name: "node", usable: false, library: null, note: "TensorFlow's own library is not used by this version" },
  { name: "gpu", usable: false, library: null, note: "CUDA is not used by this version" },
  { name: "webgpu", usable: false, library: null, note: "WebGPU is not used by this version" },
];

export async function backends(options: { readonly json?: boolean }): Promise<number> {
  const { openBackend } = await import("../runtime/kernels/portable/index.js");
  const found: BackendReport[] = [];
  for (const { name, note } of usable) {
    try {
      found.push({ name, usable: true, library: (await openBackend(name)).library, note });
    } catch (error) {
      found.push({ name, usable: false, library: null, note: error instanceof Error ? error.message : String(error) });
    }
  }
  const all = [...found, ...missing];
  if (options.json) printJson(all);
  else {
    const rows = all.map((each) => [each.name, each.usable ? "yes" : "no", each.library ?? "", each.note]);
    print(columns(["backend", "usable", "library", ""], rows, [false, false, false, false]));
  }
  return exits.done;
}

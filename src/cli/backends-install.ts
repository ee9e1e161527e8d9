/** `facec backends install` */
import { installed } from "../runtime/kernels/native/installed.js";
import { install } from "./install/install.js";
import { exits, say } from "./output.js";

export async function backendsInstall(options: { readonly wheel: readonly string[]; readonly cuda?: boolean }): Promise<number> {
  const kind = options.cuda ? "cuda" : "cpu";
  const began = performance.now();
  const fresh = await install({ kind, wheels: options.wheel });
  const found = installed(kind);
  if (!found.ok) throw new Error(`what was installed is not found: ${found.why}`);
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(fresh ? `installed in ${seconds} s, in ${found.folder}` : `already installed, in ${found.folder}`);
  return exits.done;
}

/** Tries out what was built, before it is put in place. */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { tensorflowVersion } from "../../runtime/kernels/native/library.js";
import { home } from "../version.js";
import { lastLines, runTool } from "./tool.js";

/** Loads the addon in another process and adds two numbers; returns the names of what it computed on. */
export async function tryOut(binding: string): Promise<readonly string[]> {
  const probe = join(home, "dist", "native-probe.js");
  if (!existsSync(probe)) throw new Error(`${probe} is not there: npm run build`);
  const ran = await runTool(process.execPath, [probe, binding], dirname(binding));
  const line = ran?.said.split("\n").find((each) => each.startsWith("{"));
  if (ran?.code !== 0 || line === undefined) {
    const said = lastLines(ran?.said ?? "").replaceAll(`${dirname(binding)}/`, "");
    return fail("library-broken", null, { said: ran?.signal ? `${said}\nand was ended by ${ran.signal}` : said });
  }
  const found: unknown = JSON.parse(line);
  const right = { tensorflow: tensorflowVersion, values: [2, 4] };
  if (!isFound(found) || found.tensorflow !== right.tensorflow || JSON.stringify(found.values) !== JSON.stringify(right.values)) {
    return fail("library-broken", null, { said: `${line}, and ${JSON.stringify(right)} was expected` });
  }
  return found.gpu ? gpuNames(ran.said) : [cpus()[0]?.model.trim() ?? "CPU"];
}

interface Found {
  readonly tensorflow: string;
  readonly gpu: boolean;
  readonly values: readonly unknown[];
}

function isFound(found: unknown): found is Found {
  if (typeof found !== "object" || found === null || !("tensorflow" in found && "gpu" in found && "values" in found)) return false;
  return typeof found.gpu === "boolean" && Array.isArray(found.values);
}

/** TensorFlow logs each device that it opens: `... -> device: 0, name: NVIDIA A100, pci bus id: ...`. */
function gpuNames(said: string): readonly string[] {
  const names = [...said.matchAll(/-> device: \d+, name: (.*?), pci bus id/g)].map((match) => match[1] ?? "");
  return names.length === 0 ? ["GPU"] : [...new Set(names)];
}

/** Compiles the binding and our own operations into one addon. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { availableParallelism } from "node:os";
import { basename, join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { bindingName, picturesName, quietName } from "../../runtime/kernels/native/installed.js";
import { ownSources, processorFeatures, tensorflowVersion } from "../../runtime/kernels/native/library.js";
import { runTool, toolFailed } from "./tool.js";

export interface Compiler {
  readonly command: string;
  /** What CXX names besides the program: `ccache g++`. */
  readonly args: readonly string[];
  readonly version: string;
}

export async function findCompiler(folder: string): Promise<Compiler> {
  const [command = "g++", ...args] = (process.env.CXX ?? "").split(/\s+/).filter((word) => word !== "");
  const ran = await runTool(command, [...args, "--version"], folder);
  if (ran?.code !== 0) {
    const mend = "Install one (Debian: apt-get install g++), or name another in the variable CXX.";
    return fail("tool-missing", null, { tool: `The C++ compiler ${command}`, purpose: "builds the binding to TensorFlow", mend });
  }
  return { command, args, version: ran.said.split("\n")[0] ?? "" };
}

/** The settings that TensorFlow's own libraries were compiled with, as far as headers ask for them. */
const common = ["-std=c++17", "-fPIC", "-DNDEBUG", "-D_GLIBCXX_USE_CXX11_ABI=1", "-DEIGEN_MAX_ALIGN_BYTES=64"];
/** Only what is ours is compiled for this very processor. TensorFlow's headers are full of names that it calls deprecated. */
const ours = ["-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math", "-w"];
/** Sources that are each an addon of its own, and what it is linked with. */
const alone: Readonly<Record<string, { readonly target: string; readonly flags: readonly string[] }>> = {
  "quiet.cc": { target: quietName, flags: [] },
  "pictures.cc": { target: picturesName, flags: ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"] },
};

/** Two functions of TensorFlow's are ours instead: native/session.cc. */
const replaced = ["-DTF_NewSessionOptions=FacecNewSessionOptions", "-DTF_SessionRun=FacecSessionRun"];
const binding = ["-O2", "-DNAPI_VERSION=8", "-DBUILDING_NODE_EXTENSION", ...replaced];

interface Unit {
  readonly source: string;
  readonly flags: readonly string[];
  /** What it includes besides TensorFlow's and the system's headers. */
  readonly headers: readonly string[];
}

export interface Compiled {
  readonly path: string;
  /** How many files of ours are in it. */
  readonly own: number;
}

/**
 * Builds `target/tfjs_binding.node`, by way of object files in `folder`. `library` is what came out of the wheels; the addon
 * looks for it under this name beside its own folder. Object files stay in `kept`, so that the next build compiles only what
 * has changed.
 */
export async function compile(compiler: Compiler, library: string, kept: string, folder: string, target: string): Promise<Compiled> {
  const tensorflow = join(library, "tensorflow");
  const sources = join(library, "sources");
  const sourcesOfOurs = ownSources().filter((path) => path.endsWith(".cc"));
  const own = sourcesOfOurs.filter((path) => !(basename(path) in alone));
  const headers = ownSources().filter((path) => path.endsWith(".h"));
  const units: readonly Unit[] = [
    ...own.map((source) => ({ source, flags: ours, headers })),
    ...["tfjs_backend.cc", "tfjs_binding.cc"].map((name) => ({
      source: join(sources, "binding", name),
      flags: [...binding, `-I${join(sources, "include")}`],
      headers: [],
    })),
  ];
  const objects: string[] = [];
  const waiting = [...units.entries()];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, unit] = next;
      const object = join(kept, `${keyOf(unit, compiler)}.o`);
      if (!existsSync(object)) {
        const made = join(folder, `${index}.o`);
        const args = [...common, ...unit.flags, `-I${join(tensorflow, "include")}`, "-c", unit.source, "-o", made];
        await run(compiler, args, folder, basename(unit.source));
        renameSync(made, object);
      }
      objects[index] = object;
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), units.length) }, work));
  const path = join(target, bindingName);
  const libraries = [`-L${tensorflow}`, "-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"];
  await run(
    compiler,
    ["-shared", ...objects, ...libraries, "-pthread", "-Wl,-rpath,$ORIGIN/../library/tensorflow", "-o", path],
    folder,
    "the addon",
  );
  for (const source of sourcesOfOurs) {
    const addon = alone[basename(source)];
    if (addon === undefined) continue;
    const include = `-I${join(sources, "include")}`;
    const linked = [`-L${tensorflow}`, ...addon.flags, "-Wl,-rpath,$ORIGIN/../library/tensorflow"];
    const args = ["-std=c++17", "-O2", "-fPIC", "-shared", include, source, ...linked, "-o", join(target, addon.target)];
    await run(compiler, args, folder, basename(source));
  }
  return { path, own: own.length };
}

/** Everything that decides an object file; the version of TensorFlow's headers is that of the wheel in the cache. */
function keyOf({ source, flags, headers }: Unit, { command, args, version }: Compiler): string {
  const hash = createHash("sha256").update(JSON.stringify([command, args, version, common, flags, tensorflowVersion, processorFeatures()]));
  for (const path of [source, ...headers]) hash.update(`\n${basename(path)}\n`).update(readFileSync(path));
  return hash.digest("hex").slice(0, 32);
}

async function run({ command, args }: Compiler, more: readonly string[], folder: string, what: string): Promise<void> {
  const ran = await runTool(command, [...args, ...more], folder);
  if (ran?.code === 0) return;
  const hint = "A compiler with C++17 is wanted (g++ 12 is known to do); name another one in the variable CXX.";
  toolFailed(command, `compiling ${what}`, ran?.said ?? "", hint, folder);
}

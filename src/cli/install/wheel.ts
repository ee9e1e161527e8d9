/** Gets a wheel, from pip or from the user, and says what of it is needed to build and to run. */
import { createHash } from "node:crypto";
import { createReadStream, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { fail } from "../../diagnostics/diagnostic.js";
import { type LibraryKind, tensorflowVersion } from "../../runtime/kernels/native/library.js";
import type { Progress } from "./steps.js";
import { runTool, toolFailed } from "./tool.js";
import { fileOf, type Machine, type Wheel, wheelsFor } from "./wheels.js";

export interface Python {
  readonly command: string;
  /** Minor version: 11 of Python 3.11. */
  readonly minor: number;
  /** Version of pip. */
  readonly pip: string;
}

/** A Python 3 with pip. */
export async function findPython(folder: string): Promise<Python> {
  let found: string | null = null;
  for (const command of ["python3", "python"]) {
    const ran = await runTool(command, ["-m", "pip", "--version"], folder);
    const [, pip, minor] = /^pip (\S+) .*\(python 3\.(\d+)\)/m.exec(ran?.said ?? "") ?? [];
    if (pip !== undefined && ran?.code === 0) return { command, minor: Number(minor), pip };
    if (ran !== null) found ??= command;
  }
  const mend = "Install it (Debian: apt-get install python3-pip), or fetch the wheel elsewhere and give it with --wheel FILE.";
  const purpose = "fetches TensorFlow's wheel";
  return fail("tool-missing", null, { tool: found === null ? "Python 3 with pip" : `pip for ${found}`, purpose, mend });
}

/** The arguments with which pip fetches exactly this wheel, whatever Python it runs on itself. */
function pipArguments({ package: name, version, python, platform }: Wheel): readonly string[] {
  const target = python === null ? [] : ["--python-version", `3.${python}`, "--implementation", "cp", "--abi", `cp3${python}`];
  return [
    "download",
    "--no-deps",
    "--only-binary=:all:",
    ...target,
    "--platform",
    platform.split(".")[0] ?? platform,
    `${name}==${version}`,
  ];
}

/** Lets pip fetch the wheel into `folder`; returns its path. */
export async function fetchWheel(python: Python, wheel: Wheel, folder: string, progress: Progress): Promise<string> {
  const args = ["-m", "pip", "--disable-pip-version-check", "--retries", "2", ...pipArguments(wheel), "--dest", folder];
  const watch = setInterval(() => progress(fetched(folder)), 200);
  // pip writes to its temporary folder first: in ours, what a dead attempt leaves is cleared away with it.
  const ran = await runTool(python.command, args, folder, { TMPDIR: folder }).finally(() => clearInterval(watch));
  const file = fileOf(wheel);
  if (ran?.code !== 0) {
    const hint =
      `If this machine has no network, fetch the file on another one (python3 -m pip ${pipArguments(wheel).join(" ")}) and give it ` +
      `with \`facec backends install${wheel.kind === "cuda" ? " --cuda" : ""} --wheel FILE\`.`;
    return toolFailed("pip", `fetching ${file}`, ran?.said ?? "", hint, folder);
  }
  const path = join(folder, file);
  const found = await sha256(path);
  if (found !== wheel.sha256) return fail("download-damaged", null, { file, wanted: wheel.sha256, found });
  return path;
}

/** Bytes of the largest wheel that lies in the folder, also of one that is not whole yet. */
function fetched(folder: string): number {
  const sizes = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".whl"))
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(0, ...sizes);
}

/** What the wheel that the user gave is, known by its hash; one that does not fit says why. */
export async function givenWheel(path: string, all: readonly Wheel[], kind: LibraryKind, machine: Machine): Promise<Wheel> {
  const files = wheelsFor(all, kind, machine, null).map(fileOf);
  const wanted = `Give ${files.join(", ")}, or leave --wheel out, so that pip fetches it.`;
  const unfit = (why: string, mend = wanted) => fail("wheel-unfit", null, { file: path, why, mend });
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return unfit("is not there");
  if (!stat.isFile()) return unfit("is no file");
  const hash = await sha256(path);
  const known = all.find((each) => each.sha256 === hash);
  if (known === undefined) return unfit(whyUnknown(basename(path), all, hash));
  if (known.machine !== machine) return unfit(`is for ${known.machine}, and this machine is ${machine}`);
  if (known.kind !== kind && known.kind === "cuda") return unfit("is for CUDA", "Say --cuda with it, or give the wheel for the CPU.");
  if (known.kind !== kind) return unfit("is for the CPU", "Leave --cuda out with it, or give the wheel with CUDA.");
  return known;
}

function whyUnknown(file: string, all: readonly Wheel[], hash: string): string {
  const named = all.find((each) => fileOf(each) === file);
  if (named !== undefined) return `should have the hash ${named.sha256} by its name, and has ${hash}: it is damaged, or another file`;
  const [, name, version, platform] = /^(.+?)-([^-]+)-[^-]+-[^-]+-([^-]+)\.whl$/.exec(file) ?? [];
  if (name === undefined || !/^tensorflow(_cpu)?$/.test(name)) return "is, by its hash, none of them";
  if (version !== tensorflowVersion) return `is TensorFlow ${version}, and ${tensorflowVersion} is wanted`;
  return `is for ${platform}`;
}

async function sha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}

/** Headers that nothing of ours includes and that are large: of MLIR, XLA, TensorFlow Lite and most libraries within. */
const unneededHeaders = /^(external\/(?!onednn\/)|tensorflow\/(compiler|lite|python)\/|xla\/(?!tsl\/)[^/]+\/)/;

/** Whether a file of a wheel is needed to build or to run. */
export function isNeeded(path: string): boolean {
  if (/^tensorflow\/libtensorflow_(cc|framework)\.so\.2$/.test(path)) return true;
  if (/^nvidia\/[^/]+\/(lib|bin|nvvm)\//.test(path)) return !path.endsWith(".py");
  const [, header] = /^tensorflow\/include\/(.*)$/.exec(path) ?? [];
  return header !== undefined && !unneededHeaders.test(header);
}

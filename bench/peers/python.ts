/** The Python that runs the peers: of a virtual environment in the user's cache, made on first use, or FACEC_PEERS_PYTHON. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../../src/runtime/cache.js";

/** The version the figures are held against. "+cpu": the plain wheel brings gigabytes of CUDA libraries. */
const torch = "2.13.0";
const packages = [`torch==${torch}+cpu`, "numpy", "pillow"];

let found: string | null = null;

export function python(): string {
  found ??= process.env.FACEC_PEERS_PYTHON ?? madeHere();
  return found;
}

function madeHere(): string {
  const folder = join(cacheFolder(), `peers-torch-${torch}`);
  const interpreter = join(folder, "bin", "python");
  if (existsSync(join(folder, "whole"))) return interpreter;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  console.error(`making a virtual environment with ${packages.join(", ")} in ${folder}`);
  must("python3", ["-m", "venv", folder]);
  const install = ["-m", "pip", "install", "--quiet", ...packages];
  must(
    interpreter,
    install,
    "PyTorch's wheels for the CPU are in an index of their own: name it in PIP_EXTRA_INDEX_URL, or an interpreter that has PyTorch in FACEC_PEERS_PYTHON.",
  );
  writeFileSync(join(folder, "whole"), ""); // there only once everything is installed
  return interpreter;
}

function must(command: string, args: readonly string[], mend = "Python 3 with venv and pip is needed."): void {
  const { status } = spawnSync(command, args, { stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} failed. ${mend}`);
}

/** The compiler's only door to files. Paths are text with forward slashes; nothing else of the compiler knows what a disk is. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface Host {
  /** The text of a file; null where there is none. */
  read(path: string): string | null;
  /** The path that `use "to"` in the file `from` means. */
  resolve(from: string, to: string): string;
  /** The text of a module of the standard library by its name, `std.losses`; null where there is none. */
  standard(name: string): string | null;
}

/** The modules of the standard library, in the order in which they build on each other. */
export const standardModules = ["std.weightings", "std.losses", "std.schedules", "std.backbones"] as const;

function resolvePath(from: string, to: string): string {
  const target = to.replaceAll("\\", "/");
  return path.posix.isAbsolute(target) ? path.posix.normalize(target) : path.posix.join(path.posix.dirname(from), target);
}

function isStandard(name: string): boolean {
  return /^std\.[a-z][a-z_]*$/.test(name);
}

/** `specs/std`, looked for upwards from this file: the sources and the bundle lie at different depths. */
function findStandardFolder(): string | null {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  for (let up = 0; up < 5; up++) {
    const candidate = path.join(folder, "specs", "std");
    if (existsSync(candidate)) return candidate;
    folder = path.dirname(folder);
  }
  return null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return null;
  }
}

/** Files on disk; the standard library from `standardFolder`, by default the one that comes with facec. */
export function nodeHost(standardFolder: string | null = findStandardFolder()): Host {
  return {
    read: readText,
    resolve: resolvePath,
    standard: (name) =>
      standardFolder === null || !isStandard(name) ? null : readText(path.join(standardFolder, `${name.slice("std.".length)}.face`)),
  };
}

/** Files in memory, by path; `std.losses` and the like by their names, and otherwise from `standard`. */
export function memoryHost(files: Readonly<Record<string, string>>, standard: Host | null = nodeHost()): Host {
  return {
    read: (file) => files[file] ?? null,
    resolve: resolvePath,
    standard: (name) => files[name] ?? standard?.standard(name) ?? null,
  };
}

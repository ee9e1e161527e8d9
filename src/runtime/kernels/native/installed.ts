/** Finds an installed native library, without loading anything of it. `facec backends install` puts it there. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { buildFolder, type LibraryKind, tensorflowVersion, unpackedFolder } from "./library.js";

export interface Installed {
  readonly ok: true;
  readonly kind: LibraryKind;
  /** Absolute path of the addon; its libraries are found from where it lies. */
  readonly binding: string;
  readonly tensorflow: string;
  readonly folder: string;
}

export interface Missing {
  readonly ok: false;
  readonly why: string;
  readonly mend: string;
}

/** What is said of a build when it is whole; written last. */
export interface Manifest {
  readonly tensorflow: string;
  /** What computes, as TensorFlow names it: its devices when the build was tried out. */
  readonly devices: readonly string[];
}

export const bindingName = "tfjs_binding.node";
/** Beside it; loaded before it, so that the library loads without a word. */
export const quietName = "quiet.node";
/** Beside it; decodes JPEG in any thread. */
export const picturesName = "pictures.node";

/** The library of this kind that was built from these very sources for this processor. */
export function installed(kind: LibraryKind): Installed | Missing {
  const folder = buildFolder(kind);
  const manifest = readManifest(folder);
  const binding = join(folder, bindingName);
  if (manifest === null || !existsSync(binding) || !isUnpacked(kind)) return missing(kind);
  return { ok: true, kind, binding, tensorflow: manifest.tensorflow, folder };
}

/**
 * Path of the addon that decodes JPEG in any thread of a process on this backend, which has loaded TensorFlow's library
 * anyway; null: the backend is another, or the build has none.
 */
export function jpegAddonOf(backend: string): string | null {
  const kind = backend === "node" ? "cpu" : backend === "gpu" ? "cuda" : null;
  if (kind === null) return null;
  const path = join(buildFolder(kind), picturesName);
  return existsSync(path) ? path : null;
}

/** Whether TensorFlow's libraries lie there; they are put there whole. */
export function isUnpacked(kind: LibraryKind): boolean {
  return existsSync(join(unpackedFolder(kind), "tensorflow", "libtensorflow_cc.so.2"));
}

export function readManifest(folder: string): Manifest | null {
  try {
    const read: unknown = JSON.parse(readFileSync(join(folder, "manifest.json"), "utf8"));
    return isManifest(read) ? read : null;
  } catch {
    return null;
  }
}

function isManifest(read: unknown): read is Manifest {
  if (typeof read !== "object" || read === null || !("tensorflow" in read && "devices" in read)) return false;
  return read.tensorflow === tensorflowVersion && Array.isArray(read.devices);
}

function missing(kind: LibraryKind): Missing {
  const mend = `facec backends install${kind === "cuda" ? " --cuda" : ""}`;
  if (!isUnpacked(kind)) {
    return { ok: false, why: `TensorFlow's native library${kind === "cuda" ? " for CUDA" : ""} is not installed`, mend };
  }
  return {
    ok: false,
    why: "the native library was built for another version of facec or another processor",
    mend: `${mend} (seconds: TensorFlow is unpacked already)`,
  };
}

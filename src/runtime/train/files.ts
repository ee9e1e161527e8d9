/** Files that are there whole or not at all, whatever ends the process. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";

/** Writes beside the file, flushes to disk, then renames over it. Where that fails, the file is as it was: `cannot-write`. */
export function writeWhole(path: string, content: Uint8Array | string): void {
  const temporary = `${path}.${process.pid}.part`;
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true });
    try {
      writeLasting(temporary, content);
      renameSync(temporary, path);
    } catch (error) {
      // Half a file would only take room from a disk that is full.
      rmSync(temporary, { force: true });
      throw error;
    }
    syncFolder(dirname(path));
  });
}

function writeLasting(path: string, content: Uint8Array | string): void {
  const file = openSync(path, "w");
  try {
    writeFileSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** What the system says of a place that it cannot write to. */
const refusals: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full",
  EDQUOT: "this user's share of the disk is full",
  EFBIG: "the file would be larger than the file system allows",
  EIO: "the disk reports an error",
  EROFS: "the disk is read-only",
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  ENOTDIR: "a part of the path is a file, not a folder",
  EEXIST: "a file stands where a folder is wanted",
  EISDIR: "a folder stands where a file is wanted",
  ENAMETOOLONG: "the path is too long",
};

/** Does what writes at `path`; a refusal of the system becomes the error `cannot-write`, anything else passes. */
export function writing<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const why = error instanceof Error && "code" in error ? refusals[String(error.code)] : undefined;
    if (why === undefined) throw error;
    return fail("cannot-write", { path }, { why });
  }
}

/** Removes what a killed process left half-written in the folder. */
export function removeTorn(folder: string): void {
  for (const name of readdirSync(folder)) if (/\.\d+\.part$/.test(name)) rmSync(join(folder, name), { force: true });
}

/** A rename lasts only when its folder has reached the disk; Windows has no such call and needs none. */
export function syncFolder(path: string): void {
  if (process.platform === "win32") return;
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** Pretty JSON with a line break at the end. */
export function writeJson(path: string, value: unknown): void {
  writeWhole(path, `${JSON.stringify(value, null, 2)}\n`);
}

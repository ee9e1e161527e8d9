/** Hands a graph to the library, which reads it from a folder; the folder is gone right after. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fail } from "../../../diagnostics/diagnostic.js";
import { cacheFolder } from "../../cache.js";

/** Each call has a folder of its own: the library would take a path that it knows for the graph that it knows. */
export function loadedFrom<T>(file: Uint8Array, load: (folder: string) => T): T {
  const folder = writtenTo(file);
  try {
    return load(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Memory first: nothing of the graph has to reach a disk. */
function writtenTo(file: Uint8Array): string {
  let why = "";
  for (const parent of ["/dev/shm", tmpdir(), cacheFolder(), process.cwd()]) {
    let folder: string | null = null;
    try {
      folder = mkdtempSync(join(parent, "facec-graph-"));
      writeFileSync(join(folder, "saved_model.pb"), file);
      return folder;
    } catch (error) {
      why = error instanceof Error ? error.message : String(error);
      if (folder !== null) rmSync(folder, { recursive: true, force: true });
    }
  }
  return fail("cannot-write", { path: tmpdir() }, { why });
}

/** Takes files out of a wheel, which is a zip file. */
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import yauzl from "yauzl";
import type { Progress } from "./steps.js";

/**
 * Writes the files for which `isNeeded` into `folder`, under their own paths; returns the bytes written. Paths that lead
 * out of the folder are refused by yauzl.
 */
export async function unpack(wheel: string, folder: string, isNeeded: (path: string) => boolean, progress: Progress): Promise<number> {
  const zip = await yauzl.openPromise(wheel, { lazyEntries: true, autoClose: false });
  let bytes = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      if (entry.fileName.endsWith("/") || !isNeeded(entry.fileName)) continue;
      const path = join(folder, entry.fileName);
      mkdirSync(dirname(path), { recursive: true });
      const content = await zip.openReadStreamPromise(entry);
      content.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        progress(bytes);
      });
      await pipeline(content, createWriteStream(path, { mode: isExecutable(entry.externalFileAttributes) ? 0o755 : 0o644 }));
    }
  } finally {
    zip.close();
  }
  return bytes;
}

/** The upper half holds the mode of the file where it was packed. */
function isExecutable(attributes: number): boolean {
  return ((attributes >>> 16) & 0o100) !== 0;
}

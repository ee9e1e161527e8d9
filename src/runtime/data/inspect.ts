/** Reads image files through once: content hash and size, or why they are no images. Run by workers or on the main thread. */
import { hash } from "node:crypto";
import { readFileSync } from "node:fs";
import { decodeImage } from "./decode.js";
import { fileOf, whyNotOpened } from "./folder.js";
import { Unreadable } from "./raster.js";

/** What is known of a file by its content. */
export interface Inspection {
  /** sha256 of its bytes, hexadecimal; empty where the file cannot be opened. */
  readonly hash: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Why it is no image. */
  readonly fault: string | null;
}

/** Images decoded at once; sharp decodes in libuv's threads. */
const AT_ONCE = 4;

export async function inspectFiles(root: string, files: readonly string[]): Promise<Inspection[]> {
  const found = new Array<Inspection>(files.length);
  let next = 0;
  const walk = async () => {
    while (next < files.length) {
      const at = next++;
      found[at] = await inspectFile(fileOf(root, files[at] ?? ""));
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, walk));
  return found;
}

async function inspectFile(path: string): Promise<Inspection> {
  let digest = "";
  try {
    const bytes = readBytes(path);
    digest = contentHash(bytes).toString("hex");
    const { height, width, channels } = await decodeImage(bytes);
    return { hash: digest, height, width, channels, fault: null };
  } catch (found) {
    if (!(found instanceof Unreadable)) throw found;
    return { hash: digest, height: 0, width: 0, channels: 0, fault: found.message };
  }
}

/** sha256 of the bytes of a file. */
export function contentHash(bytes: Uint8Array): Buffer {
  return hash("sha256", bytes, "buffer");
}

/** The bytes of a file, read at once: a small file takes longer to be waited for than to be read. `Unreadable` where it cannot be opened. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (found) {
    throw new Unreadable(`it cannot be opened (${whyNotOpened(path, found)})`);
  }
}

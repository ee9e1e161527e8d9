/**
 * What the native library is made of, and the key of a build: TensorFlow's wheel, the binding of tfjs-node, and the
 * operations of our own in `native/`, compiled for the processor that the build runs on.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync } from "node:fs";
import { arch } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../../cache.js";

export type LibraryKind = "cpu" | "cuda";

export const tensorflowVersion = "2.21.0";
export const bindingVersion = "4.22.0";
/** Raised when the recipe changes (flags of src/cli/install/compile.ts, layout), so that what an older one built is built again. */
const RECIPE = 3;

/** Where everything of one kind lies: what comes out of wheels, unpacked once, and a folder for each build. */
export function libraryFolder(kind: LibraryKind): string {
  return join(cacheFolder(), "native", kind);
}

/** What came out of the wheels: `tensorflow/`, and for CUDA `nvidia/` beside it. */
export function unpackedFolder(kind: LibraryKind): string {
  return join(libraryFolder(kind), "library");
}

/** Folder of the build for these sources and this processor. */
export function buildFolder(kind: LibraryKind): string {
  return join(libraryFolder(kind), `build-${buildKey()}`);
}

/** Our own C++ sources and headers, by absolute path, in a fixed order; none where the folder `native/` is missing. */
export function ownSources(): readonly string[] {
  const folder = sourceFolder();
  if (folder === null) return [];
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => /\.(cc|h)$/.test(name));
  return names.sort().map((name) => join(folder, name));
}

/** `native/` of the installed package, looked for upwards: sources and bundle lie at different depths. */
function sourceFolder(): string | null {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  const native = join(folder, "native");
  return existsSync(native) ? native : null;
}

function buildKey(): string {
  const hash = createHash("sha256").update(JSON.stringify([RECIPE, tensorflowVersion, bindingVersion, arch(), processorFeatures()]));
  for (const path of ownSources()) hash.update(`\n${path.slice(path.lastIndexOf("/native/"))}\n`).update(readFileSync(path));
  return hash.digest("hex").slice(0, 16);
}

/**
 * What instructions the processor has. Our own operations are compiled for exactly these, and a cache in a home folder that
 * several machines share is not rare. The first processor's entry says it; reading all would take long on a large machine.
 */
export function processorFeatures(): string {
  try {
    const file = openSync("/proc/cpuinfo", "r");
    try {
      const text = Buffer.alloc(8192);
      const read = readSync(file, text);
      return /^(?:flags|Features)\s*:\s*(.*)$/m.exec(text.toString("latin1", 0, read))?.[1] ?? "";
    } finally {
      closeSync(file);
    }
  } catch {
    return "";
  }
}

/** Where the npm package `webgpu` (Dawn, as a library for Node) lies, and loading it. It is an optional peer: nobody has to have it. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { WebgpuPackage } from "./api.js";

export interface FoundPackage {
  readonly url: string;
  readonly version: string;
}

/** Looked for beside facec, then in the folder where the command was called. Null: not installed. Loads nothing. */
export function findPackage(): FoundPackage | null {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    const path = resolved(from);
    if (path !== null) return { url: pathToFileURL(path).href, version: versionOf(path) };
  }
  return null;
}

function resolved(from: string): string | null {
  try {
    return createRequire(from).resolve("webgpu");
  } catch {
    return null;
  }
}

function versionOf(entry: string): string {
  const description = join(dirname(entry), "package.json");
  if (!existsSync(description)) return "of unknown version";
  const read: unknown = JSON.parse(readFileSync(description, "utf8"));
  const known = typeof read === "object" && read !== null && "version" in read && typeof read.version === "string";
  return known ? `${read.version}` : "of unknown version";
}

export async function loadPackage(found: FoundPackage): Promise<WebgpuPackage> {
  const loaded: WebgpuPackage = await import(found.url);
  return loaded;
}

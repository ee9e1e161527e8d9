/** Where this installation lies, and which it is. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The package's folder: the first one upwards that has its package.json (the bundle and the sources lie at different depths). */
export const home = findHome();

export const version = readVersion();

function findHome(): string {
  let folder = path.dirname(fileURLToPath(import.meta.url));
  while (!existsSync(path.join(folder, "package.json")) && path.dirname(folder) !== folder) folder = path.dirname(folder);
  return folder;
}

function readVersion(): string {
  const about: unknown = JSON.parse(readFileSync(path.join(home, "package.json"), "utf8"));
  return typeof about === "object" && about !== null && "version" in about && typeof about.version === "string" ? about.version : "0";
}

/** The runtime that generated programs import as `facec/runtime`. */
export const runtimeFile = path.join(home, "dist", "runtime.js");

/** Tells builds of facec apart: what an older one emitted is never taken for this one's. */
export function buildHash(): string {
  const file = path.join(home, "dist", "build.json");
  const text = existsSync(file) ? readFileSync(file, "utf8") : "";
  return createHash("sha256").update(version).update(text).digest("hex");
}

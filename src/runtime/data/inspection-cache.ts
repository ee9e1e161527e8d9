/**
 * What is known of the files of a data folder, kept from call to call in the user's cache folder, so that a finished
 * table answers without reading images. A file is known by path, size and times; anything odd about the cache only
 * means that files are read again.
 */
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../cache.js";
import { fileOf } from "./folder.js";
import type { Inspection } from "./inspect.js";

/** Raised when what is kept, or what counts as readable, changes. */
const VERSION = 2;
/** A file this young may change again within the resolution of its time; it is not kept. Milliseconds. */
const SETTLED = 1000;

/** size, mtime and ctime in milliseconds: what tells that a file is the one that was read. */
type Stamp = readonly [size: number, modified: number, changed: number];
type Known = readonly [...Stamp, hash: string, height: number, width: number, channels: number, fault: string | null];

export interface FileCache {
  /** Known files by path; the others are to be inspected. */
  readonly known: Map<string, Inspection>;
  readonly unknown: readonly string[];
  /** Keeps what was inspected, beside what was known. Failing to write is no error. */
  keep(inspected: ReadonlyMap<string, Inspection>): void;
}

export function openFileCache(root: string, files: readonly string[]): FileCache {
  const path = join(cacheFolder(), "data", `${createHash("sha256").update(root).digest("hex").slice(0, 32)}.json`);
  const before = load(path);
  const now = Date.now();
  const stamps = new Map<string, Stamp | null>();
  const known = new Map<string, Inspection>();
  const unknown: string[] = [];
  for (const file of files) {
    const stamp = stampOf(fileOf(root, file));
    stamps.set(file, stamp);
    const entry = before.get(file);
    if (stamp !== null && entry !== undefined && stamp.every((value, i) => value === entry[i])) {
      known.set(file, { hash: entry[3], height: entry[4], width: entry[5], channels: entry[6], fault: entry[7] });
    } else unknown.push(file);
  }
  const keep = (inspected: ReadonlyMap<string, Inspection>) => {
    const entries: [string, Known][] = [];
    for (const [file, stamp] of stamps) {
      const found = known.get(file) ?? inspected.get(file);
      if (stamp === null || found === undefined || Math.max(stamp[1], stamp[2]) > now - SETTLED) continue;
      entries.push([file, [...stamp, found.hash, found.height, found.width, found.channels, found.fault]]);
    }
    save(path, JSON.stringify({ version: VERSION, root, files: Object.fromEntries(entries) }));
  };
  return { known, unknown, keep };
}

function stampOf(path: string): Stamp | null {
  const found = statSync(path, { throwIfNoEntry: false });
  return found === undefined ? null : [found.size, found.mtimeMs, found.ctimeMs];
}

function load(path: string): Map<string, Known> {
  const known = new Map<string, Known>();
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (typeof read !== "object" || read === null || !("version" in read && read.version === VERSION && "files" in read)) return known;
    for (const [file, entry] of Object.entries(read.files ?? {})) if (isKnown(entry)) known.set(file, entry);
  } catch {
    // No cache yet, or a broken one: it is written anew.
  }
  return known;
}

function isKnown(entry: unknown): entry is Known {
  if (!Array.isArray(entry) || entry.length !== 8) return false;
  const numbers = [0, 1, 2, 4, 5, 6].every((i) => typeof entry[i] === "number");
  return numbers && typeof entry[3] === "string" && (entry[7] === null || typeof entry[7] === "string");
}

/** Written beside and renamed, so that no reader sees half of it. */
function save(path: string, text: string): void {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString("hex")}`;
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(beside, text);
    renameSync(beside, path);
  } catch {
    // A full disk or a folder that may not be written: the files are read again next time.
    if (existsSync(beside)) rmSync(beside, { force: true });
  }
}

/** Folders of identities: where they are looked up, and which files in them are images. Nothing is opened here. */
import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { nearest } from "../../diagnostics/suggest.js";
import type { Line } from "../step/step.js";
import { IMAGE_NAME, OTHER_IMAGE_NAME } from "./decode.js";
import { naturalSort } from "./natural.js";

export interface Places {
  readonly beside: string;
  readonly data: string | null;
}

/** A path as messages show it: from the current folder where it lies inside, absolute otherwise. */
export function shownPath(path: string): string {
  const from = relative(process.cwd(), path);
  return from === "" ? "." : from.startsWith("..") || isAbsolute(from) ? path : from;
}

/** The data folder, absolute: beside the spec, in --data, in FACEC_DATA; the first that is there. */
export function findFolder(path: string, places: Places, at: Line): string {
  const parents = [places.beside, places.data, process.env.FACEC_DATA ?? null];
  const candidates = [
    ...new Set(parents.filter((parent) => parent !== null && parent !== "").map((parent) => resolve(parent ?? "", path))),
  ];
  for (const candidate of candidates) if (kindOf(candidate) === "folder") return candidate;
  const looked = candidates.map((candidate) => shownPath(candidate) + (kindOf(candidate) === "file" ? " (a file, not a folder)" : ""));
  fail("data-folder-missing", at, { path, looked, nearest: nearestFolder(path, candidates) });
}

function kindOf(path: string): "folder" | "file" | null {
  try {
    return statSync(path).isDirectory() ? "folder" : "file";
  } catch {
    return null; // not there, behind a folder that may not be entered, or a link to itself
  }
}

/** The folder beside a missing one whose name is nearest to it, as the spec would name it. */
function nearestFolder(path: string, candidates: readonly string[]): string | null {
  for (const candidate of candidates) {
    const parent = dirname(candidate);
    if (kindOf(parent) !== "folder") continue;
    const names = visible(parent).filter((entry) => isFolder(parent, entry));
    const name = nearest(basename(candidate), naturalSort(names.map((entry) => entry.name)));
    if (name !== null) return isAbsolute(path) ? join(parent, name) : join(dirname(path), name);
  }
  return null;
}

export interface Identity {
  readonly name: string;
  /** From the data folder, with forward slashes, in natural order. */
  readonly files: readonly string[];
}

export interface Listing {
  readonly identities: readonly Identity[];
  /** Images that lie in no identity's folder. */
  readonly loose: number;
  /** Image files of formats that are not read. */
  readonly other: readonly string[];
  /** Folders without images. */
  readonly empty: readonly string[];
}

/**
 * Every folder directly below `root` is an identity, its images lie at any depth. Links are followed, but not to a folder
 * that they lie in. Throws FaceError where a folder cannot be read.
 */
export function listFolder(root: string, at: Line): Listing {
  const walk = new Walk(root, at);
  const folders: string[] = [];
  let loose = 0;
  for (const entry of walk.entries("")) {
    if (isFolder(root, entry)) folders.push(entry.name);
    else if (isFile(entry) && IMAGE_NAME.test(entry.name)) loose++;
  }
  const identities: Identity[] = [];
  const empty: string[] = [];
  for (const name of naturalSort(folders)) {
    const files: string[] = [];
    walk.collect(name, files);
    if (files.length === 0) empty.push(name);
    else identities.push({ name, files: naturalSort(files) });
  }
  return { identities, loose, other: naturalSort(walk.other), empty };
}

function visible(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => !entry.name.startsWith("."));
}

function isFolder(parent: string, entry: Dirent): boolean {
  return entry.isDirectory() || (entry.isSymbolicLink() && kindOf(join(parent, entry.name)) === "folder");
}

/** Whatever else has an image's name, such as a pipe, might never end when it is read. */
function isFile(entry: Dirent): boolean {
  return entry.isFile() || entry.isSymbolicLink();
}

/** One walk through a data folder; paths are from its root, with forward slashes. */
class Walk {
  readonly other: string[] = [];
  /** Where the folders that the walk is in really lie, from the root down. */
  private readonly within: string[];

  constructor(
    private readonly root: string,
    private readonly at: Line,
  ) {
    this.within = [realpathSync(root)];
  }

  entries(path: string): Dirent[] {
    try {
      return visible(fileOf(this.root, path));
    } catch (found) {
      return fail("data-folder-unreadable", this.at, { folder: shownPath(fileOf(this.root, path)), why: whyNotOpened(path, found) });
    }
  }

  collect(path: string, files: string[]): void {
    const folder = fileOf(this.root, path);
    const entries = this.entries(path);
    const real = realpathSync(folder);
    if (this.within.some((above) => (above + sep).startsWith(real + sep))) return;
    this.within.push(real);
    for (const entry of entries) {
      const inside = `${path}/${entry.name}`;
      if (isFolder(folder, entry)) this.collect(inside, files);
      else if (!isFile(entry)) continue;
      else if (IMAGE_NAME.test(entry.name)) files.push(inside);
      else if (OTHER_IMAGE_NAME.test(entry.name)) this.other.push(inside);
    }
    this.within.pop();
  }
}

/** Why the system did not open what `path` names, in words that follow "it cannot be opened". */
export function whyNotOpened(path: string, found: unknown): string {
  const code = found instanceof Error && "code" in found ? String(found.code) : String(found);
  return code === "ENOENT" && path.includes("\ufffd") ? "its name is not UTF-8" : code;
}

/** A file of the listing, absolute. */
export function fileOf(root: string, path: string): string {
  return join(root, path.split("/").join(sep));
}

/** A data folder seen as a whole: its files, and what is known of each by its content. */
import { createHash } from "node:crypto";
import type { Line } from "../step/step.js";
import { makeCrew } from "./crew.js";
import { loadSharp } from "./decode.js";
import { type Listing, listFolder } from "./folder.js";
import type { Inspection } from "./inspect.js";
import { type FileCache, openFileCache } from "./inspection-cache.js";
import { defaultWorkers } from "./threads.js";

export interface Survey {
  readonly listing: Listing;
  /** All image files of the identities, in their order. */
  readonly files: ReadonlyMap<string, Inspection>;
  /** sha256 over path and content hash of every image. */
  readonly fingerprint: string;
}

/** Inspecting fewer files than this is not worth starting workers. */
const FEW_FILES = 600;
/** Files that a worker is given at a time. */
const SHARE = 64;
/** A table opens one folder for each of its cells in a row: within this time it counts as unchanged. Milliseconds. */
const FRESH = 3000;

const recent = new Map<string, { readonly survey: Promise<Survey>; until: number }>();

/** Surveys the folder `root` (absolute), reading those files through that were not seen before. */
export function surveyFolder(root: string, at: Line): Promise<Survey> {
  const known = recent.get(root);
  if (known !== undefined && Date.now() < known.until) return known.survey;
  const entry = { survey: survey(root, at), until: Number.POSITIVE_INFINITY };
  recent.set(root, entry);
  entry.survey.then(
    () => {
      entry.until = Date.now() + FRESH;
    },
    () => recent.delete(root),
  );
  return entry.survey;
}

/** Makes the next survey look at the files again at once. */
export function forgetSurveys(): void {
  recent.clear();
}

async function survey(root: string, at: Line): Promise<Survey> {
  const listing = listFolder(root, at);
  const names = listing.identities.flatMap((identity) => identity.files);
  const cache = openFileCache(root, names);
  const inspected = cache.unknown.length > 0 ? await inspectUnknown(root, cache, at) : new Map<string, Inspection>();
  const files = new Map<string, Inspection>();
  const hash = createHash("sha256");
  for (const name of names) {
    const found = cache.known.get(name) ?? inspected.get(name);
    if (found === undefined) continue;
    files.set(name, found);
    hash.update(`${JSON.stringify(name)} ${found.hash}\n`);
  }
  return { listing, files, fingerprint: hash.digest("hex") };
}

async function inspectUnknown(root: string, { unknown, keep }: FileCache, at: Line): Promise<Map<string, Inspection>> {
  const workers = unknown.length < FEW_FILES ? 0 : defaultWorkers();
  if (workers > 0) await loadSharp();
  const crew = makeCrew(workers, at);
  const inspected = new Map<string, Inspection>();
  try {
    const inspectFrom = async (first: number) => {
      const files = unknown.slice(first, first + SHARE);
      const results = await crew.inspect(root, files);
      for (const [i, file] of files.entries()) {
        const result = results[i];
        if (result !== undefined) inspected.set(file, result);
      }
    };
    const starts = Array.from({ length: Math.ceil(unknown.length / SHARE) }, (_, i) => i * SHARE);
    // The main thread has no use for many shares at once; workers have them queued.
    if (crew.size > 0) await Promise.all(starts.map(inspectFrom));
    else for (const first of starts) await inspectFrom(first);
  } finally {
    await crew.close();
  }
  keep(inspected);
  return inspected;
}

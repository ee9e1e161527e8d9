/**
 * The store: one folder a run, named by its key. A run is made in `KEY.part` by whoever holds the claim on it, and
 * renamed to `KEY` when it is finished, so a folder of that name is always whole.
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { askFor, type Claim } from "../train/claim.js";
import { syncFolder, writing } from "../train/files.js";

/** Enough of the key that two runs never meet. */
const PREFIX = 20;

export interface RunClaim extends Claim {
  /** Where the run is made. */
  readonly folder: string;
  /** Makes the run visible under its key. */
  publish(): string;
}

export type Taken =
  | { readonly kind: "published"; readonly folder: string }
  | { readonly kind: "busy"; readonly owner: string }
  | { readonly kind: "claimed"; readonly claim: RunClaim };

/** Where a finished run of this key stands. */
export function publishedFolder(store: string, key: string): string {
  return join(store, key.slice(0, PREFIX));
}

/** Where an unfinished one is made. */
export function workFolder(store: string, key: string): string {
  return `${publishedFolder(store, key)}.part`;
}

/** Whether a whole run stands under this key. */
export function isPublished(store: string, key: string): boolean {
  return existsSync(join(publishedFolder(store, key), "run.json"));
}

/** The run under its key, the right to make it, or who has that right. */
export function take(store: string, key: string): Taken {
  const folder = workFolder(store, key);
  const published = publishedFolder(store, key);
  if (standsPublished(published)) return { kind: "published", folder: published };
  const asked = asking(folder);
  if (asked.kind === "busy") return asked;
  // Published between the first look and the claim: the folder just made is an empty one.
  if (standsPublished(published)) {
    rmSync(folder, { recursive: true, force: true });
    return { kind: "published", folder: published };
  }
  const publish = () => {
    writing(published, () => renameSync(folder, published));
    syncFolder(join(published, ".."));
    asked.claim.release(published);
    return published;
  };
  return { kind: "claimed", claim: { ...asked.claim, folder, publish } };
}

/** A folder under the key of a run that holds none would be taken for a finished run without figures. */
function standsPublished(folder: string): boolean {
  if (!existsSync(folder)) return false;
  return existsSync(join(folder, "run.json")) || fail("store-broken", { path: folder }, { why: "this folder has no run.json" });
}

function asking(folder: string): ReturnType<typeof askFor> {
  try {
    return askFor(folder);
  } catch (error) {
    // Renamed under our eyes: published, as the next look will find.
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return { kind: "busy", owner: "another process" };
    throw error;
  }
}

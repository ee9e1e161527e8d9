/**
 * The store: one folder a run, named by its key. A run is made in `KEY.part` by whoever holds the claim on it, and
 * renamed to `KEY` when it is finished, so a folder of that name is always whole.
 */
import { randomUUID } from "node:crypto";
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { syncFolder } from "../train/files.js";

/** Enough of the key that two runs never meet. */
const PREFIX = 20;

/** A claim from another machine counts as left behind when it was not renewed for this long. */
const STALE_SECONDS = 600;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process was started, as the system counts it, so that another process of the same number is told apart. */
  readonly began: string;
}

export interface Claim {
  /** Where the run is made. */
  readonly folder: string;
  /** Says that the owner is at work. */
  renew(): void;
  /** Makes the run visible under its key. */
  publish(): string;
  /** Lets go of it, unfinished. */
  release(): void;
}

export type Taken = { readonly kind: "published"; readonly folder: string } | { readonly kind: "busy"; readonly owner: string } | ({ readonly kind: "claimed" } & Claim);

/** Where a finished run of this key stands. */
export function publishedFolder(store: string, key: string): string {
  return join(store, key.slice(0, PREFIX));
}

/** Where an unfinished one is made. */
export function workFolder(store: string, key: string): string {
  return `${publishedFolder(store, key)}.part`;
}

export function isPublished(store: string, key: string): boolean {
  return existsSync(join(publishedFolder(store, key), "run.json"));
}

/**
 * Claims are numbered files, made by an exclusive link to a file that is already whole; the highest number holds. A dead
 * owner's claim is never removed by another process but outnumbered, and only one process can make the next number.
 */
export function take(store: string, key: string): Taken {
  const folder = workFolder(store, key);
  const published = publishedFolder(store, key);
  if (existsSync(published)) return { kind: "published", folder: published };
  mkdirSync(folder, { recursive: true });
  const numbers = claims(folder);
  const highest = numbers.at(-1) ?? 0;
  const owner = highest === 0 ? null : ownerOf(folder, highest);
  if (owner !== null && alive(owner, claimPath(folder, highest))) return { kind: "busy", owner: `process ${owner.pid} on ${owner.host}` };
  if (!makeClaim(folder, highest + 1)) return { kind: "busy", owner: "another process" };
  // Published between the first look and the claim: the folder just made is an empty one.
  if (existsSync(published)) {
    rmSync(folder, { recursive: true, force: true });
    return { kind: "published", folder: published };
  }
  return { kind: "claimed", ...holding(folder, published, highest + 1) };
}

function holding(folder: string, published: string, number: number): Claim {
  const drop = (where: string) => {
    for (const old of claims(where)) rmSync(claimPath(where, old), { force: true });
  };
  return {
    folder,
    renew() {
      const now = new Date();
      utimesSync(claimPath(folder, number), now, now);
    },
    publish() {
      renameSync(folder, published);
      syncFolder(join(published, ".."));
      drop(published);
      return published;
    },
    release: () => drop(folder),
  };
}

function makeClaim(folder: string, number: number): boolean {
  const draft = join(folder, `claim-${randomUUID()}`);
  const owner: Owner = { pid: process.pid, host: hostname(), began: beganOf(process.pid) };
  writeFileSync(draft, JSON.stringify({ ...owner, time: new Date().toISOString() }));
  try {
    linkSync(draft, claimPath(folder, number));
    return true;
  } catch (error) {
    if (isExists(error)) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function claims(folder: string): number[] {
  return readdirSync(folder)
    .flatMap((name) => {
      const number = /^claim\.(\d+)$/.exec(name)?.[1];
      return number === undefined ? [] : [Number(number)];
    })
    .sort((a, b) => a - b);
}

function claimPath(folder: string, number: number): string {
  return join(folder, `claim.${number}`);
}

function ownerOf(folder: string, number: number): Owner | null {
  try {
    return JSON.parse(readFileSync(claimPath(folder, number), "utf8"));
  } catch {
    return null; // released between the listing and the reading
  }
}

function alive(owner: Owner, claim: string): boolean {
  if (owner.host !== hostname()) return Date.now() - statSync(claim).mtimeMs < 1000 * STALE_SECONDS;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!(error instanceof Error && "code" in error && error.code === "EPERM")) return false;
  }
  return beganOf(owner.pid) === owner.began;
}

/** Field 22 of /proc/PID/stat; empty where a system has no such file. */
function beganOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch {
    return "";
  }
}

function isExists(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EEXIST";
}

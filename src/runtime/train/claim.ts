/**
 * Claims: which process may write into a folder. A claim is a numbered file, made by an exclusive link to a file that is
 * already whole; the one whose owner lives holds. A dead owner's claim is never removed by another process but
 * outnumbered, and only one process can make the next number.
 */
import { randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { writing } from "./files.js";

/** A claim from another machine counts as left behind when it was not renewed for this long. */
const STALE_SECONDS = 600;

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process was started, as the system counts it, so that another process of the same number is told apart. */
  readonly began: string;
}

export interface Claim {
  /** Says that the owner is at work. */
  renew(): void;
  /** Lets go; `folder` where it was renamed meanwhile. */
  release(folder?: string): void;
}

export type Asked = { readonly kind: "busy"; readonly owner: string } | { readonly kind: "claimed"; readonly claim: Claim };

/** Claims the folder, which is made where it is not there, or says who has it. */
export function askFor(folder: string): Asked {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  const before = claims(folder);
  const holder = before.map((number) => holderOf(folder, number)).find((found) => found !== null);
  if (holder !== undefined) return busy(holder);
  const mine = (before.at(-1) ?? 0) + 1;
  if (!writing(folder, () => makeClaim(folder, mine))) return busy(null);
  // While this process looked, the claims it saw may have gone and another process have begun to count anew.
  const other = claims(folder)
    .filter((number) => number !== mine)
    .map((number) => holderOf(folder, number))
    .find((found) => found !== null);
  if (other === undefined) return { kind: "claimed", claim: holding(folder, mine) };
  rmSync(claimPath(folder, mine), { force: true });
  return busy(other);
}

function busy(owner: Owner | null): Asked {
  return { kind: "busy", owner: owner === null ? "another process" : `process ${owner.pid} on ${owner.host}` };
}

/** The process of a claim, if it lives. */
function holderOf(folder: string, number: number): Owner | null {
  const owner = ownerOf(folder, number);
  return owner !== null && alive(owner, claimPath(folder, number)) ? owner : null;
}

/** Milliseconds between two looks at a folder that another process has. */
const WAIT = 500;

/** Waits for the folder; `onWait` is told once who has it. Null: stopped while waiting. */
export async function waitFor(folder: string, onWait: (owner: string) => void, stopped: () => boolean): Promise<Claim | null> {
  let told = false;
  while (!stopped()) {
    const asked = askFor(folder);
    if (asked.kind === "claimed") return asked.claim;
    if (!told) onWait(asked.owner);
    told = true;
    await sleep(WAIT);
  }
  return null;
}

function holding(folder: string, number: number): Claim {
  return {
    renew() {
      const now = new Date();
      utimesSync(claimPath(folder, number), now, now);
    },
    release(where = folder) {
      // The one that holds goes last.
      for (const old of claims(where)) rmSync(claimPath(where, old), { force: true });
    },
  };
}

function makeClaim(folder: string, number: number): boolean {
  const draft = join(folder, `claim-${randomUUID()}`);
  const owner: Owner = { pid: process.pid, host: hostname(), began: processOf(process.pid).began };
  writeFileSync(draft, JSON.stringify({ ...owner, time: new Date().toISOString() }));
  try {
    linkSync(draft, claimPath(folder, number));
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    if (!hasCode(error, "EPERM", "ENOTSUP", "ENOSYS")) throw error;
    return createOnly(claimPath(folder, number), readFileSync(draft));
  } finally {
    rmSync(draft, { force: true });
  }
}

/** For file systems without links: exclusive too, but a crash between creating and writing leaves an empty claim, which counts as dead. */
function createOnly(path: string, content: Uint8Array): boolean {
  try {
    writeFileSync(path, content, { flag: "wx" });
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
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
  if (owner.host !== hostname()) {
    const renewed = statSync(claim, { throwIfNoEntry: false })?.mtimeMs ?? 0; // gone: released since it was read
    return Date.now() - renewed < 1000 * STALE_SECONDS;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    if (!hasCode(error, "EPERM")) return false;
  }
  const { began, ended } = processOf(owner.pid);
  return !ended && began === owner.began;
}

/**
 * Fields 3 (state) and 22 (time of start) of /proc/PID/stat; nothing where a system has no such file. A process that
 * was killed and not yet waited for still has its number: state Z.
 */
function processOf(pid: number): { readonly began: string; readonly ended: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { began: fields[19] ?? "", ended: fields[0] === "Z" || fields[0] === "X" };
  } catch {
    return { began: "", ended: false };
  }
}

function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.some((code) => code === error.code);
}

/**
 * An installation works in a folder of its own beside the place that it fills, and moves what is whole there by one rename.
 * Killed at any moment, it leaves at most that folder, which the next attempt takes away.
 */
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { exits } from "../output.js";
import { endTools } from "./tool.js";

export interface Attempt {
  readonly folder: string;
  /** Moves something whole to where it belongs. Another installation may have been first: then that one stays. */
  place(from: string, to: string): void;
  end(): void;
}

const PREFIX = ".attempt-";
/** An attempt on another machine that shares the folder cannot be asked whether it lives; none takes so long. */
const DAY = 24 * 60 * 60 * 1000;

/** Begins an attempt in `parent`, after clearing away what dead ones left there. */
export function beginAttempt(parent: string): Attempt {
  const began = startOf(process.pid) ?? "0";
  const folder = join(parent, `${PREFIX}${process.pid}-${began}-${Date.now()}-${randomBytes(3).toString("hex")}@${hostname()}`);
  try {
    mkdirSync(parent, { recursive: true });
    clearDead(parent);
    mkdirSync(folder);
  } catch (error) {
    if (isNodeError(error)) return fail("cache-refused", { path: parent }, { why: error.code ?? error.message });
    throw error;
  }
  const end = () => rmSync(folder, { recursive: true, force: true });
  const stop = (signal: NodeJS.Signals) => {
    endTools();
    end();
    process.stderr.write(`\nstopped by ${signal}; nothing half-made is left\n`);
    process.exit(exits.stopped);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, stop);
  return {
    folder,
    place,
    end: () => {
      for (const signal of signals) process.off(signal, stop);
      end();
    },
  };
}

function place(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    const first = isNodeError(error) && (error.code === "ENOTEMPTY" || error.code === "EEXIST");
    if (!first || !existsSync(to)) throw error;
  }
}

function clearDead(parent: string): void {
  for (const name of readdirSync(parent)) {
    const [, pid = "", began, created = "", host] = /^\.attempt-(\d+)-(\d+)-(\d+)-[0-9a-f]+@(.*)$/.exec(name) ?? [];
    if (host === undefined) continue;
    const alive = host === hostname() ? startOf(Number(pid)) === began : Date.now() - Number(created) < DAY;
    if (!alive) rmSync(join(parent, name), { recursive: true, force: true });
  }
}

/** When a process started, in ticks since boot: with its number it names one process. Null where it has ended. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may hold anything; the start is the 20th field after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? null;
  } catch {
    return null;
  }
}

export function isNodeError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}

/** Runs the programs that an installation needs: pip, npm, tar, the compiler. */
import { type ChildProcess, spawn } from "node:child_process";
import { dirname } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";

export interface ToolResult {
  readonly code: number | null;
  /** What ended it where that was no code of its own, such as SIGILL. */
  readonly signal: NodeJS.Signals | null;
  /** Standard output and standard error as they came, the end of it. */
  readonly said: string;
}

/** How much of what a tool says is kept. */
const KEPT = 64 * 1024;

const running = new Set<ChildProcess>();

/** Ends what still runs, when the installation itself is stopped. */
export function endTools(): void {
  for (const child of running) child.kill("SIGKILL");
}

/** Runs a tool to its end; null where there is no such program. */
export function runTool(command: string, args: readonly string[], folder: string, env: NodeJS.ProcessEnv = {}): Promise<ToolResult | null> {
  return new Promise((done, broken) => {
    const child = spawn(command, args, { cwd: folder, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "pipe"] });
    running.add(child);
    let said = "";
    const keep = (text: Buffer) => {
      said = (said + text.toString()).slice(-KEPT);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", (error: NodeJS.ErrnoException) => {
      running.delete(child);
      if (error.code === "ENOENT" || error.code === "EACCES") done(null);
      else broken(error);
    });
    child.on("close", (code, signal) => {
      running.delete(child);
      done({ code, signal, said });
    });
  });
}

/** What a tool said last, for a message: at most so many lines, without empty ones. */
export function lastLines(said: string, count = 12): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return lines.slice(-count).join("\n");
}

/** Whether a tool failed because the disk, or the user's share of it, is full. */
export function isFull(said: string): boolean {
  return /No space left on device|Disk quota exceeded|ENOSPC|EDQUOT/.test(said);
}

/** Fails with what the tool said as it worked in `folder`, and with the one message for a full disk where that is why. */
export function toolFailed(tool: string, doing: string, said: string, hint: string, folder: string): never {
  if (isFull(said)) return fail("disk-full", { path: dirname(folder) }, { needed: null, free: null });
  return fail("tool-failed", null, { tool, doing, said: lastLines(said), hint });
}

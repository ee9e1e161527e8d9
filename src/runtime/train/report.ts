/** How a process says that something is wrong, and which exit code that has. */
import { type Code, FaceError } from "../../diagnostics/diagnostic.js";
import { renderAll } from "../../diagnostics/render.js";

/** Exit codes of the command line: cli.md promises them. */
export const exits = { done: 0, spec: 1, usage: 2, failed: 3, stopped: 130 } as const;

const usage: ReadonlySet<Code> = new Set<Code>([
  "option-unknown",
  "option-value",
  "option-wrong",
  "only-unknown",
  "backend-unavailable",
  "precision-unavailable",
  "probe-value",
]);
const failed: ReadonlySet<Code> = new Set<Code>(["not-finite", "checkpoint-broken", "checkpoint-other", "cannot-write", "store-broken"]);

/** The exit code of an error: wrong use, a run that failed, or a spec or data that is wrong. */
export function exitOf(error: unknown): number {
  if (!(error instanceof FaceError)) return exits.failed;
  if (error.diagnostics.some((found) => usage.has(found.code))) return exits.usage;
  return error.diagnostics.some((found) => failed.has(found.code)) ? exits.failed : exits.spec;
}

/** The error as text for a person; colour only where standard error is a terminal and NO_COLOR is not set. */
export function explain(error: unknown, color = colored()): string {
  if (error instanceof FaceError) return `${renderAll(error.diagnostics, { color })}\n`;
  return `Internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

export function report(error: unknown): void {
  process.stderr.write(explain(error));
}

export function colored(): boolean {
  return process.stderr.isTTY === true && (process.env.NO_COLOR ?? "") === "";
}

/** What an array library says when it cannot compute something, and how people are told. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Line } from "../step/step.js";

/** Thrown by a backend when its library refuses a kernel. */
export class LibraryError extends Error {}

/** Where it failed: the layer or formula and the kernel. */
export interface FailedAt {
  readonly path: string;
  readonly kernel: string;
  readonly at: Line | null;
}

/** The library's message as a diagnostic at the spec line of what failed; null: that is not known. */
export function failedInLibrary(message: string, where: FailedAt | null): never {
  const name = where === null ? "the step" : `${where.path === "" ? "the loss" : where.path} (${where.kernel})`;
  const code = /OOM when allocating|out of memory/i.test(message) ? "out-of-memory" : "library-failed";
  return fail(code, where?.at ?? null, { name, said: plain(message) });
}

/** The library's own sentence, without the names of the nodes it went through. */
function plain(message: string): string {
  return message
    .replace(/^Session fail to run with error: |^Invalid TF_Status: \d+\s+Message: /, "")
    .replace(/\{\{[^}]*\}\}/g, "")
    .replace(/\[\[[^\]]*\]\]/g, "")
    .replace(/\[Op:[^\]]*\]( name:)?/g, "")
    .replace(/ on \/job:\S+ by allocator \S+|Hint: [\s\S]*$/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\.?$/, ".");
}

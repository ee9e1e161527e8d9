/** What the library says of a failing run, as a diagnostic at the spec line of the node that it names. */
import { fail } from "../../../diagnostics/diagnostic.js";
import type { NodeNames } from "./names.js";

export function failingNode(error: unknown, names: NodeNames): never {
  const message = error instanceof Error ? error.message : String(error);
  const origin = names.originIn(message);
  const said = plain(message);
  const name = origin === null ? "the step" : `${origin.path === "" ? "the loss" : origin.path} (${origin.kernel})`;
  if (/OOM when allocating|out of memory/i.test(message)) return fail("out-of-memory", origin?.at ?? null, { name, said });
  return fail("library-failed", origin?.at ?? null, { name, said });
}

/** The library's own sentence, without the names of the nodes it went through. */
function plain(message: string): string {
  return message
    .replace(/^Session fail to run with error: /, "")
    .replace(/\{\{[^}]*\}\}/g, "")
    .replace(/\[\[[^\]]*\]\]/g, "")
    .replace(/ on \/job:\S+ by allocator \S+|Hint: [\s\S]*$/g, "")
    .replace(/\s+/g, " ")
    .trim()
    .replace(/\.?$/, ".");
}

/** What the library says of a failing run of a graph, as a diagnostic at the spec line of the node that it names. */
import { failedInLibrary } from "../library-error.js";
import type { NodeNames } from "./names.js";

export function failingNode(error: unknown, names: NodeNames): never {
  const message = error instanceof Error ? error.message : String(error);
  return failedInLibrary(message, names.originIn(message));
}

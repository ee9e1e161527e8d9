/**
 * What cannot be known of a broken text. A declaration that could not be read makes everything that names it uncertain, and
 * what is uncertain is not judged: one mistake in the text gives one message.
 */
import type { Diagnostic } from "../../diagnostics/diagnostic.js";
import type { Declaration, File } from "./ast.js";
import { walk } from "./walk.js";

/** The names that stand in a declaration, its own among them, and whether something in it could not be read. */
interface Contents {
  readonly declaration: Declaration;
  readonly names: ReadonlySet<string>;
  readonly broken: boolean;
}

function contentsOf(declaration: Declaration): Contents {
  const names = new Set<string>();
  let broken = declaration.kind !== "use" && declaration.broken === true;
  walk(declaration, (node) => {
    if (node.kind === "name") names.add(node.text);
    if (node.kind === "hole") broken = true;
  });
  return { declaration, names, broken };
}

/**
 * A test that tells of a later phase's diagnostic whether it may follow from text of `files` that could not be read: whether it
 * stands in a declaration that is broken, or that names, however indirectly, one that is. Names are compared as they stand, in
 * all files alike; this may hold back too much until the text is mended, and never too little. Where not even a name is left,
 * everything is uncertain.
 */
export function mayFollowFromBroken(files: readonly File[]): (found: Diagnostic) => boolean {
  if (files.some((file) => file.lost === "any")) return () => true;
  const all = files.flatMap((file) => file.declarations.map(contentsOf));
  const unknown = new Set(files.flatMap((file) => [...(file.lost === "any" ? [] : (file.lost ?? []))]));
  const uncertain = new Set<Contents>();
  for (let before = -1; before < uncertain.size; ) {
    before = uncertain.size;
    for (const contents of all) {
      if (uncertain.has(contents)) continue;
      if (!contents.broken && ![...contents.names].some((name) => unknown.has(name))) continue;
      uncertain.add(contents);
      if (contents.declaration.kind !== "use") unknown.add(contents.declaration.name.text);
    }
  }
  const spans = [...uncertain].map(({ declaration }) => declaration.span);
  return ({ place }) =>
    place !== null &&
    "source" in place &&
    spans.some((span) => span.source === place.source && span.start <= place.start && place.start <= span.end);
}

/** Phase "read and build": text to syntax tree. Never throws for what a text holds; broken text gives a tree with holes. */
import { parse, type Reading } from "../../../grammar/read.js";
import type { Diagnostic, Outcome } from "../../diagnostics/diagnostic.js";
import type { SourceFile } from "../../diagnostics/source.js";
import type * as Ast from "./ast.js";
import { buildBroken, buildDeclaration } from "./build-declaration.js";
import { explain } from "./problems.js";
import { type Context, spanOfToken } from "./tree.js";

export function parseFile(source: SourceFile): Outcome<Ast.File> {
  const reading = parse(source.text);
  const diagnostics: Diagnostic[] = reading.problems.map((problem) => explain(source, problem));
  const context: Context = { source, report: (found) => diagnostics.push(found) };
  const declarations = reading.declarations.flatMap((found): Ast.Declaration[] => {
    if (!("kind" in found)) return [buildDeclaration(context, found)];
    const rest = buildBroken(context, found);
    return rest === null ? [] : [rest];
  });
  const comments = reading.comments.map((token): Ast.Comment => ({ text: token.image, span: spanOfToken(source, token) }));
  const span = { source, start: 0, end: source.text.length };
  const lost = lostNames(reading);
  const file: Ast.File = { kind: "file", source, declarations, comments, ...(lost === null ? {} : { lost }), span };
  return { value: file, diagnostics: inOrder(diagnostics) };
}

function lostNames({ declarations, lost }: Reading): ReadonlySet<string> | "any" | null {
  if (declarations.some((found) => "kind" in found && (found.name === null || found.keyword.image === "use"))) return "any";
  const names = lost.map((token) => token.image).filter((image) => /^[A-Za-z_]/.test(image));
  return names.length === 0 ? null : new Set(names);
}

/** By place, as a reader meets them. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const start = ({ place }: Diagnostic): number => (place !== null && "start" in place ? place.start : 0);
  return [...diagnostics].sort((a, b) => start(a) - start(b));
}

/** Phase "read and build": text to syntax tree. Never throws for what a text holds; broken text gives a tree with holes. */
import { parse } from "../../../grammar/read.js";
import type { Diagnostic, Outcome } from "../../diagnostics/diagnostic.js";
import type { SourceFile } from "../../diagnostics/source.js";
import type * as Ast from "./ast.js";
import { buildBroken, buildDeclaration } from "./build-declaration.js";
import type { Context } from "./build-expression.js";
import { explain } from "./problems.js";
import { spanOfToken } from "./tree.js";

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
  return { value: { kind: "file", source, declarations, comments, span }, diagnostics: inOrder(diagnostics) };
}

/** By place, as a reader meets them. */
function inOrder(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const start = ({ place }: Diagnostic): number => (place !== null && "start" in place ? place.start : 0);
  return [...diagnostics].sort((a, b) => start(a) - start(b));
}

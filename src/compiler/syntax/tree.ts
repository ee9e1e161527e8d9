/** Small helpers for reading concrete syntax: places, names and the one child that the grammar promises. */
import type { CstNode, IToken } from "chevrotain";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.js";
import type { SourceFile, Span } from "../../diagnostics/source.js";
import type { Name } from "./ast.js";

/** The child that the grammar guarantees; its absence is a defect of the compiler. */
export function one<T>(children: readonly T[] | undefined): T {
  const first = children?.[0];
  if (first === undefined) throw new Error("the grammar promises a child here");
  return first;
}

export function spanOfToken(source: SourceFile, token: IToken): Span {
  return { source, start: token.startOffset, end: token.startOffset + token.image.length };
}

export function spanOf(source: SourceFile, node: CstNode): Span {
  const { location } = node;
  if (location === undefined || Number.isNaN(location.startOffset)) return { source, start: 0, end: 0 };
  return { source, start: location.startOffset, end: (location.endOffset ?? location.startOffset) + 1 };
}

export function nameOf(source: SourceFile, token: IToken): Name {
  return { kind: "name", text: token.image, span: spanOfToken(source, token) };
}

/** The name that a broken declaration lacks. */
export function missingName(source: SourceFile, at: number): Name {
  return { kind: "name", text: "", span: { source, start: at, end: at } };
}

/** What building needs beside the syntax: the text for spans, and where to report what only shows here. */
export interface Context {
  readonly source: SourceFile;
  readonly report: (found: Diagnostic) => void;
}

/** The only one of `found`, null where there is none; a second is reported. */
export function once<T extends CstNode>(context: Context, what: string, found: readonly T[]): T | null {
  const [first, second] = found;
  if (first === undefined) return null;
  if (second !== undefined) {
    context.report(
      diagnostic("said-twice", spanOf(context.source, second), { what }, [
        { place: spanOf(context.source, first), text: "said first here" },
      ]),
    );
  }
  return first;
}

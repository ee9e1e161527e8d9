/**
 * The one canonical layout of a spec. The author decides what stands together: statements on one line stay on one line where
 * they fit, braces on one line stay so, single blank lines are kept. Everything else (spaces, breaks of long formulas,
 * separators, columns) is decided here. Formatting a formatted text changes nothing.
 *
 * Comments keep their words. One that stands inside a statement moves to a line of its own above it.
 */
import type * as Ast from "../syntax/ast.js";
import { alignLines, type Line } from "./align.js";
import { type Doc, layOut } from "./doc.js";
import { type Braces, declaration, type Part, type Statement } from "./statement.js";

export const lineWidth = 120;

/** The file in canonical layout. It must have been read without errors: what could not be read would be lost. */
export function formatFile(file: Ast.File): string {
  const printer = new Printer(file.source.text, file.comments);
  const lines = printer.body(file.declarations.map(declaration), 0, 0, file.source.text.length, ";");
  const text = alignLines(lines, lineWidth).map((line) => line.trimEnd());
  return text.length === 0 ? "" : `${text.join("\n")}\n`;
}

interface Extent {
  readonly open: number;
  readonly close: number;
}

class Printer {
  private readonly left: Set<Ast.Comment>;

  constructor(
    private readonly text: string,
    comments: readonly Ast.Comment[],
  ) {
    this.left = new Set(comments);
    this.starts = new Map(comments.map((comment) => [comment.span.start, comment.span.end]));
  }

  private readonly starts: ReadonlyMap<number, number>;

  /** The lines of statements that stand between two offsets, with the comments there. */
  body(statements: readonly Statement[], indent: number, from: number, to: number, separator: ";" | ","): Line[] {
    const lines: Line[] = [];
    let last = from; // offset behind what was printed last
    let joinable = false; // the last line is one statement, or several, that another may join
    const own = (comment: Ast.Comment): void => {
      if (lines.length > 0 && this.blankBetween(last, comment.span.start)) lines.push(blank);
      lines.push({ text: " ".repeat(indent) + comment.text.trimEnd(), comment: null, aligned: null });
      last = comment.span.end;
      joinable = false;
    };
    for (const [i, statement] of statements.entries()) {
      this.take((comment) => comment.span.start < statement.start).forEach(own);
      const gap = lines.length > 0 && this.blankBetween(last, statement.start);
      const hoisted = this.take((comment) => this.inside(statement, comment));
      if (gap) lines.push(blank);
      for (const comment of hoisted) lines.push({ text: " ".repeat(indent) + comment.text.trimEnd(), comment: null, aligned: null });
      const made = this.statement(statement, indent);
      const previous = lines.at(-1);
      const together =
        joinable && hoisted.length === 0 && made.length === 1 && previous !== undefined && this.sameLine(last, statement.start);
      const both = `${previous?.text}${separator} ${made[0]?.text.trimStart()}`;
      if (together && both.length <= lineWidth) lines.splice(-1, 1, { text: both, comment: made[0]?.comment ?? null, aligned: null });
      else lines.push(...made);
      last = statement.end;
      joinable = made.length === 1 && made[0]?.comment === null;
      const next = statements[i + 1]?.start ?? to;
      for (const comment of this.take(({ span }) => span.start >= last && span.start < next && this.sameLine(last, span.start))) {
        this.attach(lines, comment);
        last = comment.span.end;
        joinable = false;
      }
    }
    this.take((comment) => comment.span.start < to).forEach(own);
    return lines;
  }

  private attach(lines: Line[], comment: Ast.Comment): void {
    const line = lines.pop() ?? blank;
    lines.push({ ...line, comment: comment.text.trimEnd() });
  }

  private take(wanted: (comment: Ast.Comment) => boolean): Ast.Comment[] {
    const taken = [...this.left].filter(wanted);
    for (const comment of taken) this.left.delete(comment);
    return taken;
  }

  private sameLine(from: number, to: number): boolean {
    return !this.text.slice(from, to).includes("\n");
  }

  private blankBetween(from: number, to: number): boolean {
    return /\n[^\S\n]*\n/.test(this.text.slice(from, to).replace(/[;,]/g, ""));
  }

  /** The lines of one statement, its comments inside braces included. */
  private statement(statement: Statement, indent: number): Line[] {
    const lines: Line[] = [];
    let current = " ".repeat(indent);
    statement.parts.forEach((part, i) => {
      if (isDoc(part)) {
        const follows = statement.parts[i + 1] === undefined ? 0 : 2;
        const [first = "", ...more] = layOut(part, lineWidth - follows, current.length, indent).split("\n");
        current += first;
        for (const next of more) {
          lines.push({ text: current, comment: null, aligned: null });
          current = next;
        }
        return;
      }
      const inline = this.inline(part, current.length + flatLength(statement.parts.slice(i + 1)));
      if (inline !== null) {
        current += inline;
        return;
      }
      const { open, close } = this.extent(part);
      const header = this.take(
        ({ span }) => span.start > open && span.start < (part.statements[0]?.start ?? close) && this.sameLine(open, span.start),
      );
      lines.push({ text: `${current}{`, comment: header[0]?.text.trimEnd() ?? null, aligned: null });
      lines.push(...this.body(part.statements, indent + 2, header[0]?.span.end ?? open + 1, close, part.separator));
      current = `${" ".repeat(indent)}}`;
    });
    lines.push({ text: current, comment: null, aligned: lines.length === 0 ? statement.aligned : null });
    return lines;
  }

  /** Braces with all that is in them on one line, null where that is not how they stand or they do not fit. */
  private inline(part: Braces, taken: number): string | null {
    const text = this.flat(part);
    return text === null || text.length + taken > lineWidth ? null : text;
  }

  private flat(part: Braces): string | null {
    const { open, close } = this.extent(part);
    if (!this.sameLine(open, part.statements[0]?.start ?? close)) return null;
    if ([...this.left].some(({ span }) => span.start > open && span.start < close)) return null;
    const inner: string[] = [];
    for (const { parts } of part.statements) {
      const pieces = parts.map((each) => (isDoc(each) ? layOut(each, Number.POSITIVE_INFINITY, 0, 0) : this.flat(each)));
      if (pieces.includes(null)) return null;
      inner.push(pieces.join(""));
    }
    return inner.length === 0 ? "{ }" : `{ ${inner.join(`${part.separator} `)} }`;
  }

  /** Where the braces stand in the text. */
  private extent(part: Braces): Extent {
    const open = this.find("{", part.from);
    return { open, close: this.find("}", part.statements.at(-1)?.end ?? open + 1) };
  }

  /** The first `sign` at or after `from` that is not in a comment. */
  private find(sign: string, from: number): number {
    let at = from;
    while (at < this.text.length && this.text[at] !== sign) at = this.starts.get(at) ?? at + 1;
    return at;
  }

  private inside(statement: Statement, { span }: Ast.Comment): boolean {
    if (span.start < statement.start || span.start >= statement.end) return false;
    return !statement.parts.some((part) => {
      if (isDoc(part)) return false;
      const { open, close } = this.extent(part);
      return span.start > open && span.start < close;
    });
  }
}

const blank: Line = { text: "", comment: null, aligned: null };

function isDoc(part: Part): part is Doc {
  return typeof part === "string" || part.kind !== "braces";
}

function flatLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + (isDoc(part) ? layOut(part, Number.POSITIVE_INFINITY, 0, 0).length : 3), 0);
}

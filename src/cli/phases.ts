/** `facec build FILE --print PHASE`: what a phase made, as JSON or as lines of text. */
import type { CstElement } from "chevrotain";
import { parse } from "../../grammar/read.js";
import type { Compiled } from "../compiler/compile.js";
import type { Expr } from "../compiler/formula/expr.js";
import { print as notation } from "../compiler/formula/print.js";
import type { Bound, Meaning } from "../compiler/names/meaning.js";
import type { Typed } from "../compiler/types/check.js";
import { positionAt, type Span } from "../diagnostics/source.js";

export type Phase = "cst" | "ast" | "bound" | "typed" | "plan" | "improve";

/** Null where the compiler did not come that far. */
export function showPhase(compiled: Compiled, phase: Phase): string | null {
  const { bound, typed, plan, improved } = compiled;
  const file = bound?.main.file ?? compiled.files[compiled.files.length - 1];
  switch (phase) {
    case "cst":
      return file === undefined ? null : showCst(file.source.text);
    case "ast":
      return file === undefined ? null : JSON.stringify({ ...file, source: file.source.name }, readable, 2);
    case "bound":
      return bound === null ? null : showBound(bound);
    case "typed":
      return typed === null ? null : showTyped(typed);
    case "plan":
      return plan === null ? null : JSON.stringify(plan, readable, 2);
    case "improve":
      return improved === null ? null : JSON.stringify(improved, readable, 2);
  }
}

// ---------------------------------------------------------------- the concrete tree

function showCst(text: string): string {
  return parse(text)
    .declarations.flatMap((each) => ("kind" in each ? [`broken ${each.keyword.image} at ${each.at.start}`] : cstLines(each, 0)))
    .join("\n");
}

/** One line a rule or token; the children of a rule in the order of the text. */
function cstLines(element: CstElement, depth: number): string[] {
  const indent = "  ".repeat(depth);
  if ("image" in element) return [`${indent}${element.tokenType.name} ${JSON.stringify(element.image)}`];
  const children = Object.values(element.children).flat();
  const ordered = children.map((child) => ({ child, at: startOf(child) })).sort((a, b) => a.at - b.at);
  return [`${indent}${element.name}`, ...ordered.flatMap(({ child }) => cstLines(child, depth + 1))];
}

function startOf(element: CstElement): number {
  if ("image" in element) return element.startOffset;
  return Math.min(...Object.values(element.children).flat().map(startOf));
}

// ---------------------------------------------------------------- names and types

function showBound({ main, meanings }: Bound): string {
  const own = [...meanings].filter(([name]) => name.span.source === main.file.source);
  return own
    .sort(([a], [b]) => a.span.start - b.span.start)
    .map(([name, meaning]) => `${place(name.span)} ${name.text} -> ${meaningText(meaning)}`)
    .join("\n");
}

function meaningText(meaning: Meaning): string {
  switch (meaning.kind) {
    case "declaration": {
      const { declaration } = meaning.definition;
      return `${declaration.kind} at ${declaration.name.span.source.name}:${place(declaration.name.span)}`;
    }
    case "parameter":
    case "item":
    case "binding":
      return `${meaning.kind} at ${place(meaning.node.name.span)}`;
    case "argument":
    case "loop":
      return `${meaning.kind} at ${place(meaning.node.span)}`;
    case "unknown":
      return "unknown";
    default:
      return `${meaning.kind} ${meaning.name}`;
  }
}

function showTyped({ formulas }: Typed): string {
  const lines = formulas.map(({ kind, name, result }) => {
    const type = result === null ? "unknown" : typeText(result);
    return `${kind} ${name} ${type}${result === null ? "" : ` = ${notation(result)}`}`;
  });
  return lines.length === 0 ? "no formulas" : lines.join("\n");
}

function typeText(expr: Expr): string {
  return `{${expr.type.axes.join(", ")}} ${expr.type.of}`;
}

// ---------------------------------------------------------------- plain data

/** Spans as places, formulas in mathematical notation. */
function readable(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (isSpan(value)) return `${place(value)}-${end(value)}`;
  return isExpr(value) ? `${notation(value)} ${typeText(value)}` : value;
}

function isSpan(value: object): value is Span {
  return "source" in value && "start" in value && "end" in value;
}

function isExpr(value: object): value is Expr {
  return "id" in value && "type" in value && "kind" in value;
}

function place(span: Span): string {
  const { line, column } = positionAt(span.source, span.start);
  return `${line}:${column}`;
}

function end(span: Span): string {
  const { line, column } = positionAt(span.source, span.end);
  return `${line}:${column}`;
}

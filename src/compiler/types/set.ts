/** `--set name=value`: other values for constants of the file and for parameters of its declarations. */

import { Collector } from "../../diagnostics/collector.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import { nearest } from "../../diagnostics/suggest.js";
import type { Bound } from "../names/meaning.js";
import type { Parse } from "../names/module.js";
import type * as Ast from "../syntax/ast.js";

type Target = Ast.Parameter | Ast.Let;

/**
 * What each `name=value` stands for. A name is a constant of the file, `declaration.parameter`, or a parameter: of
 * `target` where the command names a declaration, else of every declaration of the file that has one of that name.
 */
export function resolveSet(
  bound: Bound,
  set: Readonly<Record<string, string>>,
  target: string | null,
  parse: Parse,
): Outcome<ReadonlyMap<Target, Ast.Expression>> {
  const collector = new Collector();
  const found = new Map<Target, Ast.Expression>();
  const known = targets(bound, target);
  for (const [name, text] of Object.entries(set)) {
    const own = known.filter((each) => each.names.includes(name));
    if (own.length === 0) {
      const names = [...new Set(known.filter((each) => each.own).flatMap((each) => each.names.slice(0, 1)))];
      collector.report("set-unknown", null, { name, near: nearest(name, names), known: names });
      continue;
    }
    const value = parseValue(name, text, parse, collector);
    if (value !== null) for (const each of own) found.set(each.node, value);
  }
  return { value: found, diagnostics: collector.diagnostics };
}

interface Settable {
  /** Of the file itself, or of the declaration that the command names; others are set by their full name. */
  readonly own: boolean;
  readonly names: readonly string[];
  readonly node: Target;
}

function targets(bound: Bound, target: string | null): readonly Settable[] {
  return [...(bound.scopes.get(bound.main) ?? [])].flatMap(([called, { declaration, module }]): readonly Settable[] => {
    if (declaration.kind === "let") return module === bound.main ? [{ own: true, names: [called], node: declaration }] : [];
    if (!("parameters" in declaration)) return [];
    const free = target === null ? module === bound.main : called === target;
    return declaration.parameters.map((node) => ({
      own: free,
      names: [...(free ? [node.name.text] : []), `${called}.${node.name.text}`],
      node,
    }));
  });
}

/** The value is read as the language reads it after `let name =`. */
function parseValue(name: string, text: string, parse: Parse, collector: Collector): Ast.Expression | null {
  const parsed = parse({ name: `--set ${name}`, text: `let value = ${text}` });
  const [declaration, ...rest] = parsed.value.declarations;
  collector.add(...parsed.diagnostics);
  if (declaration?.kind !== "let" || rest.length > 0 || parsed.diagnostics.length > 0) return null;
  if (isLiteral(declaration.value)) return declaration.value;
  collector.report("set-value", declaration.value.span, { name });
  return null;
}

/** Names would have no file to be looked up in. */
function isLiteral(value: Ast.Expression): boolean {
  if (value.kind === "list") return value.items.every(isLiteral);
  if (value.kind === "range") return isLiteral(value.from) && isLiteral(value.to);
  if (value.kind === "unary") return isLiteral(value.operand);
  if (value.kind === "group") return isLiteral(value.inner);
  return value.kind === "number" || value.kind === "size" || value.kind === "string";
}

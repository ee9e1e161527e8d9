import { nearest } from "../../diagnostics/suggest.js";
import type * as Ast from "../syntax/ast.js";
import { foreignFunction, laterFunction } from "./elsewhere.js";
import { type Declared, type Definition, givenNames, type Meaning } from "./meaning.js";
import { isUnknown, type Resolving } from "./resolve.js";

export type FormulaKind = keyof typeof givenNames;

/** Where names are looked up: the innermost scope first, then the file, then what the language has. */
export interface Scope {
  readonly resolving: Resolving;
  readonly owner: Declared;
  readonly top: ReadonlyMap<string, Definition>;
  readonly given: FormulaKind;
  readonly local: ReadonlyMap<string, Meaning>;
  readonly outer: Scope | null;
}

export function inner(outer: Scope, local: ReadonlyMap<string, Meaning>): Scope {
  return { ...outer, local, outer };
}

export function isGiven(scope: Scope, name: string): boolean {
  return (givenNames[scope.given] as readonly string[]).includes(name);
}

function lookUp(scope: Scope, name: string): Meaning | null {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const meaning = at.local.get(name);
    if (meaning !== undefined) return meaning;
  }
  if (!isGiven(scope, name)) return null;
  // A declaration of that name was refused where it stands; which of the two is meant here nobody knows.
  const kind = scope.top.get(name)?.declaration.kind;
  const refused = kind === "let" || kind === "loss" || kind === "weighting" || kind === "schedule";
  return refused ? { kind: "unknown" } : { kind: "given", name };
}

function declared(scope: Scope, name: Ast.Name): Meaning | null {
  const definition = scope.top.get(name.text);
  if (definition === undefined) return null;
  if (isUnknown(definition)) return { kind: "unknown" };
  const uses = scope.resolving.uses.get(scope.owner) ?? [];
  uses.push({ name, definition });
  scope.resolving.uses.set(scope.owner, uses);
  return { kind: "declaration", definition };
}

/** Binds a name that stands for a value; reports it where nothing has that name. */
export function bindName(scope: Scope, name: Ast.Name): Meaning {
  if (name.text === "") return { kind: "unknown" };
  const found = lookUp(scope, name.text) ?? declared(scope, name);
  const meaning = found ?? reportUnknown(scope, name, "value");
  scope.resolving.meanings.set(name, meaning);
  return meaning;
}

/**
 * Binds the name of a call. A declaration comes before a function of the language, except that a call with
 * arguments of something that has no parameters means the function: `softmax` is a loss, `softmax(z)` the function.
 */
export function bindCallee(scope: Scope, name: Ast.Name, argumentCount: number): Meaning {
  if (name.text === "") return { kind: "unknown" };
  const isFunction = scope.resolving.vocabulary.functions.has(name.text);
  const top = scope.top.get(name.text)?.declaration;
  const takesNone = top !== undefined && !("parameters" in top && top.parameters.length > 0);
  let found = lookUp(scope, name.text);
  if (found === null && isFunction && (top === undefined || (takesNone && argumentCount > 0)))
    found = { kind: "function", name: name.text };
  const meaning = found ?? declared(scope, name) ?? reportUnknown(scope, name, "call");
  scope.resolving.meanings.set(name, meaning);
  return meaning;
}

function visibleNames(scope: Scope, as: "value" | "call"): string[] {
  const names: string[] = [];
  for (let at: Scope | null = scope; at !== null; at = at.outer) names.push(...at.local.keys());
  names.push(...givenNames[scope.given], ...scope.top.keys());
  if (as === "call") names.push(...scope.resolving.vocabulary.functions);
  return names;
}

function reportUnknown(scope: Scope, name: Ast.Name, as: "value" | "call"): Meaning {
  const { collector, vocabulary, standardHome } = scope.resolving;
  const contexts = (Object.keys(givenNames) as FormulaKind[]).filter((kind) => (givenNames[kind] as readonly string[]).includes(name.text));
  const later = laterFunction(name.text);
  if (as === "value" && contexts.length > 0) {
    collector.report("not-given-here", name.span, { name: name.text, here: scope.given, given: [...givenNames[scope.given]] });
  } else if (as === "value" && vocabulary.functions.has(name.text)) {
    collector.report("function-without-arguments", name.span, { name: name.text });
  } else if (as === "call" && later !== null) {
    collector.report("not-yet", name.span, later);
  } else {
    const home = standardHome(name.text);
    const mend = as === "call" && home === null ? foreignFunction(name.text) : null;
    const near = home === null && mend === null ? nearest(name.text, visibleNames(scope, as)) : null;
    collector.report("unknown-name", name.span, { name: name.text, near, home, call: as === "call", mend });
  }
  return { kind: "unknown" };
}

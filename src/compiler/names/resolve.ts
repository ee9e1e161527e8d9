/** Binds names: every use of a name to what it stands for, or a diagnostic at that use. */
import { Collector } from "../../diagnostics/collector.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import { kindNames } from "../../diagnostics/kind-names.js";
import { nearest } from "../../diagnostics/suggest.js";
import type * as Ast from "../syntax/ast.js";
import { reportCycles } from "./cycles.js";
import { bindDeclaration } from "./declarations.js";
import type { Bound, Declared, Definition, Meaning, Vocabulary } from "./meaning.js";
import type { Module } from "./module.js";

export interface Resolving {
  readonly collector: Collector;
  readonly vocabulary: Vocabulary;
  readonly meanings: Map<Ast.Name, Meaning>;
  /** What each declaration names, for finding those that name themselves. */
  readonly uses: Map<Declared, { readonly name: Ast.Name; readonly definition: Definition }[]>;
  /** The standard module that has a name; asked only for names that nobody knows. */
  readonly standardHome: (name: string) => string | null;
}

/** Resolves all modules; `modules` is in the order of dependence, the file asked for last. */
export function resolve(modules: readonly Module[], vocabulary: Vocabulary, standardHome: (name: string) => string | null): Outcome<Bound> {
  const resolving: Resolving = { collector: new Collector(), vocabulary, meanings: new Map(), uses: new Map(), standardHome };
  const scopes = new Map<Module, ReadonlyMap<string, Definition>>();
  const main = modules[modules.length - 1];
  if (main === undefined) throw new Error("resolve needs a module");
  for (const module of modules) {
    const scope = topScope(resolving, module, scopes);
    scopes.set(module, scope);
    for (const declaration of module.file.declarations) {
      if (declaration.kind !== "use") bindDeclaration(resolving, declaration, scope);
    }
  }
  reportCycles(resolving);
  return { value: { modules, main, scopes, meanings: resolving.meanings }, diagnostics: resolving.collector.diagnostics };
}

/** Own declarations and what `use` brings in; a name that is taken twice is reported at the second. */
function topScope(
  resolving: Resolving,
  module: Module,
  scopes: ReadonlyMap<Module, ReadonlyMap<string, Definition>>,
): ReadonlyMap<string, Definition> {
  const scope = new Map<string, Definition>();
  const first = new Map<string, Ast.Name>();
  const meant: Ast.Name[] = [];
  const take = (name: Ast.Name, definition: Definition): void => {
    const before = first.get(name.text);
    if (before !== undefined) {
      resolving.collector.report("repeated-name", name.span, { name: name.text, where: "this file" }, [
        { place: before.span, text: "first declared here" },
      ]);
      return;
    }
    first.set(name.text, name);
    scope.set(name.text, definition);
  };
  for (const declaration of module.file.declarations) {
    if (declaration.kind === "use") takeUsed(resolving, module, declaration, scopes, take, meant);
  }
  for (const declaration of module.file.declarations) {
    if (declaration.kind === "use" || declaration.name.text === "") continue;
    const definition: Definition = { declaration, module };
    resolving.meanings.set(declaration.name, { kind: "declaration", definition });
    take(declaration.name, definition);
  }
  for (const name of meant) if (!scope.has(name.text)) scope.set(name.text, unknownDefinition(name, module));
  return scope;
}

function takeUsed(
  resolving: Resolving,
  module: Module,
  use: Ast.Use,
  scopes: ReadonlyMap<Module, ReadonlyMap<string, Definition>>,
  take: (name: Ast.Name, definition: Definition) => void,
  meant: Ast.Name[],
): void {
  const target = module.uses.get(use) ?? null;
  const offered = target === null ? null : (scopes.get(target) ?? null);
  for (const name of use.names) {
    if (name.text === "") continue;
    const definition = offered?.get(name.text);
    if (definition !== undefined && definition.module === target) {
      take(name, definition);
      resolving.meanings.set(name, { kind: "declaration", definition });
    } else {
      // The name stays unknown and silent: what it should have been is not here to be checked.
      resolving.meanings.set(name, { kind: "unknown" });
      take(name, unknownDefinition(name, module));
      if (target === null || offered === null) continue;
      const near = reportNotOffered(resolving, use, name, target, offered);
      // What was meant is likely what the file goes on to use: that is said once, here.
      if (near !== null) meant.push({ ...name, text: near });
    }
  }
}

function reportNotOffered(
  resolving: Resolving,
  use: Ast.Use,
  name: Ast.Name,
  target: Module,
  offered: ReadonlyMap<string, Definition>,
): string | null {
  const own = [...offered].filter(([, definition]) => definition.module === target).map(([each]) => each);
  const home = resolving.standardHome(name.text);
  const near = nearest(name.text, own);
  resolving.collector.report("not-in-module", name.span, {
    name: name.text,
    module: use.module.text,
    near,
    home: home === use.module.text ? null : home,
    offered: own,
  });
  return near;
}

/** Stands in for a used name that could not be found; `isUnknown` tells it apart. */
function unknownDefinition(name: Ast.Name, module: Module): Definition {
  const value: Ast.Hole = { kind: "hole", span: name.span };
  return { declaration: { kind: "let", name, value, span: name.span }, module };
}

export function isUnknown(definition: Definition): boolean {
  return definition.declaration.kind === "let" && definition.declaration.value.kind === "hole";
}

/** "a loss", "a weighting": what a name is, for messages. */
export function kindOf(meaning: Meaning): string {
  switch (meaning.kind) {
    case "declaration":
      return kindNames[meaning.definition.declaration.kind];
    case "parameter":
    case "argument":
      return "a parameter";
    case "item":
      return meaning.node.kind === "let" ? "a constant" : meaning.node.kind === "learn" ? "a learned value" : "a state";
    case "binding":
      return meaning.node.parameters.length > 0 ? "a local function" : "a local name";
    case "loop":
      return "a number of a list";
    case "given":
      return "a value that formulas are given";
    case "function":
      return "a function";
    case "layer":
      return "a layer";
    case "word":
      return "a word";
    case "unknown":
      return "unknown";
  }
}

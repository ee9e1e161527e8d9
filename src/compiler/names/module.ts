/** The files of one compilation: the one asked for and everything it uses, each read and parsed once. */
import { Collector } from "../../diagnostics/collector.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import type { SourceFile, Span } from "../../diagnostics/source.js";
import { type Host, standardModules } from "../host.js";
import type * as Ast from "../syntax/ast.js";

export interface Module {
  /** The path for the host, or the name of a standard module. */
  readonly path: string;
  readonly standard: boolean;
  readonly file: Ast.File;
  /** What each of its `use`s brings in; null where the module could not be read. */
  readonly uses: ReadonlyMap<Ast.Use, Module | null>;
}

export type Parse = (source: SourceFile) => Outcome<Ast.File>;

/** Whether this names a module of the standard library rather than a file. */
export function isStandardName(text: string): boolean {
  return text.startsWith("std.") && !text.endsWith(".face");
}

interface Reading {
  readonly host: Host;
  readonly parse: Parse;
  readonly collector: Collector;
  readonly done: Map<string, Module>;
  /** The files being read, outermost first: meeting one of them again is a cycle. */
  readonly open: string[];
}

/**
 * Reads `path` and what it uses, depth first. The list is in the order of dependence, the file asked for last; it is
 * null when that file cannot be read.
 */
export function readModules(host: Host, path: string, parse: Parse): Outcome<readonly Module[] | null> {
  const reading: Reading = { host, parse, collector: new Collector(), done: new Map(), open: [] };
  const main = readModule(reading, path, isStandardName(path), null);
  return { value: main === null ? null : [...reading.done.values()], diagnostics: reading.collector.diagnostics };
}

function readModule(reading: Reading, path: string, standard: boolean, use: Ast.Use | null): Module | null {
  const { host, collector, done, open } = reading;
  const known = done.get(path);
  if (known !== undefined) return known;
  if (open.includes(path)) {
    const cycle = [...open.slice(open.indexOf(path)), path];
    collector.report("circular-use", use?.module.span ?? null, { cycle });
    return null;
  }
  const text = standard ? host.standard(path) : host.read(path);
  if (text === null) {
    reportMissing(reading, path, standard, use?.module.span ?? null);
    return null;
  }
  open.push(path);
  const parsed = reading.parse({ name: path, text });
  collector.add(...parsed.diagnostics);
  const uses = new Map<Ast.Use, Module | null>();
  for (const declaration of parsed.value.declarations) {
    if (declaration.kind !== "use" || declaration.module.text === "") continue;
    const target = declaration.module.form === "std" ? declaration.module.text : host.resolve(path, declaration.module.text);
    uses.set(declaration, readModule(reading, target, declaration.module.form === "std", declaration));
  }
  open.pop();
  const module: Module = { path, standard, file: parsed.value, uses };
  done.set(path, module);
  return module;
}

function reportMissing(reading: Reading, path: string, standard: boolean, span: Span | null): void {
  if (standard) reading.collector.report("unknown-module", span, { module: path, modules: standardModules });
  else reading.collector.report("spec-not-found", span ?? { path }, { path, used: span !== null });
}

/** From FILE on the command line to what the compiler made of it. */
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { type Compiled, type CompileOptions, compile } from "../compiler/compile.js";
import { type Host, nodeHost, standardModules } from "../compiler/host.js";
import type { Plan } from "../compiler/plan/plan.js";
import { type Diagnostic, fail, isError, type Outcome } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggest.js";
import { report } from "./output.js";

/** `--set m=0.5 --set s=30`. */
export type Settings = Readonly<Record<string, string>>;

/** Thrown after the diagnostics of a spec were reported: the command ends with exit code 1. */
export class SpecError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: readonly Diagnostic[]) {
    super("The spec has mistakes.");
    this.diagnostics = diagnostics;
  }
}

/** Compiles FILE, a path or the name of a standard module. */
export function load(file: string, options: CompileOptions = {}, host: Host = nodeHost()): Outcome<Compiled> {
  const known = standardModules as readonly string[];
  const isModule = known.includes(file);
  if (!isModule) requireText(file);
  return compile(host, isModule ? file : file.replaceAll("\\", "/"), options);
}

/** The improved plan of FILE; mistakes are reported and thrown as a SpecError, warnings only reported. */
export function loadPlan(file: string, options: CompileOptions = {}): { readonly plan: Plan; readonly compiled: Compiled } {
  const { value, diagnostics } = load(file, options);
  if (diagnostics.some(isError) || value.improved === null) throw new SpecError(diagnostics);
  report(diagnostics);
  return { plan: value.improved, compiled: value };
}

/** The one called `name`, or the only one where none is named. */
export function choose<T extends { readonly name: string }>(kind: string, file: string, all: readonly T[], name: string | undefined): T {
  const known = all.map((each) => each.name);
  if (name === undefined) {
    const [only, second] = all;
    if (only === undefined || second !== undefined) return fail("name-wanted", null, { kind, file, known });
    return only;
  }
  const found = all.find((each) => each.name === name);
  return found ?? fail("name-missing", null, { kind, name, file, known, close: nearest(name, known) });
}

/** Reads the values of `--set`. */
export function readSettings(given: readonly string[]): Settings {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf("=");
      if (at <= 0 || at === text.length - 1) fail("set-wrong", null, { text });
      return [text.slice(0, at).trim(), text.slice(at + 1).trim()];
    }),
  );
}

/** Mistaken paths are said before their text is read as a spec: a photograph would be thousands of strange characters. */
export function requireText(file: string): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) fail("file-missing", null, { path: file, close: nearestFile(file) });
  else if (found.isDirectory()) fail("no-spec", null, { path: file, what: "a folder" });
  else if (readFileSync(file).includes(0)) fail("no-spec", null, { path: file, what: "not a text" });
}

/** By the names without their endings: `.face` at the end of both makes no two names alike. */
function nearestFile(file: string): string | null {
  if (file.startsWith("std.")) return nearest(file, standardModules);
  const folder = path.dirname(file);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".face")) : [];
  const close = nearest(
    path.basename(file, ".face"),
    names.map((name) => path.basename(name, ".face")),
  );
  return close === null ? null : path.join(folder, `${close}.face`);
}

/**
 * The compiler, from a spec to the improved plan of its experiment:
 *
 *   read     Host, path        -> Module[]   parse each file once, those it uses first       names/module
 *   build    SourceFile        -> Ast.File   tokens, grammar, tree                           syntax/build
 *   bind     Module[]          -> Bound      what each name stands for                       names/resolve
 *   check    Bound             -> Typed      formulas by their axes                          types/check
 *   plan     Typed             -> Plan       data, networks, losses, trainings, tables       plan/build-plan
 *   improve  Plan              -> Plan       stable formulas and their gradients             plan/improve
 *
 * Each phase is a pure function that returns what it made and what it found wrong; the next one runs on what there
 * is, so that one pass says everything. `emit` (emit/program) turns an improved plan without errors into programs; it
 * alone loads ts-morph and is called by those who want programs.
 */
import path from "node:path";
import { Collector } from "../diagnostics/collector.js";
import type { Diagnostic, Outcome } from "../diagnostics/diagnostic.js";
import { positionAt, type SourceFile, type Span } from "../diagnostics/source.js";
import { augmentations } from "../runtime/data/augment.js";
import type { ArgumentDescription } from "../runtime/describe.js";
import { layers } from "../runtime/layers/index.js";
import { optimizers } from "../runtime/optimizers/index.js";
import type { Line } from "../runtime/step/step.js";
import { startFormulas } from "./formula/build.js";
import { functions } from "./formula/functions.js";
import { type Host, standardModules } from "./host.js";
import type { Bound, Vocabulary } from "./names/meaning.js";
import { isStandardName, type Module, readModules } from "./names/module.js";
import { resolve } from "./names/resolve.js";
import { buildPlan, defaultInput } from "./plan/build-plan.js";
import { improvePlan } from "./plan/improve.js";
import type { Plan } from "./plan/plan.js";
import type * as Ast from "./syntax/ast.js";
import { parseFile } from "./syntax/build.js";
import { mayFollowFromBroken } from "./syntax/unread.js";
import { check, type Typed } from "./types/check.js";
import { resolveSet } from "./types/set.js";

export interface CompileOptions {
  /** Other values for constants and parameters, as text: `{ margin: "0.4" }`. */
  readonly set?: Readonly<Record<string, string>>;
  /** The declaration whose parameters a bare name in `set` means. */
  readonly target?: string;
  /** height x width x channels for backbones that no training of the file uses. */
  readonly input?: readonly [number, number, number];
  /** The last phase that is wanted; `check` needs no improved formulas. */
  readonly until?: "plan" | "improve";
}

/** What each phase made; null where an earlier one left nothing to go on with. */
export interface Compiled {
  readonly files: readonly Ast.File[];
  readonly bound: Bound | null;
  readonly typed: Typed | null;
  readonly plan: Plan | null;
  /** Only of a plan without errors. */
  readonly improved: Plan | null;
}

/** Compiles the file at `file` (a path for the host, or the name of a standard module). */
export function compile(host: Host, file: string, options: CompileOptions = {}): Outcome<Compiled> {
  startFormulas();
  const found = new Collector();
  let follows = (_found: Diagnostic): boolean => false;
  const phase = <T>(outcome: Outcome<T>): T => {
    found.add(...outcome.diagnostics.filter((each) => !follows(each)));
    return outcome.value;
  };

  const modules = phase(readModules(host, file, parseFile));
  if (modules === null)
    return { value: { files: [], bound: null, typed: null, plan: null, improved: null }, diagnostics: found.diagnostics };
  // Of what names a broken declaration nothing more is said: the mistake in the text has its message.
  if (found.hasErrors) follows = mayFollowFromBroken(modules.map((each) => each.file));
  const bound = phase(resolve(modules, vocabulary, standardHome(host)));
  const set = phase(resolveSet(bound, options.set ?? {}, options.target ?? null, parseFile));
  const typed = phase(check(bound, set, locator(bound.main)));
  const plan = phase(buildPlan(typed, { layers, optimizers, augmentations }, options.input ?? defaultInput));
  const improved = found.hasErrors || options.until === "plan" ? null : improvePlan(plan);
  return { value: { files: modules.map((each) => each.file), bound, typed, plan, improved }, diagnostics: found.diagnostics };
}

const vocabulary: Vocabulary = {
  functions: new Set(Object.keys(functions)),
  layers: wordArguments(layers),
  optimizers: wordArguments(optimizers),
};

function wordArguments(
  described: Readonly<Record<string, { readonly arguments: readonly ArgumentDescription[] }>>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const words = (all: readonly ArgumentDescription[]): ReadonlySet<string> =>
    new Set(all.filter((each) => each.kind === "word").map((each) => each.name));
  return new Map(Object.entries(described).map(([name, each]) => [name, words(each.arguments)]));
}

/** Which standard module declares a name; the library is read when the first unknown name asks. */
function standardHome(host: Host): (name: string) => string | null {
  let homes: Map<string, string> | null = null;
  return (name) => {
    if (homes === null) {
      homes = new Map();
      for (const module of standardModules) {
        const text = host.standard(module);
        if (text === null) continue;
        for (const declaration of parseFile({ name: module, text }).value.declarations) {
          if (declaration.kind !== "use") homes.set(declaration.name.text, module);
        }
      }
    }
    return homes.get(name) ?? null;
  };
}

/** Files as programs name them: standard modules by name, others as seen from the folder of the file asked for. */
function locator(main: Module): (span: Span) => Line {
  const folder = path.posix.dirname(main.path);
  const names = new Map<SourceFile, string>();
  return ({ source, start }) => {
    let name = names.get(source);
    if (name === undefined) {
      name = isStandardName(source.name) ? source.name : path.posix.relative(folder, source.name);
      names.set(source, name);
    }
    return { file: name, line: positionAt(source, start).line };
  };
}

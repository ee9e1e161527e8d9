/** `facec build FILE [-o DIR]`, `facec build FILE --print PHASE` */
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fail, isError } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggest.js";
import { exitOf, print, report } from "./output.js";
import { load, loadPlan, readSettings } from "./spec.js";

interface BuildOptions {
  readonly out: string;
  readonly print?: string;
  readonly set: readonly string[];
}

export async function build(file: string, options: BuildOptions): Promise<number> {
  const set = readSettings(options.set);
  if (options.print !== undefined) return printPhase(file, options.print, set);
  const { plan } = loadPlan(file, { set });
  const { emit } = await import("../compiler/emit/program.js");
  mkdirSync(options.out, { recursive: true });
  const programs = emit(plan);
  for (const program of programs) {
    const target = path.join(options.out, program.path);
    writeFileSync(target, program.text);
    print(target);
  }
  if (programs.length === 0) print(`${file} declares no train and no table: there is no program to write.`);
  return 0;
}

const phases = ["cst", "ast", "bound", "typed", "plan", "improve"] as const;

async function printPhase(file: string, phase: string, set: Readonly<Record<string, string>>): Promise<number> {
  const known = phases.find((each) => each === phase);
  if (known === undefined) return fail("phase-unknown", null, { phase, known: phases, close: nearest(phase, phases) });
  const { value, diagnostics } = load(file, { set, ...(known === "improve" ? {} : { until: "plan" }) });
  const { showPhase } = await import("./phases.js");
  const text = showPhase(value, known);
  if (text !== null) print(text);
  report(diagnostics.filter((each) => text === null || isError(each)));
  return exitOf(diagnostics);
}

export type Phase = (typeof phases)[number];

/** Emits the program of one training or table, and runs it. */
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Compiled } from "../compiler/compile.js";
import type { Plan } from "../compiler/plan/plan.js";
import { exits } from "./output.js";
import type { Settings } from "./spec.js";
import { buildHash, runtimeFile } from "./version.js";

/** What `run` and `table` hand on to the program. */
export interface RunOptions {
  readonly backend?: string;
  readonly seed?: number;
  readonly epochs?: number;
  readonly data?: string;
  readonly out?: string;
  readonly threads?: number;
  readonly json?: boolean;
  readonly resume?: boolean;
  readonly eager?: boolean;
  readonly format?: string;
  readonly jobs?: number;
  readonly only?: string;
  readonly dryRun?: boolean;
  readonly set: readonly string[];
}

/** Writes the program called `name` and runs it; returns its exit code. */
export async function runProgram(
  file: string,
  compiled: Compiled,
  plan: Plan,
  name: string,
  set: Settings,
  options: RunOptions,
): Promise<number> {
  const script = await writeProgram(compiled, plan, name, set, path.resolve(options.out ?? "runs", "programs"));
  return runScript(script, [...programArguments(options), "--beside", path.dirname(path.resolve(file))]);
}

/**
 * The program as text to read and as a module that Node runs, both named by what decides them: the specs, the settings
 * and this build of facec. What is there already is not emitted again, so an unchanged spec starts at once.
 */
async function writeProgram(compiled: Compiled, plan: Plan, name: string, set: Settings, folder: string): Promise<string> {
  const texts = compiled.files.map((file) => [file.source.name, file.source.text]);
  const key = createHash("sha256")
    .update(JSON.stringify([buildHash(), texts, Object.entries(set).sort(), pathToFileURL(runtimeFile).href]))
    .digest("hex")
    .slice(0, 12);
  const base = path.join(folder, `${name}-${key}`);
  const script = `${base}.mjs`;
  if (existsSync(script)) return script;
  const { emit } = await import("../compiler/emit/program.js");
  const { toJavaScript } = await import("../compiler/emit/script.js");
  const program = emit(plan).find((each) => each.path === `${name}.ts`);
  if (program === undefined) throw new Error(`No program ${name}.ts was emitted.`);
  mkdirSync(folder, { recursive: true });
  publish(`${base}.ts`, program.text);
  publish(script, toJavaScript(program.text, pathToFileURL(runtimeFile).href));
  return script;
}

/** A file is there in full or not at all, whoever else writes it at the same time. */
function publish(target: string, text: string): void {
  const beside = `${target}.${process.pid}.tmp`;
  writeFileSync(beside, text);
  renameSync(beside, target);
}

function programArguments(options: RunOptions): string[] {
  const pairs: readonly (readonly [string, string | number | boolean | undefined])[] = [
    ["backend", options.backend],
    ["seed", options.seed],
    ["epochs", options.epochs],
    ["data", options.data],
    ["out", options.out],
    ["threads", options.threads],
    ["json", options.json],
    ["resume", options.resume],
    ["eager", options.eager],
    ["format", options.format],
    ["jobs", options.jobs],
    ["only", options.only],
    ["dry-run", options.dryRun],
  ];
  return pairs.flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    return value === true ? [`--${name}`] : [`--${name}=${value}`];
  });
}

/**
 * Runs the program in this process, as if Node had been called with it: whoever stops this process stops the training,
 * and Ctrl-C reaches it without a detour. The program says by `process.exitCode` how it ended.
 */
async function runScript(script: string, args: readonly string[]): Promise<number> {
  process.argv = [process.execPath, script, ...args];
  await import(pathToFileURL(script).href);
  return Number(process.exitCode ?? exits.done);
}

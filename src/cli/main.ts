#!/usr/bin/env node
/** The command `facec`: names and options of each command; what a command does stands in a file of its own, loaded when it is called. */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { commandMessages } from "../diagnostics/catalogue/command.js";
import { installMessages } from "../diagnostics/catalogue/install.js";
import { type Diagnostic, diagnostic, FaceError } from "../diagnostics/diagnostic.js";
import { toJson } from "../diagnostics/json.js";
import { backendNames, formatNames } from "./options.js";
import { exits, printJson, report, say } from "./output.js";
import { SpecError } from "./spec.js";
import { version } from "./version.js";

type Run = () => Promise<number>;

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

function whole(least: number): (value: string) => number {
  return (value) => {
    if (!/^\d+$/.test(value) || Number(value) < least) throw new InvalidArgumentError(`A whole number from ${least} is wanted.`);
    return Number(value);
  };
}

function setOption(): Option {
  return new Option("--set <name=value>", "give a parameter another value (may be repeated)").argParser(collect).default([], "none");
}

function backendOption(): Option {
  return new Option("--backend <name>", "what computes").choices(backendNames);
}

/** What a generated program takes too; handed on to it as it stands. */
function withRunOptions(command: Command): Command {
  return command
    .addOption(backendOption())
    .option("--seed <n>", "seed of the run", whole(0))
    .option("--epochs <n>", "train for so many epochs", whole(1))
    .option("--data <dir>", "where data sets are looked up after the spec's folder")
    .option("--out <dir>", "where runs are kept (runs)")
    .option("--threads <n>", "threads of the backend", whole(1))
    .option("--eager", "compute kernel by kernel, to debug with: the same numbers, slower")
    .option("--json", "print the result as one JSON document")
    .addOption(setOption());
}

function declare(program: Command, start: (run: Run) => Promise<void>): void {
  program
    .command("check <files...>")
    .description("parse, resolve, and check types and shapes")
    .option("--json", "print diagnostics as a JSON array")
    .action((files, options) => start(async () => (await import("./check.js")).check(files, options)));
  program
    .command("build <file>")
    .description("write the generated TypeScript")
    .option("-o, --out <dir>", "folder of the programs", ".")
    .option("--print <phase>", "print what a phase made: cst, ast, bound, typed, plan, improve")
    .addOption(setOption())
    .action((file, options) => start(async () => (await import("./build.js")).build(file, options)));
  withRunOptions(program.command("run <file> [name]"))
    .description("train NAME (the only `train` of the file if left out)")
    .option("--resume", "go on where a stopped run left off")
    .action((file, name, options) => start(async () => (await import("./run.js")).run(file, name, options)));
  withRunOptions(program.command("table <file> [name]"))
    .description("run what the table still lacks, and print it")
    .addOption(new Option("--format <format>", "how the table is printed").choices(formatNames))
    .option("--jobs <n>", "runs at the same time", whole(1))
    .option("--only <row,column,seed>", "only these runs; an empty part stands for all")
    .option("--dry-run", "say what would be run, and what it would cost")
    .action((file, name, options) => start(async () => (await import("./table.js")).table(file, name, options)));
  program
    .command("probe <file> <loss>")
    .description("a loss on given numbers: as compiled, and by the float64 evaluator")
    .requiredOption("--input <values.json>", "the numbers")
    .addOption(setOption())
    .addOption(backendOption())
    .option("--json", "print one JSON document")
    .action((file, loss, options) => start(async () => (await import("./probe.js")).probe(file, loss, options)));
  program
    .command("explain <file> [name]")
    .description(
      "a backbone's layers and costs, a formula with its gradient, a training with its memory, or the help of a diagnostic (explain CODE)",
    )
    .option("--input <size>", "input of a backbone, such as 112x112x3")
    .addOption(setOption())
    .option("--json", "print one JSON document")
    .action((file, name, options) => start(async () => (await import("./explain.js")).explain(file, name, options)));
  program
    .command("data <file> [dataset]")
    .description("read a data set through and report on it")
    .option("--data <dir>", "where data sets are looked up after the spec's folder")
    .option("--json", "print one JSON document")
    .action((file, name, options) => start(async () => (await import("./data.js")).data(file, name, options)));
  declareBackends(program, start);
  program
    .command("fmt <files...>")
    .description("put specs into the one canonical layout")
    .option("--check", "change nothing; exit 1 where a file is not in that layout")
    .action((files, options) => start(async () => (await import("./fmt.js")).fmt(files, options)));
}

function declareBackends(program: Command, start: (run: Run) => Promise<void>): void {
  const backends = program
    .command("backends")
    .description("what this machine can compute with, and why not with the others (backends install: the native library)")
    .option("--json", "print one JSON document")
    .action((options) => start(async () => (await import("./backends.js")).backends(options)));
  backends
    .command("install")
    .description("fetch TensorFlow's native library into the user's cache and build the binding to it")
    .addOption(new Option("--wheel <file>", "a wheel that is at hand (may be repeated)").argParser(collect).default([], "none"))
    .option("--cuda", "the library with CUDA, for NVIDIA GPUs")
    .action((options) => start(async () => (await import("./backends-install.js")).backendsInstall(options)));
}

async function main(args: readonly string[]): Promise<number> {
  const program = new Command("facec")
    .description("Compiles face-recognition experiments (.face) to TypeScript training programs, runs them, and makes their tables.")
    .version(version)
    .showSuggestionAfterError()
    .showHelpAfterError("(facec --help lists the commands)")
    .exitOverride();
  let code: number = exits.done;
  declare(program, async (run) => {
    code = await run();
  });
  for (const command of program.commands.flatMap((each) => [each, ...each.commands])) command.exitOverride().showSuggestionAfterError();
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    return failure(error, args);
  }
}

/** Says what went wrong, as JSON too where that was asked for, and with which exit code the command ends. */
function failure(error: unknown, args: readonly string[]): number {
  const json = (found: readonly Diagnostic[]): void => {
    if (!args.includes("--json")) return;
    // As the command itself prints them.
    const list = found.map(toJson);
    printJson(args[0] === "check" ? list : { diagnostics: list });
  };
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exits.done;
    // Its words stand on standard error already.
    json([diagnostic("command-wrong", null, said(error.message))]);
    return exits.usage;
  }
  if (isRefusal(error)) {
    const found = [diagnostic("path-refused", null, { path: error.path, why: error.code })];
    json(found);
    report(found);
    return exits.usage;
  }
  if (error instanceof SpecError || error instanceof FaceError) {
    json(error.diagnostics);
    report(error.diagnostics);
    if (error.diagnostics.every(isOfMachine)) return exits.failed;
    return error instanceof SpecError || !error.diagnostics.every(isUsage) ? exits.wrong : exits.usage;
  }
  say(`facec failed, and that is a defect of facec:\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return exits.failed;
}

/** "error: unknown option '--jsn'\n(Did you mean --json?)" as what is wrong and what may be meant. */
function said(message: string): { readonly said: string; readonly close: string | null } {
  const [, close = null] = /\(Did you mean (.*)\?\)/.exec(message) ?? [];
  const [first = ""] = message.split("\n");
  return { said: first.replace(/^error: /, ""), close };
}

/** Why the system may refuse a path that the user named. */
const refusals: ReadonlySet<string> = new Set(["EACCES", "EEXIST", "EISDIR", "ENOENT", "ENOSPC", "ENOTDIR", "EPERM", "EROFS"]);

function isRefusal(error: unknown): error is Error & { readonly path: string; readonly code: string } {
  if (!(error instanceof Error) || !("code" in error) || !("path" in error) || !("syscall" in error)) return false;
  return typeof error.path === "string" && typeof error.code === "string" && refusals.has(error.code);
}

/** What the catalogue of the command says is wrong use; all else is wrong in the spec or the data. */
function isUsage({ code }: Diagnostic): boolean {
  return code in commandMessages;
}

/** Neither the spec nor the command is wrong: the machine lacks something. */
function isOfMachine({ code }: Diagnostic): boolean {
  return code in installMessages;
}

/** A reader that has seen enough (`facec check --json | head`) is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(exits.done);
});

process.exitCode = await main(process.argv.slice(2));

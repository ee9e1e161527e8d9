/** The command line of a generated program: `npx tsx quick.ts --backend wasm --out runs/first`. */
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { FaceError, fail } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggest.js";
import type { Options } from "./experiment.js";
import { report } from "./train/report.js";

const flags = {
  backend: { type: "string" },
  seed: { type: "string" },
  epochs: { type: "string" },
  data: { type: "string" },
  out: { type: "string" },
  resume: { type: "boolean" },
  eager: { type: "boolean" },
  threads: { type: "string" },
  json: { type: "boolean" },
  format: { type: "string" },
  jobs: { type: "string" },
  only: { type: "string" },
  "dry-run": { type: "boolean" },
  beside: { type: "string" },
  cell: { type: "string" },
} as const;

export const backends = ["auto", "gpu", "node", "webgpu", "wasm", "cpu"] as const;
export const formats = ["text", "md", "csv", "json", "html", "latex"] as const;

/** The options where nothing is said. `beside` is the folder of the program. */
export function defaultOptions(beside: string): Options {
  return {
    backend: "auto",
    seed: null,
    epochs: null,
    data: null,
    out: null,
    resume: false,
    eager: false,
    threads: null,
    json: false,
    format: "text",
    jobs: null,
    only: null,
    dryRun: false,
    beside,
    cell: null,
  };
}

/** Reads options; throws a FaceError that names the option which is wrong. */
export function parseOptions(args: readonly string[], beside: string): Options {
  const values = read(args);
  const defaults = defaultOptions(values.beside ?? beside);
  const json = values.json ?? false;
  return {
    ...defaults,
    backend: word("backend", values.backend, backends) ?? defaults.backend,
    seed: whole("seed", values.seed, 0),
    epochs: whole("epochs", values.epochs, 1),
    data: values.data ?? null,
    out: values.out ?? null,
    resume: values.resume ?? false,
    eager: values.eager ?? false,
    threads: whole("threads", values.threads, 1),
    json,
    format: word("format", values.format, formats) ?? (json ? "json" : defaults.format),
    jobs: whole("jobs", values.jobs, 1),
    only: values.only ?? null,
    dryRun: values["dry-run"] ?? false,
    cell: values.cell ?? null,
  };
}

/** The options of this process; wrong use is said on standard error and ends the process with exit code 2. */
export function commandLine(): Options {
  try {
    return parseOptions(process.argv.slice(2), dirname(process.argv[1] ?? "."));
  } catch (error) {
    if (!(error instanceof FaceError)) throw error;
    report(error);
    process.exit(2);
  }
}

function read(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: false, strict: true }).values;
  } catch (error) {
    const unknown = args.map((arg) => /^--?([\w-]+)/.exec(arg)?.[1]).find((name) => name !== undefined && !(name in flags));
    if (unknown !== undefined) {
      const close = nearest(unknown, Object.keys(flags));
      return fail("option-unknown", null, { option: `--${unknown}`, close: close === null ? null : `--${close}` });
    }
    return fail("option-wrong", null, { said: error instanceof Error ? (error.message.split(". ")[0] ?? "") : String(error) });
  }
}

function word<W extends string>(option: string, value: string | undefined, words: readonly W[]): W | null {
  if (value === undefined) return null;
  const found = words.find((known) => known === value);
  if (found !== undefined) return found;
  return fail("option-value", null, { option: `--${option}`, value, expected: `one of ${words.join(", ")}`, close: nearest(value, words) });
}

function whole(option: string, value: string | undefined, least: number): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= 0xffffffff) return number;
  return fail("option-value", null, { option: `--${option}`, value, expected: `a whole number from ${least}`, close: null });
}

/** Runs what a table lacks, each run in a process of its own, some at a time. */
import { type ChildProcess, spawn } from "node:child_process";
import type { Options, Table } from "../experiment.js";
import { type Chosen, remarksOn } from "../train/backend.js";
import { listenForStop } from "../train/stop.js";
import { jobsFor, remarkOnJobs } from "./backend.js";
import type { CellMessage } from "./cell.js";
import type { GridRun } from "./grid.js";
import { showTable, type TableProgress } from "./progress.js";
import type { Failure } from "./result.js";

export interface JobsOutcome {
  readonly failures: readonly Failure[];
  readonly stopped: boolean;
}

/** Runs at a time: as many as were asked for, else as have cores of their own. */
export function jobsOf(options: Options, backend: Chosen, runs: number): number {
  return Math.max(1, Math.min(options.jobs ?? jobsFor(backend), runs));
}

/** Trains the runs; a failed one is noted and the others go on. */
export async function trainAll(table: Table, options: Options, backend: Chosen, runs: readonly GridRun[]): Promise<JobsOutcome> {
  const jobs = jobsOf(options, backend, runs.length);
  for (const remark of [...remarksOn(backend, options), remarkOnJobs(backend, jobs)]) {
    if (remark !== null) process.stderr.write(`${remark}\n`);
  }
  const waiting = [...runs];
  const failures: Failure[] = [];
  const children = new Set<ChildProcess>();
  const stop = listenForStop(() => {
    process.stderr.write("Stopping after the steps that run; Ctrl-C again stops at once.\n");
    for (const child of children) if (child.connected) child.send("stop");
  });
  const shown = await showTable(table, runs.length);
  const work = async () => {
    for (let run = waiting.shift(); run !== undefined && !stop.asked(); run = waiting.shift()) {
      const failure = await trainInChild(table, options, run, jobs, children, shown);
      if (failure !== null && !stop.asked()) failures.push(failure);
    }
  };
  try {
    await Promise.all(Array.from({ length: jobs }, work));
  } finally {
    shown.end();
    stop.release();
  }
  return { failures, stopped: stop.asked() };
}

/** Last characters of a child's standard error that are kept, for a process that ends without a word. */
const TAIL = 4000;

function trainInChild(
  table: Table,
  options: Options,
  run: GridRun,
  jobs: number,
  children: Set<ChildProcess>,
  shown: TableProgress,
): Promise<Failure | null> {
  const child = spawn(process.execPath, [...process.execArgv, ...programArguments(options, run, jobs)], {
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  children.add(child);
  let tail = "";
  let fails: Extract<CellMessage, { kind: "fails" }> | null = null;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-TAIL);
  });
  child.on("message", (message: CellMessage) => {
    if (message.kind === "fails") fails = message;
    shown.told(run, message);
  });
  return new Promise((resolve) => {
    let done = false;
    const end = (how: string | null) => {
      if (done) return;
      done = true;
      children.delete(child);
      const failure = how === null ? null : failureOf(table, run, fails, `${how}\n${tail}`.trim());
      shown.ended(run, failure);
      resolve(failure);
    };
    child.on("error", (error) => end(`The process of this run could not be started: ${error.message}.`));
    child.on("close", (code, signal) => {
      end(code === 0 ? null : endedText(code, signal));
    });
  });
}

function endedText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `The process of this run ended with exit code ${code}.`;
  // Nobody but the system kills so, most often for want of memory.
  const memory = signal === "SIGKILL" ? " If the machine is short of memory, train fewer runs at a time with --jobs." : "";
  return `The process of this run ended by signal ${signal}.${memory}`;
}

function failureOf(table: Table, run: GridRun, fails: Extract<CellMessage, { kind: "fails" }> | null, otherwise: string): Failure {
  const [row] = table.rows[run.row] ?? [""];
  const [column] = table.columns[run.column] ?? [""];
  return { row, column, seed: run.seed, code: fails?.code ?? null, message: fails?.message ?? otherwise };
}

/** The same program with the options that decide numbers, and the run that is meant. */
function programArguments(options: Options, run: GridRun, jobs: number): string[] {
  const program = process.argv[1];
  if (program === undefined) throw new Error("a table is run by a program in a file");
  const given = (name: string, value: string | number | null) => (value === null ? [] : [`--${name}`, String(value)]);
  return [
    program,
    ...given("backend", options.backend),
    ...given("epochs", options.epochs),
    ...given("data", options.data),
    ...given("out", options.out),
    ...given("threads", options.threads),
    ...given("beside", options.beside),
    ...given("jobs", jobs),
    ...(options.eager ? ["--eager"] : []),
    ...given("cell", `${run.row},${run.column},${run.seed}`),
  ];
}

/** `table(...)` of a generated program: trains what is lacking, prints the table, writes its page. */
import { join } from "node:path";
import { diagnostic, FaceError } from "../../diagnostics/diagnostic.js";
import { renderAll } from "../../diagnostics/render.js";
import type { Options, Table, Training } from "../experiment.js";
import { trainingStep } from "../step/build.js";
import type { Step } from "../step/step.js";
import type { BackendIdentity } from "../train/backend.js";
import { requirePrecision } from "../train/precision.js";
import { type Prepared, prepare } from "../train/prepare.js";
import { readRecord } from "../train/record.js";
import { colored, exitOf, exits, explain, report } from "../train/report.js";
import { printable } from "../words.js";
import { tableBackend } from "./backend.js";
import { trainCell } from "./cell.js";
import { dryRun } from "./dry-run.js";
import { type GridRun, gridOf, judgedOf, selection } from "./grid.js";
import { trainAll } from "./jobs.js";
import { printed } from "./print.js";
import { type Failure, type FinishedRun, resultOf, type TableResult } from "./result.js";
import { isPublished, publishedFolder } from "./store.js";
import { writePage } from "./write-page.js";

/** A run of the grid with what decides it; `prepared` is null where its data cannot be opened. */
export interface KeyedRun {
  readonly run: GridRun;
  readonly prepared: Prepared | null;
  readonly published: boolean;
}

/**
 * Fills the grid rows x columns x seeds from the store (--out, or `runs`) and by training, then prints it in the
 * format asked for. Images of every run are [batch, height, width, channel]. Sets the exit code; never throws for a
 * user's mistake.
 */
export async function table<R, C>(program: Table<R, C>, options: Options): Promise<void> {
  const table = widened(program);
  if (options.cell !== null && options.cell !== undefined) return trainCell(table, options, options.cell);
  try {
    await show(table, options);
  } catch (error) {
    report(error);
    if (options.format === "json" || options.json) process.stdout.write(`${JSON.stringify({ error: explain(error, false) }, null, 2)}\n`);
    process.exitCode = exitOf(error);
  }
}

/** The rest of the room does not care what rows and columns hold. */
function widened<R, C>(program: Table<R, C>): Table {
  const rows = new Map<unknown, R>(program.rows.map(([, value]) => [value, value]));
  const columns = new Map<unknown, C>(program.columns.map(([, value]) => [value, value]));
  const run = (row: unknown, column: unknown): Training => {
    const [r, c] = [rows.get(row), columns.get(column)];
    if (r === undefined || c === undefined) throw new Error("a table was asked for a row or column that it has not");
    return program.run(r, c);
  };
  return { ...program, run };
}

async function show(table: Table, options: Options): Promise<void> {
  const wanted = selection(table, options.only);
  const grid = gridOf(table, options.epochs, options.seed).filter(wanted);
  const chosen = tableBackend(options);
  for (const { training } of grid) requirePrecision(training, chosen.name);
  const store = options.out ?? "runs";
  const faults: unknown[] = [];
  const runs = await keyed(table, options, chosen, grid, store, (error) => {
    if (!options.dryRun) throw error;
    faults.push(error);
  });
  if (options.dryRun) {
    dryRun(table, options, chosen, store, runs, faults);
    return;
  }
  const missing = runs.filter(({ published }) => !published).map(({ run }) => run);
  const { failures, stopped } = missing.length === 0 ? { failures: [], stopped: false } : await trainAll(table, options, chosen, missing);
  const result = resultOf(table, grid, finished(runs, store), failures);
  if (stopped) {
    process.exitCode = exits.stopped;
    const left = runs.length - result.runs.length;
    process.stderr.write(
      `Stopped: ${result.runs.length} of ${runs.length} runs are finished; the same command goes on with the other ${left}.\n`,
    );
    return;
  }
  process.stdout.write(printed(result, options.format, process.stdout.isTTY === true));
  tellFailures(table, failures);
  const page = await writePage(table, result, store);
  process.stderr.write(`${printable(page)}\n`);
  if (failures.length > 0) process.exitCode = exits.failed;
}

/** Keys of all runs. Data sets are listed once a part and seed, steps recorded once a cell. */
async function keyed(
  table: Table,
  options: Options,
  backend: BackendIdentity,
  grid: readonly GridRun[],
  store: string,
  onFault: (error: unknown) => void,
): Promise<KeyedRun[]> {
  const judged = judgedOf(table);
  const recorded = new Map<string, Step>();
  const warned = new Set<string>();
  const found: KeyedRun[] = [];
  for (const run of grid) {
    const record = (training: Training, classes: number) => {
      const name = JSON.stringify([run.row, run.column, classes]);
      const step = recorded.get(name) ?? trainingStep(training, classes);
      recorded.set(name, step);
      return step;
    };
    try {
      const where = { seed: run.seed, data: options.data, beside: options.beside, cacheBytes: 0 };
      const prepared = await prepare(run.training, judged, where, backend, record);
      warnOnce(prepared, warned);
      found.push({ run, prepared, published: isPublished(store, prepared.key) });
    } catch (error) {
      onFault(error);
      found.push({ run, prepared: null, published: false });
    }
  }
  return found;
}

function warnOnce(prepared: Prepared, warned: Set<string>): void {
  for (const warning of prepared.open.warnings) {
    const text = `${renderAll([warning], { color: colored() })}\n`;
    if (!warned.has(text)) process.stderr.write(text);
    warned.add(text);
  }
}

export function finished(runs: readonly KeyedRun[], store: string): FinishedRun[] {
  return runs.flatMap(({ run, prepared }): FinishedRun[] => {
    if (prepared === null) return [];
    const folder = publishedFolder(store, prepared.key);
    const record = readRecord(folder);
    if (record === null) return [];
    if (record.key !== prepared.key) {
      const why = "this one belongs to another run";
      throw new FaceError(diagnostic("store-broken", { path: join(folder, "run.json") }, { why }));
    }
    return [{ row: run.row, column: run.column, seed: run.seed, record, folder }];
  });
}

function tellFailures(table: Table, failures: readonly Failure[]): void {
  for (const { row, column, seed, message } of failures) {
    process.stderr.write(
      `${printable(`${table.name}: ${row}, ${column}, seed ${seed} failed: `)}${message.split("\n").map(printable).join("\n")}\n`,
    );
  }
}

export type { TableResult };

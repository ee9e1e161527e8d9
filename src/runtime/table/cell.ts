/** One run of a table, trained in a process of its own for the process that shows the table. */
import { rmSync } from "node:fs";
import { availableParallelism } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { FaceError } from "../../diagnostics/diagnostic.js";
import type { DataOptions } from "../evaluate/evaluate.js";
import type { Options, Table } from "../experiment.js";
import { type Chosen, loadBackend } from "../train/backend.js";
import { checkpointPath } from "../train/checkpoint.js";
import type { StepLine } from "../train/metrics.js";
import { type Prepared, prepare } from "../train/prepare.js";
import { readRecord } from "../train/record.js";
import { exitOf, exits, explain } from "../train/report.js";
import { type Listener, run } from "../train/run.js";
import { listenForStop } from "../train/stop.js";
import { tableBackend } from "./backend.js";
import { type GridRun, gridOf, judgedOf } from "./grid.js";
import { type RunClaim, take } from "./store.js";

/** What such a process tells. */
export type CellMessage =
  | { readonly kind: "begins"; readonly done: number; readonly steps: number }
  | { readonly kind: "step"; readonly line: StepLine; readonly steps: number }
  | { readonly kind: "judging" }
  | { readonly kind: "waits"; readonly owner: string }
  | { readonly kind: "done" }
  | { readonly kind: "fails"; readonly code: string | null; readonly message: string; readonly text: string };

/** Milliseconds between two reports of steps; more would only keep both processes busy. */
const REPORT_EVERY = 200;
/** Between two looks at a run that another process is making. */
const WAIT = 1000;

/** Trains the run that `options.cell` names, or waits for the process that does. Sets the exit code. */
export async function trainCell(table: Table, options: Options, cell: string): Promise<void> {
  const stop = listenForStop(() => {}, { owned: true });
  try {
    const found = cellOf(table, options, cell);
    const finished = await trainRun(table, options, found, stop.asked);
    process.exitCode = finished ? exits.done : exits.stopped;
    if (finished) tell({ kind: "done" });
  } catch (error) {
    const first = error instanceof FaceError ? error.diagnostics[0] : undefined;
    const message = first === undefined ? String(error) : `${first.wording.title}. ${first.wording.text}`;
    tell({ kind: "fails", code: first?.code ?? null, message, text: explain(error, false) });
    process.exitCode = exitOf(error);
  } finally {
    stop.release();
    if (process.connected) process.disconnect();
  }
}

/** `cell`: ROW,COLUMN,SEED, the first two as numbers from 0. */
function cellOf(table: Table, options: Options, cell: string): GridRun {
  const [row, column, seed] = cell.split(",").map(Number);
  const found = gridOf(table, options.epochs, seed ?? null).find((run) => run.row === row && run.column === column);
  if (found === undefined) throw new Error(`the table has no run ${cell}`);
  return found;
}

/** False: stopped on the way. */
async function trainRun(table: Table, options: Options, { training, seed }: GridRun, stopped: () => boolean): Promise<boolean> {
  const where = { seed, data: options.data, beside: options.beside };
  const chosen = tableBackend(options);
  const prepared = await prepare(training, judgedOf(table), where, chosen);
  while (!stopped()) {
    const taken = take(options.out ?? "runs", prepared.key);
    if (taken.kind === "published") return true;
    if (taken.kind === "claimed") return trainClaimed(prepared, taken.claim, chosen, options, where, stopped);
    tell({ kind: "waits", owner: taken.owner });
    await sleep(WAIT);
  }
  return false;
}

async function trainClaimed(
  prepared: Prepared,
  claim: RunClaim,
  chosen: Chosen,
  options: Options,
  where: DataOptions,
  stopped: () => boolean,
): Promise<boolean> {
  let published = false;
  try {
    // A process that was killed between its last two files left a run that lacks nothing but its name.
    const finished = readRecord(claim.folder)?.key === prepared.key;
    if (!finished) {
      const backend = () => loadBackend(chosen.name, chosen.threads);
      const workers = (options.jobs ?? 1) >= availableParallelism() ? { workers: 0 } : {};
      const settings = {
        folder: claim.folder,
        resume: true,
        backend,
        eager: options.eager,
        options: where,
        listener: teller(claim),
        stopped,
        ...workers,
      };
      if ((await run(prepared, settings)) === null) return false;
    }
    // The checkpoint has served: the weights and run.json say all that a finished run has to say.
    rmSync(checkpointPath(claim.folder), { force: true });
    claim.publish();
    published = true;
    return true;
  } finally {
    if (!published) claim.release();
  }
}

function teller(claim: RunClaim): Listener {
  let told = 0;
  let renewed = Date.now();
  return {
    begins: (done, steps) => tell({ kind: "begins", done, steps }),
    step(line, steps) {
      const now = Date.now();
      if (now - renewed > 60_000) {
        claim.renew();
        renewed = now;
      }
      if (now - told < REPORT_EVERY && line.step < steps) return;
      told = now;
      tell({ kind: "step", line, steps });
    },
    evaluation: () => {},
    judging: () => tell({ kind: "judging" }),
  };
}

function tell(message: CellMessage): void {
  if (process.send !== undefined && process.connected) process.send(message);
}

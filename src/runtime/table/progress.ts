/** How the runs of a table are shown while they go, on standard error. */
import type { SingleBar } from "cli-progress";
import type { Table } from "../experiment.js";
import { speedometer } from "../train/progress.js";
import { barWidth, printable, short } from "../words.js";
import type { CellMessage } from "./cell.js";
import type { GridRun } from "./grid.js";
import type { Failure } from "./result.js";

export interface TableProgress {
  told(run: GridRun, message: CellMessage): void;
  ended(run: GridRun, failure: Failure | null): void;
  end(): void;
}

/** A bar for each run that goes on a terminal; elsewhere a line when a run begins and ends, and now and then between. */
export async function showTable(table: Table, runs: number): Promise<TableProgress> {
  return process.stderr.isTTY === true ? bars(table, runs) : lines(table, runs);
}

function runName(table: Table, { row, column, seed }: { readonly row: number; readonly column: number; readonly seed: number }): string {
  return printable(`${table.rows[row]?.[0] ?? ""}, ${table.columns[column]?.[0] ?? ""}, seed ${seed}`);
}

/** Characters of step, loss, rate, speed and time left beside a bar. */
const FIGURES = 64;

async function bars(table: Table, runs: number): Promise<TableProgress> {
  const { default: progress } = await import("cli-progress");
  const format = "{name} {bar} {value}/{total} {rest}";
  const names = table.rows.flatMap((_, row) => table.columns.map((__, column) => runName(table, { row, column, seed: 10 })));
  const longest = Math.max(...names.map((name) => name.length));
  const all = new progress.MultiBar(
    { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, barsize: barWidth(longest + FIGURES) },
    progress.Presets.shades_classic,
  );
  const total = all.create(runs, 0, { name: "runs".padEnd(longest), rest: "" });
  const shown = new Map<GridRun, { readonly bar: SingleBar; readonly speed: ReturnType<typeof speedometer> }>();
  return {
    told(run, message) {
      if (message.kind === "begins") {
        const bar = all.create(message.steps, message.done, { name: runName(table, run).padEnd(longest), rest: "" });
        shown.set(run, { bar, speed: speedometer() });
      }
      const entry = shown.get(run);
      if (entry === undefined || message.kind !== "step") return;
      const { speed, left } = entry.speed(message.line, message.steps);
      entry.bar.update(message.line.step, {
        rest: `loss ${short(message.line.loss)} rate ${short(message.line.rate)} ${speed} images/s, ${left} left`,
      });
    },
    ended(run) {
      const entry = shown.get(run);
      if (entry !== undefined) all.remove(entry.bar);
      total.increment();
    },
    end: () => all.stop(),
  };
}

const LINE_SECONDS = 15;

function lines(table: Table, runs: number): TableProgress {
  let finished = 0;
  const said = new Map<GridRun, { time: number; readonly speed: ReturnType<typeof speedometer> }>();
  const say = (text: string) => process.stderr.write(`${text}\n`);
  return {
    told(run, message) {
      const name = runName(table, run);
      if (message.kind === "begins") {
        said.set(run, { time: Date.now(), speed: speedometer() });
        say(message.done === 0 ? `${name}: ${message.steps} steps` : `${name}: goes on at step ${message.done} of ${message.steps}`);
      } else if (message.kind === "waits") {
        if (!said.has(run)) say(`${name}: waits for ${printable(message.owner)}, which trains it`);
        said.set(run, { time: Date.now(), speed: speedometer() });
      } else if (message.kind === "step") {
        const entry = said.get(run);
        if (entry === undefined) return;
        const { speed, left } = entry.speed(message.line, message.steps);
        if (Date.now() - entry.time < 1000 * LINE_SECONDS) return;
        entry.time = Date.now();
        say(`${name}: step ${message.line.step} of ${message.steps}, loss ${short(message.line.loss)}, ${speed} images/s, ${left} left`);
      }
    },
    ended(run, failure) {
      finished++;
      say(
        `[${finished}/${runs}] ${runName(table, run)}: ${failure === null ? "done" : `failed: ${printable(failure.message.split("\n")[0] ?? "")}`}`,
      );
    },
    end: () => {},
  };
}

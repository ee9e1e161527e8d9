/** `--dry-run`: the grid, what of it is there, what the rest would take, and what data is lacking. Trains nothing. */
import { FaceError } from "../../diagnostics/diagnostic.js";
import type { Options, Table } from "../experiment.js";
import type { Chosen } from "../train/backend.js";
import { readRecord } from "../train/record.js";
import { explain } from "../train/report.js";
import { duration, printable } from "../words.js";
import { jobsOf } from "./jobs.js";
import { publishedFolder } from "./store.js";
import type { KeyedRun } from "./table.js";

interface PlannedRun {
  readonly row: string;
  readonly column: string;
  readonly seed: number;
  readonly state: "finished" | "to train" | "lacks data";
  readonly what: string;
  readonly steps: number | null;
  readonly images: number | null;
  /** From finished runs of this cell, or of the table at their pace; null: no run has finished yet. */
  readonly seconds: number | null;
}

export function dryRun(
  table: Table,
  options: Options,
  backend: Chosen,
  store: string,
  runs: readonly KeyedRun[],
  faults: readonly unknown[],
): void {
  const planned = plan(table, store, runs);
  const left = planned.filter(({ state }) => state === "to train");
  const jobs = jobsOf(options, backend, left.length);
  const seconds =
    left.every((run) => run.seconds !== null) && left.length > 0 ? left.reduce((sum, run) => sum + (run.seconds ?? 0), 0) / jobs : null;
  const lacks = [...new Set(faults.map(words))];
  if (options.format === "json") {
    const summary = { steps: total(left, "steps"), images: total(left, "images"), jobs, seconds };
    process.stdout.write(`${JSON.stringify({ name: table.name, title: table.title, runs: planned, left: summary, lacks }, null, 2)}\n`);
    return;
  }
  const lines = [
    `${table.title}: ${table.rows.length} rows x ${table.columns.length} columns x ${table.seeds.length} seeds`,
    ...planned.map(
      ({ row, column, seed, state, what, steps }) =>
        `  ${row}, ${column}, seed ${seed}: ${state} (${what})${steps === null ? "" : `, ${steps} steps`}`,
    ),
    `${planned.filter(({ state }) => state === "finished").length} of ${planned.length} runs are finished.`,
    ...(left.length === 0
      ? []
      : [
          `To train: ${total(left, "steps")} steps, ${total(left, "images")} images, ${jobs} ${jobs === 1 ? "run" : "runs"} at a time${estimate(seconds)}.`,
        ]),
  ].map(printable);
  process.stdout.write(`${lines.join("\n")}\n`);
  if (lacks.length > 0) process.stdout.write(`\nLacks data:\n${lacks.join("\n")}\n`);
}

function plan(table: Table, store: string, runs: readonly KeyedRun[]): PlannedRun[] {
  const paces = runs.flatMap(({ run, prepared, published }) => {
    const record = prepared === null || !published ? null : readRecord(publishedFolder(store, prepared.key));
    return record === null ? [] : [{ run, perStep: record.timing.seconds / record.steps }];
  });
  return runs.map(({ run, prepared, published }) => {
    const alike = paces.filter((pace) => pace.run.row === run.row && pace.run.column === run.column);
    const known = alike.length > 0 ? alike : paces.filter((pace) => pace.run.column === run.column);
    const perStep = known.length === 0 ? null : known.reduce((sum, pace) => sum + pace.perStep, 0) / known.length;
    const steps = prepared?.pace.steps ?? null;
    const { backbone, loss, epochs, batch } = run.training;
    return {
      row: table.rows[run.row]?.[0] ?? "",
      column: table.columns[run.column]?.[0] ?? "",
      seed: run.seed,
      state: published ? "finished" : prepared === null ? "lacks data" : "to train",
      what: `${backbone.name}, loss ${loss.name}, ${epochs} epochs, batch ${batch}`,
      steps,
      images: steps === null ? null : steps * run.training.batch,
      seconds: perStep === null || steps === null ? null : perStep * steps,
    };
  });
}

function estimate(seconds: number | null): string {
  return seconds === null
    ? "; how long it takes is known once a run has finished"
    : `, about ${duration(seconds)} at the pace of the finished runs`;
}

function total(runs: readonly PlannedRun[], of: "steps" | "images"): number {
  return runs.reduce((sum, run) => sum + (run[of] ?? 0), 0);
}

function words(fault: unknown): string {
  return fault instanceof FaceError ? explain(fault, false).trimEnd() : String(fault);
}

/** `train(...)` of a generated program: one training in a folder of its own, shown, reported, with an exit code. */
import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import { renderAll } from "../../diagnostics/render.js";
import type { Options, Training } from "../experiment.js";
import { printable } from "../words.js";
import { type Chosen, chosenBackend, loadBackend, remarksOn } from "./backend.js";
import { checkpointPath } from "./checkpoint.js";
import { waitFor } from "./claim.js";
import { writing } from "./files.js";
import { requirePrecision } from "./precision.js";
import { ownProtocols, prepare } from "./prepare.js";
import { showRun } from "./progress.js";
import { type RunRecord, readRecord, recordPath } from "./record.js";
import { colored, exitOf, exits, explain, report } from "./report.js";
import { run } from "./run.js";
import { listenForStop } from "./stop.js";
import { runText } from "./text.js";

/**
 * Trains on images [batch, height, width, channel] with labels {sample}, and writes run.json, metrics.jsonl,
 * checkpoint and weights (float32, W as [class, feature]) into --out. Sets the exit code; never throws for a user's mistake.
 */
export async function train(training: Training, options: Options): Promise<void> {
  try {
    const record = await trainHere(training, options);
    if (record === null) process.exitCode = exits.stopped;
    else process.stdout.write(options.json ? `${JSON.stringify(record, null, 2)}\n` : runText(record, folderOf(training, options)));
  } catch (error) {
    report(error);
    if (options.json) process.stdout.write(`${JSON.stringify({ error: explain(error, false) }, null, 2)}\n`);
    process.exitCode = exitOf(error);
  }
}

/** The training that the options make of a program's own. */
function withOptions(training: Training, options: Options): Training {
  return { ...training, seed: options.seed ?? training.seed, epochs: options.epochs ?? training.epochs };
}

function folderOf(training: Training, options: Options): string {
  return options.out ?? join("runs", `${training.name}-seed-${options.seed ?? training.seed}`);
}

async function trainHere(program: Training, options: Options): Promise<RunRecord | null> {
  const chosen = chosenBackend(options);
  requirePrecision(program, chosen.name); // what cannot run is said before anything is written
  const folder = folderOf(program, options);
  const stop = listenForStop(() => say("Stopping after this step; Ctrl-C again stops at once."));
  const claim = await waitFor(folder, (owner) => say(`${printable(folder)} is in use; waiting for ${owner}.`), stop.asked);
  try {
    return claim === null ? null : await trainIn(folder, withOptions(program, options), chosen, options, stop.asked);
  } finally {
    claim?.release();
    stop.release();
  }
}

async function trainIn(
  folder: string,
  training: Training,
  chosen: Chosen,
  options: Options,
  stopped: () => boolean,
): Promise<RunRecord | null> {
  const where = { seed: training.seed, data: options.data, beside: options.beside };
  const prepared = await prepare(training, ownProtocols(training), where, chosen);
  if (prepared.open.warnings.length > 0) say(renderAll(prepared.open.warnings, { color: colored() }));
  if (options.resume) {
    const finished = readRecord(folder);
    if (finished !== null && finished.key === prepared.key) return finished;
    if (!existsSync(checkpointPath(folder))) say(`No checkpoint in ${printable(folder)}: the run begins at its first step.`);
  } else {
    setAside(folder);
  }
  for (const remark of remarksOn(chosen, options)) say(remark);
  const shown = await showRun(training.name);
  try {
    const record = await run(prepared, {
      folder,
      resume: options.resume,
      backend: () => loadBackend(chosen.name, chosen.threads),
      eager: options.eager,
      options: where,
      listener: shown,
      stopped,
    });
    shown.end();
    if (record === null) say(`Stopped; the checkpoint is in ${printable(folder)}. The same command with --resume goes on.`);
    return record;
  } finally {
    shown.end();
  }
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Moves what an earlier run left in the folder into one of its own, so that nothing trained is ever overwritten. */
function setAside(folder: string): void {
  if (!existsSync(recordPath(folder)) && !existsSync(checkpointPath(folder))) return;
  let number = 1;
  while (existsSync(join(folder, `earlier-${number}`))) number++;
  const aside = join(folder, `earlier-${number}`);
  writing(aside, () => {
    mkdirSync(aside);
    for (const name of ["run.json", "metrics.jsonl", "checkpoint.safetensors", "weights.safetensors"]) {
      if (existsSync(join(folder, name))) renameSync(join(folder, name), join(aside, name));
    }
  });
  say(`The earlier run in ${printable(folder)} was moved to ${printable(aside)}.`);
}

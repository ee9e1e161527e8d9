/** One training from its first step, or from its checkpoint, to run.json. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { fail } from "../../diagnostics/diagnostic.js";
import { type BatchSource, batches } from "../data/index.js";
import type { DataOptions } from "../evaluate/evaluate.js";
import type { Backend } from "../kernels/kernel.js";
import { jpegAddonOf } from "../kernels/native/installed.js";
import { sizeOf } from "../kernels/shapes.js";
import { createRunner } from "../step/create.js";
import { stepKey } from "../step/draw.js";
import type { Runner } from "../step/runner.js";
import { numericVersion, version } from "../version.js";
import { type Best, type Checkpoint, readCheckpoint, type State, shaped, writeCheckpoint } from "./checkpoint.js";
import { removeTorn, writeJson, writing } from "./files.js";
import { drawnInitially, initialValues } from "./initial.js";
import { Judge } from "./judge.js";
import { type EvaluationLine, isStep, Metrics, readMetrics, type StepLine } from "./metrics.js";
import { epochsOver, progressAt } from "./pace.js";
import type { Prepared } from "./prepare.js";
import { programOf, type RunRecord, recordPath } from "./record.js";
import { writeSafetensors } from "./safetensors.js";

/** Who is told how a run goes. */
export interface Listener {
  /** Before the first step; `done` steps of `steps` come from a checkpoint. */
  begins(done: number, steps: number): void;
  step(line: StepLine, steps: number): void;
  evaluation(line: EvaluationLine): void;
  /** All steps are done; protocols are applied. */
  judging(): void;
}

export interface RunSettings {
  readonly folder: string;
  readonly resume: boolean;
  /** Where it is still to be loaded, reading of the data begins before. */
  readonly backend: Backend | (() => Promise<Backend>);
  /** Kernel by kernel: the same numbers, to debug with. */
  readonly eager?: boolean;
  readonly options: DataOptions;
  readonly listener: Listener;
  readonly stopped: () => boolean;
  readonly workers?: number;
}

/** Longest time that a kill can lose. */
const CHECKPOINT_SECONDS = 30;

/** Trains, evaluates and writes everything into the folder. Null: stopped on the way, with a checkpoint written. */
export async function run(prepared: Prepared, settings: RunSettings): Promise<RunRecord | null> {
  writing(settings.folder, () => mkdirSync(settings.folder, { recursive: true }));
  removeTorn(settings.folder);
  const { step, pace, ingredients } = prepared;
  const from = settings.resume ? readCheckpoint(settings.folder, step.variables, ingredients) : null;
  const source = (from?.step ?? 0) < pace.steps ? batchesFrom(prepared, from?.step ?? 0, settings.workers ?? 1) : null;
  let session: Session | null = null;
  try {
    const backend = typeof settings.backend === "function" ? await settings.backend() : settings.backend;
    const jpegAddon = jpegAddonOf(backend.name);
    if (jpegAddon !== null) source?.useJpegAddon(jpegAddon);
    session = new Session(prepared, settings, backend, from);
    await session.ready();
    if (!(await session.train(source))) return null;
    await source?.close();
    settings.listener.judging();
    return await session.finish();
  } finally {
    await session?.close();
    await source?.close();
  }
}

function batchesFrom({ open, training, seed }: Prepared, fromStep: number, workers: number): BatchSource {
  return batches(open, { batch: training.batch, seed, fromStep, workers });
}

class Session {
  private readonly runner: Runner;
  private readonly metrics: Metrics;
  private readonly judge: Judge;
  private readonly began = performance.now();
  private readonly before: number; // seconds of earlier parts
  private done: number;
  private best: Best | null;
  private last: StepLine | null;

  constructor(
    private readonly prepared: Prepared,
    private readonly settings: RunSettings,
    private readonly backend: Backend,
    from: Checkpoint | null,
  ) {
    const { step, seed } = prepared;
    this.done = from?.step ?? 0;
    this.best = from?.best ?? null;
    this.before = from?.seconds ?? 0;
    const metrics = join(settings.folder, "metrics.jsonl");
    this.metrics = new Metrics(metrics, from?.metricsBytes ?? 0);
    this.last = from === null ? null : lastStep(metrics);
    const eager = settings.eager ?? false;
    this.runner = createRunner(step, backend, { eager });
    this.runner.load(from?.state ?? drawnInitially(step.variables, seed));
    this.judge = new Judge(prepared, backend, settings.options, eager);
  }

  ready(): Promise<void> {
    return this.judge.ready();
  }

  /** All steps that are left, on the batches of the source. False: stopped on the way. */
  async train(source: BatchSource | null): Promise<boolean> {
    const { settings } = this;
    const { pace } = this.prepared;
    settings.listener.begins(this.done, pace.steps);
    let written = performance.now();
    while (source !== null && this.done < pace.steps) {
      const start = performance.now();
      try {
        await this.step(await source.next(), start);
      } catch (error) {
        // The state is that before the step: nothing that was trained is lost. What stopped the run is what is told.
        await this.checkpoint().catch(() => {});
        throw error;
      }
      // Signals, messages and the progress bar get their turn: nothing else in the loop need wait for the outside.
      await setImmediate();
      const epochEnds = epochsOver(pace, this.done) > epochsOver(pace, this.done - 1);
      if (epochEnds) await this.validate();
      const stopped = settings.stopped() && this.done < pace.steps;
      if (epochEnds || stopped || performance.now() - written > 1000 * CHECKPOINT_SECONDS) {
        await this.checkpoint();
        written = performance.now();
      }
      if (stopped) return false;
    }
    return true;
  }

  /** `start`: when the wait for the batch began; its time counts. */
  private async step(batch: { readonly images: Float32Array; readonly labels: Int32Array }, start: number): Promise<void> {
    const { training, pace, seed } = this.prepared;
    const at = progressAt(pace, this.done);
    const rate = training.schedule(at);
    if (!Number.isFinite(rate)) fail("not-finite", training.at, { tensor: "the learning rate", step: this.done + 1 });
    const { loss, gradientNorm } = await this.runner.run({
      images: batch.images,
      labels: batch.labels,
      rate,
      epoch: at.epoch,
      step: at.step,
      progress: at.progress,
      key: stepKey(seed, this.done),
    });
    this.done++;
    const seconds = (performance.now() - start) / 1000;
    this.last = {
      step: this.done,
      epoch: progressAt(pace, this.done).epoch,
      loss: loss?.[0] ?? Number.NaN,
      rate,
      gradient_norm: gradientNorm?.[0] ?? Number.NaN,
      seconds: rounded(this.seconds()),
      images_per_second: rounded(training.batch / seconds),
    };
    this.metrics.append(this.last);
    this.settings.listener.step(this.last, pace.steps);
  }

  /** The evaluation on the way that `evaluate ... every n epochs` asks for. */
  private async validate(): Promise<void> {
    const { training, pace } = this.prepared;
    const over = epochsOver(pace, this.done);
    if (training.evaluate === null) return;
    if (over % training.evaluate.every !== 0 && this.done < pace.steps) return;
    const state = await this.runner.save();
    const { text, figures } = await this.judge.validate(training.evaluate.protocol, state);
    const better = training.evaluate.keepBest && (this.best === null || figures.accuracy > this.best.accuracy);
    const epoch = progressAt(pace, this.done).epoch;
    if (better) this.best = { accuracy: figures.accuracy, step: this.done, epoch, state };
    const { accuracy, auc, eer } = figures;
    const line = { step: this.done, epoch, evaluation: text, accuracy, auc, eer, best: better, seconds: rounded(this.seconds()) };
    this.metrics.append(line);
    this.settings.listener.evaluation(line);
  }

  private async checkpoint(): Promise<void> {
    const { step, ingredients } = this.prepared;
    writeCheckpoint(this.settings.folder, step.variables, ingredients, {
      step: this.done,
      metricsBytes: this.metrics.flush(),
      seconds: this.seconds(),
      state: await this.runner.save(),
      best: this.best,
    });
  }

  /** Applies the protocols to the weights that count, writes weights and run.json. */
  async finish(): Promise<RunRecord> {
    const { prepared, settings } = this;
    const { training, seed, open, pace, step } = prepared;
    const state: State = this.best?.state ?? (await this.runner.save());
    const evaluations = await this.judge.evaluate(state, initialValues(step.variables, seed));
    const kept = step.variables.filter(({ kind }) => kind !== "moment");
    const metadata = { format: "facec weights 1", name: training.name, backbone: training.backbone.name, key: prepared.key };
    writeSafetensors(join(settings.folder, "weights.safetensors"), { metadata, tensors: shaped(kept, state, "") });
    const { name, library, threads } = this.backend;
    const record: RunRecord = {
      name: training.name,
      spec: training.at,
      program: programOf(),
      key: prepared.key,
      ingredients: prepared.ingredients,
      backend: { name, library, threads },
      versions: { facec: version, numeric: numericVersion, node: process.version },
      seed,
      epochs: training.epochs,
      batch: training.batch,
      steps: pace.steps,
      data: {
        name: training.data.part === null ? training.data.dataset.name : `${training.data.dataset.name}.${training.data.part}`,
        images: open.images,
        identities: open.identities.length,
        fingerprint: open.fingerprint,
      },
      backbone: training.backbone.name,
      loss: { name: training.loss.name, formula: training.loss.formula },
      parameters: kept.filter(({ kind }) => kind === "weight" || kind === "learned").reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      timing: {
        finished: new Date().toISOString(),
        seconds: rounded(this.seconds()),
        images_per_second: rounded((pace.steps * training.batch) / this.seconds()),
      },
      final: this.last && { loss: this.last.loss, rate: this.last.rate, gradient_norm: this.last.gradient_norm },
      best: this.best && { accuracy: this.best.accuracy, step: this.best.step, epoch: this.best.epoch },
      evaluations,
    };
    this.metrics.flush();
    writeJson(recordPath(settings.folder), record);
    return record;
  }

  async close(): Promise<void> {
    this.judge.dispose();
    this.runner.dispose();
    this.metrics.close();
  }

  private seconds(): number {
    return this.before + (performance.now() - this.began) / 1000;
  }
}

function lastStep(path: string): StepLine | null {
  return readMetrics(path).findLast(isStep) ?? null;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}

/** metrics.jsonl: one line of JSON for each step and each evaluation, in order. */
import { closeSync, fstatSync, fsyncSync, ftruncateSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import { writing } from "./files.js";

/** One step. Times are of the whole run, earlier parts of a resumed run included. */
export interface StepLine {
  readonly step: number; // from 1
  readonly epoch: number; // real-valued, after the step
  readonly loss: number;
  readonly rate: number;
  readonly gradient_norm: number;
  readonly seconds: number;
  readonly images_per_second: number;
}

/** One evaluation on the way. */
export interface EvaluationLine {
  readonly step: number;
  readonly epoch: number;
  readonly evaluation: string; // the protocol in full
  readonly accuracy: number;
  readonly auc: number;
  readonly eer: number;
  readonly best: boolean;
  readonly seconds: number;
}

export type MetricsLine = StepLine | EvaluationLine;

/** Milliseconds: a reader never lags more, and a fast loop never waits for the disk. The first line is there at once. */
const FLUSH_AFTER = 1000;

/** Appends lines; `flush` makes all of them last before a checkpoint refers to them. A full disk is the error `cannot-write`. */
export class Metrics {
  private readonly file: number;
  private pending = "";
  private flushed = 0;

  /** Goes on after the first `bytes` bytes; what a killed run wrote behind them is cut off, for it is computed again. */
  constructor(
    private readonly path: string,
    private bytes: number,
  ) {
    this.file = writing(path, () => {
      mkdirSync(dirname(path), { recursive: true });
      return openSync(path, "a+");
    });
    const size = fstatSync(this.file).size;
    if (size < bytes) {
      closeSync(this.file);
      fail("checkpoint-broken", { path }, { why: `${bytes} bytes were written and ${size} are there` });
    }
    ftruncateSync(this.file, bytes);
  }

  append(line: MetricsLine): void {
    this.pending += `${JSON.stringify(line)}\n`;
    if (Date.now() - this.flushed >= FLUSH_AFTER) this.write();
  }

  /** Returns the length of the file in bytes, once everything has reached the disk. */
  flush(): number {
    this.write();
    writing(this.path, () => fsyncSync(this.file));
    return this.bytes;
  }

  close(): void {
    try {
      this.write();
    } finally {
      closeSync(this.file);
    }
  }

  private write(): void {
    if (this.pending !== "") {
      writing(this.path, () => this.appendPending());
      this.bytes += Buffer.byteLength(this.pending);
    }
    this.pending = "";
    this.flushed = Date.now();
  }

  private appendPending(): void {
    try {
      writeFileSync(this.file, this.pending);
    } catch (error) {
      // The lines are tried again: a part of them must not stand there twice.
      ftruncateSync(this.file, this.bytes);
      throw error;
    }
  }
}

export function isEvaluation(line: MetricsLine): line is EvaluationLine {
  return "evaluation" in line;
}

export function isStep(line: MetricsLine): line is StepLine {
  return !isEvaluation(line);
}

/** The lines of a metrics.jsonl; a last line that was cut is left out. */
export function readMetrics(path: string): MetricsLine[] {
  const lines = readFileSync(path, "utf8").split("\n");
  lines.pop();
  return lines.map((line): MetricsLine => JSON.parse(line));
}

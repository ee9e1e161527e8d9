/**
 * What a generated program states: data, backbone, loss, training, table, as plain objects. The functions that make
 * them (`folder`, `backbone`, `loss`, `training`, ...) are exported by index.ts; `train` and `table` run them.
 */
import type { Arguments, Initial, Layer, Shape } from "./describe.js";
import type { Axis } from "./ops/axes.js";
import type { Value } from "./step/record.js";
import type { Line } from "./step/step.js";

// ---------------------------------------------------------------- data

/** One augmentation of a training image; draws are keyed by (seed, epoch, place in the epoch). */
export interface Augmentation {
  readonly kind: "flip" | "crop" | "brightness";
  readonly args: Arguments;
}

export interface Split {
  /** Identities per part, in order: { train: 26, validation: 4, test: 10 }. No identity is in two parts. */
  readonly parts: Readonly<Record<string, number>>;
  /** "run": redrawn by the seed of each run. */
  readonly seed: number | "run";
}

export interface FolderSource {
  readonly kind: "folder";
  /** Looked up beside the program's spec, in --data, in FACEC_DATA. One folder an identity, or `s1/1.pgm`. */
  readonly path: string;
}

export interface SyntheticSource {
  readonly kind: "synthetic";
  readonly identities: number;
  readonly images: number; // per identity
  readonly labelNoise: number; // 0..1: share of training images with another identity's label
  readonly seed: number;
}

/** Images of identities: where they come from, and what the network sees of them. Images are [height, width, channel]. */
export interface Dataset {
  readonly name: string;
  readonly source: FolderSource | SyntheticSource;
  readonly image: readonly [number, number, number]; // height, width, channels
  /** Files of another size are resized to `image`; otherwise they are errors. */
  readonly resized: boolean;
  /** What the network sees of a pixel 0..255. */
  readonly scale: (v: number) => number;
  readonly augment: readonly Augmentation[];
  readonly split: Split | null;
  readonly at: Line;
}

/** All of a data set (`part` null) or one part of its split. */
export interface DataPart {
  readonly dataset: Dataset;
  readonly part: string | null;
}

// ---------------------------------------------------------------- network and loss

/** A network from images {sample, height, width, channel} of `input` to embeddings {sample, feature}. */
export interface Backbone {
  readonly name: string;
  readonly input: Shape; // height, width, channels
  readonly layers: readonly Layer[];
  readonly at: Line;
}

/** What every loss is given. N and C are known when the step is recorded; epoch, step and progress are fed. */
export interface LossInputs {
  readonly x: Value; // sample, feature: the embedding
  readonly y: Value; // sample: the class (labels)
  readonly W: Value; // class, feature
  readonly b: Value; // class
  readonly epoch: Value;
  readonly step: Value;
  readonly progress: Value; // 0..1 over the run
  readonly N: number; // samples in the batch
  readonly C: number; // classes
}

export interface LearnedDescription {
  readonly axes: readonly Axis[];
  readonly sizes?: Readonly<Record<Axis, number>>; // of axes of its own: { part: 3 }
  readonly initial: Initial;
  readonly atLeast?: number;
  readonly atMost?: number;
}

export interface StateDescription {
  readonly axes: readonly Axis[];
  readonly initial: number;
}

/** What a loss makes of a batch: numbers {sample}. */
export interface LossValue {
  /** One number a sample: what it is charged, times what it counts. The batch loss is the mean. */
  readonly perSample: Value;
  /** One number a sample: what it counts, where a weighting says so. */
  readonly weights?: Value;
}

/** A compiled loss: value and gradient in stable form. `Own` are the names that it learns or keeps as state. */
export interface Loss<Own extends string = string> {
  readonly name: string;
  /** As the spec has it. */
  readonly formula: string;
  readonly at: Line;
  /** What it reads of x, y, W, b; W and b are made only where they are named. */
  readonly uses: readonly ("x" | "y" | "W" | "b")[];
  readonly learned?: Readonly<Record<string, LearnedDescription>>;
  readonly states?: Readonly<Record<string, StateDescription>>;
  /** `gradient` is its gradient: where the spec stops one or states another, `stop` and `withGradient` say so. */
  value(inputs: LossInputs & Readonly<Record<Own, Value>>): LossValue;
  /** Gradients of the batch loss by x, W, b and everything learned, each with the axes of what it belongs to. */
  gradient(inputs: LossInputs & Readonly<Record<Own, Value>>): Readonly<Record<string, Value>>;
  /** States after a step that succeeded, from the states before it. */
  update?(inputs: LossInputs & Readonly<Record<Own, Value>>): Readonly<Record<string, Value>>;
}

// ---------------------------------------------------------------- training

/** Where a run stands; `epoch` is real-valued (2.5: half of the third epoch is done), progress is 0..1. */
export interface Progress {
  readonly epoch: number;
  readonly step: number;
  readonly progress: number;
}

export interface OptimizerChoice {
  readonly kind: string; // "sgd"
  readonly args: Arguments; // momentum, decay
  /** `except(bn, bias, decay = 0)`: other arguments for some groups of variables. */
  readonly except: readonly { readonly groups: readonly string[]; readonly args: Arguments }[];
}

/** All pairs of the same identity and as many different ones, drawn by the protocol's own seed, in seeded folds. */
export interface PairsProtocol {
  readonly kind: "pairs";
  readonly data: DataPart;
  readonly folds: number; // 10
  readonly seed: number; // 0
}

/** How embeddings {sample, feature} are judged. */
export type Protocol = PairsProtocol;

/** The figure that a protocol gives: one number for all pairs of a run. */
export type Measure =
  | { readonly kind: "accuracy" } // threshold chosen on the other folds
  | { readonly kind: "auc" }
  | { readonly kind: "eer" }
  | { readonly kind: "tar"; readonly far: number }; // the largest TAR whose FAR does not exceed `far`

export type Precision = "float32" | "bfloat16";

/** Everything that decides a run. Batches of images are [batch, height, width, channel]. */
export interface Training {
  readonly name: string;
  readonly at: Line;
  readonly data: DataPart;
  readonly backbone: Backbone;
  readonly loss: Loss;
  readonly optimizer: OptimizerChoice;
  readonly schedule: (t: Progress) => number;
  /** Largest L2 norm of the whole gradient; null: not clipped. */
  readonly clip: number | null;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  /** Of the backbone in training and evaluation; weights, statistics, softmax and loss are float32 either way. */
  readonly precision: Precision;
  readonly evaluate: { readonly protocol: Protocol; readonly every: number; readonly keepBest: boolean } | null;
}

// ---------------------------------------------------------------- tables

/** What stands in each cell of a table: one figure, the mean over the seeds. */
export interface Cell {
  readonly protocol: Protocol;
  readonly measure: Measure;
  readonly format: "percent" | "number";
  readonly spread: boolean;
  readonly best: boolean;
}

/** Figures of a paper, one number for a row and a column, to stand beside ours. */
export interface Published {
  readonly source: string;
  /** How far ours may lie from the figure, in the units of the figure; null: not judged. */
  readonly within: number | null;
  readonly entries: readonly { readonly row: string; readonly column: string; readonly value: number }[];
}

/** Rows x columns x seeds: `run` says what is trained for a row and a column; the seed is set by the table. */
export interface Table<R = unknown, C = unknown> {
  readonly name: string;
  readonly title: string;
  readonly at: Line;
  readonly rows: readonly (readonly [label: string, value: R])[];
  readonly columns: readonly (readonly [label: string, value: C])[];
  readonly run: (row: R, column: C) => Training;
  readonly seeds: readonly number[];
  readonly cells: readonly Cell[];
  readonly published: readonly Published[];
}

/** What the command line of a program says; `commandLine()` reads it. */
export interface Options {
  readonly backend: "auto" | "gpu" | "node" | "webgpu" | "wasm" | "cpu";
  readonly seed: number | null;
  readonly epochs: number | null;
  readonly data: string | null;
  readonly out: string | null;
  readonly resume: boolean;
  /** Kernel by kernel instead of as one program of the library: to debug with, where a backend has both. */
  readonly eager: boolean;
  readonly threads: number | null;
  readonly json: boolean;
  /** Of a table. */
  readonly format: "text" | "md" | "csv" | "json" | "html" | "latex";
  readonly jobs: number | null;
  /** ROW,COLUMN,SEED; an empty part stands for all. */
  readonly only: string | null;
  readonly dryRun: boolean;
  /** Folder of the spec: where data is looked up first. */
  readonly beside: string;
  /** ROW,COLUMN,SEED of the one run of a table that this process trains for the process that started it. */
  readonly cell?: string | null;
}

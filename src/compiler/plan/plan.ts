/**
 * The whole experiment as plain data: sugar gone, defaults filled in, names kept. `improve` rewrites the formulas in
 * it, `emit` prints one program for each training and each table of it. No spans, no absolute paths: the same spec
 * gives the same plan on every machine. `line`s point into `file`.
 */
import type { ArgumentValue, Initial, Shape } from "../../runtime/describe.js";
import type { Augmentation, Measure, OptimizerChoice, Precision, Split } from "../../runtime/experiment.js";
import type { Axis } from "../../runtime/ops/axes.js";
import type { Expr } from "../formula/expr.js";

export interface Location {
  readonly file: string; // as users see it: "quickstart.face", "std.losses"
  readonly line: number;
}

export interface Plan {
  readonly file: string;
  readonly datasets: readonly DatasetPlan[];
  readonly blocks: readonly BlockPlan[]; // those in use, callees before callers
  /** One for each set of arguments in use, then those that the file declares or brings in and does not use, with their defaults. */
  readonly backbones: readonly BackbonePlan[];
  readonly losses: readonly LossPlan[];
  readonly schedules: readonly SchedulePlan[];
  readonly trains: readonly TrainPlan[]; // of the file, and of others where a table starts from them
  readonly tables: readonly TablePlan[];
}

export interface DatasetPlan {
  readonly name: string;
  readonly at: Location;
  readonly source:
    | { readonly kind: "folder"; readonly path: string }
    | {
        readonly kind: "synthetic";
        readonly identities: number;
        readonly images: number;
        readonly labelNoise: number;
        readonly seed: number;
      };
  readonly image: readonly [number, number, number];
  readonly resized: boolean;
  /** Over the input `v`, a pixel 0..255. */
  readonly scale: Expr;
  readonly augment: readonly Augmentation[];
  readonly split: Split | null;
}

export interface DataPartPlan {
  readonly dataset: string;
  readonly part: string | null;
}

/** A block keeps its parameters, so that the program has it as one function. */
export interface BlockPlan {
  readonly name: string; // identifier in the program
  readonly at: Location;
  readonly parameters: readonly { readonly name: string; readonly default: ArgumentValue | null }[];
  readonly body: readonly LayerPlan[];
}

/** A layer of the catalogue or a block, by name. */
export interface LayerPlan {
  readonly kind: string;
  readonly block: boolean;
  readonly at: Location;
  /** Values, or formulas over the parameters of the block or backbone it stands in. */
  readonly args: readonly { readonly name: string; readonly value: ArgumentValue | Expr }[];
  readonly bodies: readonly (readonly LayerPlan[])[];
  /** Output for one image; null inside a block, where it differs from use to use. */
  readonly output: Shape | null;
}

export interface BackbonePlan {
  readonly name: string; // identifier in the program
  readonly title: string; // as the spec calls it, with its arguments: "SmallRes(features = 64)"
  readonly at: Location;
  readonly input: Shape;
  readonly parameters: readonly { readonly name: string; readonly value: ArgumentValue }[]; // of this use
  readonly body: readonly LayerPlan[];
  readonly output: Shape;
  readonly parameterCount: number;
  readonly multiplyAdds: number;
}

/** A formula and what `improve` made of it. */
export interface LossPlan {
  readonly name: string; // identifier in the program
  readonly title: string; // "focal(2) * softmax"
  /** The spec's text of the formula, on one line. */
  readonly formula: string;
  readonly at: Location;
  readonly uses: readonly ("x" | "y" | "W" | "b")[];
  readonly parameters: readonly { readonly name: string; readonly value: number }[];
  readonly learned: readonly {
    readonly name: string;
    readonly axes: readonly Axis[];
    readonly sizes: Readonly<Record<Axis, number>>;
    readonly initial: Initial;
    readonly atLeast: number | null;
    readonly atMost: number | null;
  }[];
  readonly states: readonly {
    readonly name: string;
    readonly axes: readonly Axis[];
    readonly initial: number;
    readonly update: Expr | null;
  }[];
  /** One number a sample. */
  readonly perSample: Expr;
  readonly weights: Expr | null;
  /** Of the mean of perSample over the batch, by x, W, b and what is learned; made by `improve`. */
  readonly gradients: readonly { readonly of: string; readonly value: Expr }[];
  /** Names of the rules that fired, in order, with the reason of each; made by `improve`. */
  readonly rules: readonly { readonly name: string; readonly why: string }[];
}

export interface SchedulePlan {
  readonly name: string;
  readonly title: string;
  readonly formula: string;
  readonly at: Location;
  readonly parameters: readonly { readonly name: string; readonly value: number }[];
  /** Over the scalars epoch, step, progress. */
  readonly rate: Expr;
}

export interface ProtocolPlan {
  readonly kind: "pairs";
  readonly data: DataPartPlan;
  readonly folds: number;
  readonly seed: number;
}

export interface TrainPlan {
  readonly name: string;
  readonly at: Location;
  readonly data: DataPartPlan;
  readonly backbone: string;
  readonly loss: string;
  readonly optimizer: OptimizerChoice;
  readonly schedule: string;
  readonly clip: number | null;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
  readonly precision: Precision;
  readonly evaluate: { readonly protocol: ProtocolPlan; readonly every: number; readonly keepBest: boolean } | null;
}

/** What a row or a column changes: the name of a loss, backbone or schedule of the plan. */
export interface AxisPlan {
  readonly what: "loss" | "backbone" | "schedule" | "weighting";
  readonly entries: readonly { readonly label: string; readonly value: string }[];
}

export interface TablePlan {
  readonly name: string;
  readonly title: string;
  readonly at: Location;
  readonly from: string; // a train
  readonly rows: AxisPlan;
  readonly columns: AxisPlan | null; // null: one column, the train's backbone
  /** Where rows are weightings and columns losses: the product loss of each row and column, by their labels. */
  readonly products: readonly { readonly row: string; readonly column: string; readonly loss: string }[];
  readonly seeds: readonly number[];
  readonly cells: readonly {
    readonly protocol: ProtocolPlan;
    readonly measure: Measure;
    readonly format: "percent" | "number";
    readonly spread: boolean;
    readonly best: boolean;
  }[];
  readonly published: readonly {
    readonly source: string;
    readonly within: number | null;
    readonly entries: readonly { readonly row: string; readonly column: string; readonly value: number }[];
  }[];
}

/**
 * The syntax tree: one node for each thing that stands in the text, never written to after `buildAst` made it.
 * Facts about nodes live in side tables of the later phases. What could not be read is a `hole`, about which they are silent.
 */
import type { SourceFile, Span } from "../../diagnostics/source.js";

/** An identifier as it stands; `text` is empty where one is missing. */
export interface Name {
  readonly kind: "name";
  readonly text: string;
  readonly span: Span;
}

export interface Comment {
  readonly text: string; // with its slashes
  readonly span: Span;
}

export interface File {
  readonly kind: "file";
  readonly source: SourceFile;
  readonly declarations: readonly Declaration[];
  readonly comments: readonly Comment[];
  /** Names that unread text may have declared; `any` where even those are missing (a broken `use`). Absent where all was read. */
  readonly lost?: ReadonlySet<string> | "any";
  readonly span: Span;
}

/**
 * `broken`: the declaration could not be read to its end, and that has been reported. Its name and parameters stand; what its
 * body says, or lacks, is unknown: later phases say nothing about it.
 */
export interface MayBeBroken {
  readonly broken?: true;
}

export type Declaration = Use | Let | Dataset | Block | Backbone | FormulaDeclaration | Train | Table;

/** `use std.losses { arcface }`, `use "./mine.face" { SmallRes }`. */
export interface Use {
  readonly kind: "use";
  readonly module: { readonly form: "std" | "path"; readonly text: string; readonly span: Span }; // text: "std.losses" or "./mine.face"
  readonly names: readonly Name[];
  readonly span: Span;
}

/** A named constant: `let margin = 0.5`. At the top of a file or inside a formula's braces. */
export interface Let extends MayBeBroken {
  readonly kind: "let";
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

// ---------------------------------------------------------------- data

export interface Dataset extends MayBeBroken {
  readonly kind: "dataset";
  readonly name: Name;
  readonly from: Expression; // a call: folder("orl-faces"), synthetic(identities = 200, ...)
  readonly settings: readonly DatasetSetting[];
  readonly span: Span;
}

export type DatasetSetting =
  /** `image 112x92x1` or `image 56x46x1 resized`: height x width x channels of what the network sees. */
  | { readonly kind: "image"; readonly size: Expression; readonly resized: Name | null; readonly span: Span }
  /** `scale (v - 127.5) / 128`: a formula over one pixel `v`. */
  | { readonly kind: "scale"; readonly value: Expression; readonly span: Span }
  /** `augment flip(50%), crop(pad = 4)`. */
  | { readonly kind: "augment"; readonly steps: readonly Expression[]; readonly span: Span }
  /** `split identities { train 26, validation 4, test 10 } seed run`. `unit` is the word `identities`. */
  | {
      readonly kind: "split";
      readonly unit: Name;
      readonly parts: readonly { readonly name: Name; readonly count: Expression; readonly span: Span }[];
      readonly seed: Expression | null; // a number, or the name `run`
      readonly span: Span;
    };

// ---------------------------------------------------------------- networks

export interface Parameter {
  readonly kind: "parameter";
  readonly name: Name;
  readonly default: Expression | null;
  readonly span: Span;
}

/** `block Basic(width, stride = 1) { ... }`: layers under a name. */
export interface Block extends MayBeBroken {
  readonly kind: "block";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: LayerBody;
  readonly span: Span;
}

export interface Backbone extends MayBeBroken {
  readonly kind: "backbone";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly body: LayerBody;
  readonly span: Span;
}

export interface LayerBody {
  readonly kind: "layers";
  readonly layers: readonly LayerCall[];
  readonly span: Span;
}

/** `conv(3x3, 64, stride = 2)`, `bn`, `repeat(2) { ... }`: the grammar knows no layer by name. */
export interface LayerCall {
  readonly kind: "layer";
  readonly callee: Name;
  readonly args: readonly Argument[];
  readonly bodies: readonly LayerBody[];
  readonly span: Span;
}

// ---------------------------------------------------------------- formulas

/** `weighting`, `loss` and `schedule` share one form. `body.items` is empty when the formula follows `=`. */
export interface FormulaDeclaration extends MayBeBroken {
  readonly kind: "weighting" | "loss" | "schedule";
  readonly name: Name;
  readonly parameters: readonly Parameter[];
  readonly braces: boolean; // `{ ... }` instead of `= ...`
  readonly items: readonly FormulaItem[];
  readonly result: Expression;
  readonly bindings: readonly Binding[]; // after `where`
  readonly span: Span;
}

export type FormulaItem = Let | Learn | State | Update;

/** `learn s = 10, at least 0.01`, `learn V[class, part(parts)]: feature = normal(0, 0.01)`. */
export interface Learn {
  readonly kind: "learn";
  readonly name: Name;
  readonly axes: readonly AxisSpec[]; // in brackets, then those after the colon
  readonly initial: Expression;
  readonly atLeast: Expression | null;
  readonly atMost: Expression | null;
  readonly span: Span;
}

/** `state k[class]: feature = 0`. */
export interface State {
  readonly kind: "state";
  readonly name: Name;
  readonly axes: readonly AxisSpec[];
  readonly initial: Expression;
  readonly span: Span;
}

export interface AxisSpec {
  readonly kind: "axis";
  readonly name: Name;
  readonly size: Expression | null; // part(3)
  readonly span: Span;
}

/** `update k = ...`: the state after a step that succeeded. */
export interface Update {
  readonly kind: "update";
  readonly name: Name;
  readonly value: Expression;
  readonly span: Span;
}

/** `c = cosine(x, W)` or a local function `d(i, k) = ...` after `where`. */
export interface Binding {
  readonly kind: "binding";
  readonly name: Name;
  readonly parameters: readonly Name[];
  readonly value: Expression;
  readonly span: Span;
}

// ---------------------------------------------------------------- training and tables

export interface Train extends MayBeBroken {
  readonly kind: "train";
  readonly name: Name;
  readonly settings: readonly TrainSetting[];
  readonly span: Span;
}

export type TrainSetting =
  /** `data orl.train`, `backbone SmallRes`, `loss csoftmax`, `optimizer sgd(...)`, `schedule steps(0.05)`, `clip 5`, `batch 32`, ... */
  | { readonly kind: "setting"; readonly keyword: Name; readonly value: Expression; readonly span: Span }
  /** `evaluate pairs(orl.validation) every 4 epochs, keep best`. */
  | {
      readonly kind: "evaluate";
      readonly protocol: Expression;
      readonly every: Expression | null; // in epochs
      readonly keepBest: boolean;
      readonly span: Span;
    };

export interface Table extends MayBeBroken {
  readonly kind: "table";
  readonly name: Name;
  readonly title: StringLiteral | null;
  readonly settings: readonly TableSetting[];
  readonly span: Span;
}

export type TableSetting =
  | { readonly kind: "from"; readonly train: Name; readonly span: Span }
  /** `rows loss { "softmax" = softmax, csoftmax } tuned schedule.base in [0.02, 0.05]`; `what` is loss, weighting, backbone or schedule. */
  | {
      readonly kind: "rows" | "columns";
      readonly what: Name;
      readonly entries: readonly TableEntry[];
      readonly tuned: { readonly path: Expression; readonly values: Expression; readonly span: Span } | null;
      readonly span: Span;
    }
  | { readonly kind: "seeds"; readonly value: Expression; readonly span: Span } // 1..6 or [1, 2]
  /** `cell pairs(orl.test).accuracy as percent, mean and std, best bold`. */
  | {
      readonly kind: "cell";
      readonly value: Expression;
      readonly format: Name | null; // percent
      readonly spread: boolean; // `mean and std`
      readonly best: boolean; // `best bold`
      readonly span: Span;
    }
  /** `published "Some et al. 2018, table 2" { ("softmax", SmallRes) 97.1 } within 0.5`. */
  | {
      readonly kind: "published";
      readonly source: StringLiteral;
      readonly entries: readonly {
        readonly row: Expression; // a string or a name, as the row is called
        readonly column: Expression;
        readonly value: Expression;
        readonly span: Span;
      }[];
      readonly within: Expression | null;
      readonly span: Span;
    };

export interface TableEntry {
  readonly kind: "entry";
  readonly label: StringLiteral | null;
  readonly value: Expression;
  readonly span: Span;
}

// ---------------------------------------------------------------- expressions

export type Expression =
  | NumberLiteral
  | StringLiteral
  | SizeLiteral
  | ListLiteral
  | Range
  | Reference
  | Call
  | Index
  | Member
  | Unary
  | Binary
  | Comparison
  | Conditional
  | Group
  | Hole;

/** `0.35`, `50%` (value 0.5), `4GB` (value in bytes), `28.6deg` (value in radians). `text` as it stands. */
export interface NumberLiteral {
  readonly kind: "number";
  readonly value: number;
  readonly text: string;
  readonly unit: "percent" | "bytes" | "degrees" | null;
  readonly span: Span;
}

export interface StringLiteral {
  readonly kind: "string";
  readonly value: string;
  readonly span: Span;
}

/** `3x3`, `112x92x1`. */
export interface SizeLiteral {
  readonly kind: "size";
  readonly sizes: readonly number[];
  readonly span: Span;
}

export interface ListLiteral {
  readonly kind: "list";
  readonly items: readonly Expression[];
  readonly span: Span;
}

/** `1..6`, both ends included. */
export interface Range {
  readonly kind: "range";
  readonly from: Expression;
  readonly to: Expression;
  readonly span: Span;
}

export interface Reference {
  readonly kind: "reference";
  readonly name: Name;
  readonly span: Span;
}

export interface Argument {
  readonly kind: "argument";
  readonly name: Name | null;
  readonly value: Expression;
  readonly span: Span;
}

/** `cosine(x, W)`, `focal(gamma = 2)`, and reductions: `mean(w over sample)`, `sum(v over sample by class)`. */
export interface Call {
  readonly kind: "call";
  readonly callee: Expression; // a Reference; a Member where the text has one
  readonly args: readonly Argument[];
  readonly over: Over | null;
  readonly span: Span;
}

/** `over sample`, `over sample by class`, `over e in [10, 16]`, `over a, p, n where ...`. */
export interface Over {
  readonly kind: "over";
  readonly names: readonly Name[];
  readonly by: Name | null;
  readonly in: Expression | null;
  readonly where: Expression | null;
  readonly span: Span;
}

/** `W[y]`: one entry picked along class. */
export interface Index {
  readonly kind: "index";
  readonly base: Expression;
  readonly index: Expression;
  readonly span: Span;
}

/** `orl.train`, `pairs(orl.test).accuracy`. */
export interface Member {
  readonly kind: "member";
  readonly base: Expression;
  readonly name: Name;
  readonly span: Span;
}

export interface Unary {
  readonly kind: "unary";
  readonly operator: "-" | "not";
  readonly operand: Expression;
  readonly span: Span;
}

export type BinaryOperator = "+" | "-" | "*" | "/" | "^" | "and" | "or";
export type ComparisonOperator = "<" | "<=" | ">" | ">=" | "==" | "!=";

export interface Binary {
  readonly kind: "binary";
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
  readonly span: Span;
}

/** `a < b`, and chains `a < b < c`, which mean `a < b and b < c`. operators.length = operands.length - 1. */
export interface Comparison {
  readonly kind: "comparison";
  readonly operators: readonly ComparisonOperator[];
  readonly operands: readonly Expression[];
  readonly span: Span;
}

export interface Conditional {
  readonly kind: "if";
  readonly condition: Expression;
  readonly then: Expression;
  readonly otherwise: Expression;
  readonly span: Span;
}

/** Parentheses as they stand, kept for the formatter. */
export interface Group {
  readonly kind: "group";
  readonly inner: Expression;
  readonly span: Span;
}

/** Where an expression should stand and none could be read; already reported. */
export interface Hole {
  readonly kind: "hole";
  readonly span: Span;
}

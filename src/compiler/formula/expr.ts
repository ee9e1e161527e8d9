/**
 * Formulas as a graph of immutable, hash-consed nodes: two equal expressions are one object, so sharing is
 * identity and rewriting is cheap. A value is a set of named axes; arithmetic joins axes by name.
 * This room knows neither syntax nor TypeScript: it returns facts, `types/check` turns them into diagnostics.
 */
import type { Span } from "../../diagnostics/source.js";
import type { Axis, ValueType } from "../../runtime/ops/axes.js";
import type { OperationName } from "../../runtime/ops/index.js";

export type { Axis, ValueType };

export type Expr = NumberExpr | ParameterExpr | InputExpr | OperationExpr;

interface Common {
  /** Number in the order of making; equal expressions have the same. */
  readonly id: number;
  readonly type: ValueType;
  /** Where in the spec it was first written; null for what a rule made. */
  readonly origin: Span | null;
}

export interface NumberExpr extends Common {
  readonly kind: "number";
  readonly value: number;
}

/** A parameter of the loss with the value of this use, kept by name so that the program reads `s`, not 64. */
export interface ParameterExpr extends Common {
  readonly kind: "parameter";
  readonly name: string;
  readonly value: number;
}

/**
 * What a step feeds or a declaration introduces: x {sample, feature}, W {class, feature}, b {class}, y {sample} -> class,
 * the scalars N, C, epoch, step, progress; `learned` and `state` values; `v` of a data set's scale.
 */
export interface InputExpr extends Common {
  readonly kind: "input";
  readonly role: "batch" | "weight" | "scalar" | "learned" | "state";
  readonly name: string;
}

export interface OperationExpr extends Common {
  readonly kind: "operation";
  readonly op: OperationName;
  readonly args: readonly Expr[];
  /** The axis that a reduction, contraction or softmax works along; null for all others. */
  readonly axis: Axis | null;
}

/** What an expression of a formula comes to while it is checked. */
import type { Expr } from "../formula/expr.js";
import type * as Ast from "../syntax/ast.js";

export type Checked = Value | Weighting | ListValue | Text | Size | Unknown;

/** A number, boolean or label with its axes. A loss is such a value that knows its logits. */
export interface Value {
  readonly kind: "value";
  readonly expr: Expr;
  /** The argument of the loss's cross_entropy: what z is in a weighting; null where there is none. */
  readonly logits: Expr | null;
  /** What a sample counts in this loss, where a weighting says so. */
  readonly weights: Expr | null;
}

/** A product of weightings that wait for the loss they multiply. */
export interface Weighting {
  readonly kind: "weighting";
  readonly factors: readonly WeightingFactor[];
}

export interface WeightingFactor {
  readonly declaration: Ast.FormulaDeclaration;
  readonly args: readonly BoundArgument[];
  readonly use: Ast.Expression;
}

/** A parameter with what this use gives it. */
export interface BoundArgument {
  readonly parameter: Ast.Parameter;
  readonly value: Checked;
}

export interface ListValue {
  readonly kind: "list";
  readonly items: readonly Checked[];
}

export interface Text {
  readonly kind: "text";
  readonly text: string;
}

export interface Size {
  readonly kind: "size";
  readonly sizes: readonly number[];
}

/** Something was wrong and is reported, or is not known before the use; it agrees with everything. */
export interface Unknown {
  readonly kind: "unknown";
}

export const unknown: Unknown = { kind: "unknown" };

export function plain(expr: Expr): Value {
  return { kind: "value", expr, logits: null, weights: null };
}

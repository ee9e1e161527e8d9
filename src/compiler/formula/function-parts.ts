/** What built-in functions are made of: checks of arguments, and directions of vectors. */
import type { Span } from "../../diagnostics/source.js";
import type { SignatureFault } from "../../runtime/describe.js";
import { fault } from "../../runtime/ops/define.js";
import type { OperationName } from "../../runtime/ops/index.js";
import { make, number } from "./build.js";
import type { Axis, Expr } from "./expr.js";
import { tinyNorm } from "./guards.js";

/** Why a call does not fit; `argument` -1 is what stands after `over`. */
export type FunctionFault = SignatureFault;

/** `over sample by class`. */
export interface Over {
  readonly axes: readonly Axis[];
  readonly by: Axis | null;
}

export interface FunctionParameter {
  readonly name: string;
  readonly doc: string;
  readonly optional?: boolean;
  /** Any number of arguments may stand here. */
  readonly many?: boolean;
}

/** One built-in function. Arguments of `expand` are in the order of `parameters`. */
export interface BuiltInFunction {
  readonly name: string;
  readonly doc: string;
  readonly parameters: readonly FunctionParameter[];
  /** Whether `over` may follow: `mean(w over sample)`. */
  readonly reduces: boolean;
  expand(args: readonly Expr[], over: Over | null, origin: Span | null): Expr | FunctionFault;
}

/** Makes operations that come from one place of the spec. */
export type Writer = (op: OperationName, args: readonly Expr[], axis?: Axis) => Expr;

export function writer(origin: Span | null): Writer {
  return (op, args, axis) => make(op, args, axis ?? null, origin);
}

export function isNumber(args: readonly Expr[], index: number): FunctionFault | null {
  const type = args[index]?.type;
  return type?.of === "number" ? null : fault(index, "a number", type);
}

export function hasAxis(axis: Axis): (args: readonly Expr[], index: number) => FunctionFault | null {
  return (args, index) => {
    const type = args[index]?.type;
    return type?.of === "number" && type.axes.includes(axis) ? null : fault(index, `numbers, one per ${axis}`, type);
  };
}

/** v / |v|. The norm is kept off 0, so that a zero vector stays zero and its gradient finite. */
export function unit(write: Writer, v: Expr): Expr {
  return write("divide", [v, write("maximum", [write("norm", [v], "feature"), number(tinyNorm)])]);
}

/**
 * Cosine of the angle, as the dot product of unit vectors: dividing each vector by its norm costs samples + classes
 * divisions of vectors, dividing the scores costs passes over samples x classes, forward and back.
 */
export function cosine(write: Writer, a: Expr, b: Expr): Expr {
  return write("dot", [unit(write, a), unit(write, b)], "feature");
}

/** Expectations with their reasons: one way to say every mistake about types. */
import type { Span } from "../../diagnostics/source.js";
import type { Axis } from "../../runtime/ops/axes.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { axesMend, typeText } from "./type.js";
import type { Checked, Value } from "./value.js";

export interface Expectation {
  /** What stands at this place: "the argument of `cross_entropy`", "the result of the weighting `focal`". */
  readonly place: string;
  /** What must stand there: "one number per sample". */
  readonly wanted: string;
  /** Why: "a weighting says what each sample counts". */
  readonly why: string;
}

/** What is said of a value that is not a formula's value at all. */
export function checkedText(value: Checked): string {
  switch (value.kind) {
    case "value":
      return typeText(value.expr.type);
    case "weighting":
      return "a weighting, which has a value only once it multiplies a loss";
    case "list":
      return "a list";
    case "text":
      return "a text";
    case "size":
      return `the size ${value.sizes.join("x")}`;
    case "unknown":
      return "unknown";
  }
}

/** The value, if it is one; otherwise reports what stands there. Unknown values pass in silence. */
export function expectValue(body: Body, value: Checked, at: Ast.Expression, expectation: Expectation): Value | null {
  if (value.kind === "value") return value;
  const mend =
    value.kind === "weighting"
      ? "Multiply it to a loss, `w * softmax`; or use it inside another weighting, where it has its value."
      : undefined;
  if (value.kind !== "unknown") reportMismatch(body, at.span, expectation, checkedText(value), mend);
  return null;
}

/** A value of numbers; booleans and labels are reported. */
export function expectNumbers(body: Body, value: Checked, at: Ast.Expression, expectation: Expectation): Value | null {
  const found = expectValue(body, value, at, expectation);
  if (found === null || found.expr.type.of === "number") return found;
  const mend =
    found.expr.type.of === "boolean" ? "Choose two numbers by it: `if ... then 1 else 0`." : "Pick by it: `W[y]`, or compare it: `target`.";
  reportMismatch(body, at.span, expectation, typeText(found.expr.type), mend);
  return null;
}

/** Numbers whose axes lie within `axes`; reports the axes that are too many, with the mend. */
export function expectWithin(
  body: Body,
  value: Checked,
  axes: readonly Axis[],
  at: Ast.Expression,
  expectation: Expectation,
): Value | null {
  const found = expectNumbers(body, value, at, expectation);
  if (found === null) return null;
  const { type } = found.expr;
  if (type.axes.every((axis) => axes.includes(axis))) return found;
  reportMismatch(body, at.span, expectation, typeText(type), axesMend(type.axes, axes));
  return null;
}

export function reportMismatch(body: Body, span: Span, expectation: Expectation, found: string, mend: string | undefined): void {
  body.checking.collector.report("type-mismatch", span, { ...expectation, found, mend });
}

/** Products in order of size, and what sums and choices have in common taken out of them. */

import { make } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { bulk, commonFactors, type Factors, factorsOf, productOf } from "../factors.js";
import { functionRule, type Rule } from "../rewrite.js";

/** Only where a small factor follows a large one, or numbers stand apart: else the spec's own order is kept. */
function inOrderOfSize(expr: OperationExpr): Expr | null {
  const factors = factorsOf(expr);
  return misordered(expr) ? productOf(factors) : null;
}

function misordered(expr: OperationExpr): boolean {
  const [left, right] = expr.args;
  if (left === undefined || right === undefined) return false;
  if (expr.op === "divide") return hasNumber(left) && hasNumber(right) && !(left.kind === "number" && bulk(right) < 0);
  if (bulk(left) > bulk(right)) return true;
  if (right.kind !== "operation" || (right.op !== "multiply" && right.op !== "divide")) return false;
  if (bulk(right) < 0) return false;
  // a (b C): small a and b belong together.
  return (
    factorsOf(right).above.some((factor) => bulk(factor) < bulk(right) && bulk(left) < bulk(right)) || (hasNumber(left) && hasNumber(right))
  );
}

function hasNumber(expr: Expr): boolean {
  return Math.abs(factorsOf(expr).constant) !== 1;
}

/** a F + b F is (a + b) F. */
function outOfSum(expr: OperationExpr): Expr | null {
  const found = commonFactors(expr.args.map((arg) => factorsOf(arg)));
  if (found === null || !worthwhile(found.common)) return null;
  const [first, second] = found.rests.map(productOf);
  if (first === undefined || second === undefined) return null;
  return productOf(withFactor(found.common, make(expr.op, [first, second])));
}

/** a F + if c then b F else 0 is (a + if c then b else 0) F. */
function outOfSumWithChoice(expr: OperationExpr): Expr | null {
  for (const at of [0, 1]) {
    const [plain, choice] = [expr.args[1 - at], expr.args[at]];
    if (plain === undefined || choice?.kind !== "operation" || choice.op !== "select") continue;
    const [condition, taken, other] = choice.args;
    if (condition === undefined || taken === undefined || other === undefined || !isZero(other)) continue;
    const found = commonFactors([factorsOf(plain), factorsOf(taken)]);
    if (found === null || !worthwhile(found.common)) continue;
    const [rest, inside] = found.rests.map(productOf);
    if (rest === undefined || inside === undefined) continue;
    const chosen = make("select", [condition, inside, other]);
    return productOf(withFactor(found.common, make(expr.op, at === 1 ? [rest, chosen] : [chosen, rest])));
  }
  return null;
}

/** (v + a F) - b F: the two terms belong together. */
function together(expr: OperationExpr): Expr | null {
  const [sum, last] = expr.args;
  if (sum?.kind !== "operation" || last === undefined || (sum.op !== "add" && sum.op !== "subtract")) return null;
  const at = sum.args.findIndex((arg) => haveCommonFactor(arg, last));
  const [partner, rest] = [sum.args[at], sum.args[1 - at]];
  if (partner === undefined || rest === undefined) return null;
  // Of v - a F, the second: a F comes in with the other sign.
  if (sum.op === "subtract" && at === 1) return make("subtract", [rest, make(expr.op === "add" ? "subtract" : "add", [partner, last])]);
  const both = make(expr.op, [partner, last]);
  return sum.op === "subtract" ? make("subtract", [both, rest]) : make("add", [rest, both]);
}

function haveCommonFactor(one: Expr, other: Expr): boolean {
  const common = commonFactors([factorsOf(one), factorsOf(other)])?.common;
  return common !== undefined && [...common.above, ...common.below].some((factor) => bulk(factor) >= 0);
}

/** if c then a F else b F is F (if c then a else b). */
function outOfChoice(expr: OperationExpr): Expr | null {
  const [condition, a, b] = expr.args;
  if (condition === undefined || a === undefined || b === undefined || isZero(a) || isZero(b)) return null;
  const found = commonFactors([factorsOf(a), factorsOf(b)]);
  if (found === null || !worthwhile(found.common)) return null;
  const [first, second] = found.rests.map(productOf);
  if (first === undefined || second === undefined) return null;
  return productOf(withFactor(found.common, make("select", [condition, first, second])));
}

function isZero(expr: Expr): boolean {
  return expr.kind === "number" && expr.value === 0;
}

/** A plain number alone is not worth taking out. */
function worthwhile(common: Factors): boolean {
  return common.above.length + common.below.length > 0;
}

function withFactor(common: Factors, expr: Expr): Factors {
  return { ...common, above: [...common.above, expr] };
}

export const products: readonly Rule[] = [
  functionRule(
    "products by size",
    ["multiply", "divide"],
    inOrderOfSize,
    "small factors first: few passes go over all samples x classes",
    true,
  ),
  functionRule("common factor", ["add", "subtract"], outOfSum, "one product in place of two"),
  functionRule("common factor with a choice", ["add", "subtract"], outOfSumWithChoice, "one product in place of two"),
  functionRule("terms together", ["add", "subtract"], together, "terms with a common factor next to each other", true),
  functionRule("common factor of a choice", ["select"], outOfChoice, "one product in place of two"),
];

/** Shorter forms of the same: mostly for gradients, which come out of differentiation as they fall. */
import { bounds } from "../bounds.js";
import { isHostScalar, make } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { any, literal, type Match, op, type Pattern } from "../pattern.js";
import { functionRule, type Rule, rule, tidy } from "../rewrite.js";
import { choices } from "./choices.js";
import { products } from "./products.js";

const a = any("a");
const b = any("b");
const c = any("c");
const d = any("d");
const v = any("v");
const y = any("y");

const shorter = "the same in fewer operations";
const sign = "one sign in place of many";

const identities: readonly Rule[] = [
  rule("add 0", op("add", v, 0), v, shorter),
  rule("subtract 0", op("subtract", v, 0), v, shorter),
  rule("subtract from 0", op("subtract", 0, v), op("negate", v), shorter),
  rule("times 1", op("multiply", v, 1), v, shorter),
  rule("times -1", op("multiply", v, -1), op("negate", v), shorter),
  rule("times 0", op("multiply", v, 0), literal(0), shorter, (found) => isHostScalar(found.get("v"))),
  rule("over 1", op("divide", v, 1), v, shorter),
  rule("0 over", op("divide", 0, v), literal(0), shorter, (found) => isHostScalar(found.get("v"))),
  rule("add twice", op("add", op("add", a, v), v), op("add", a, op("multiply", 2, v)), shorter),
  rule("twice", op("add", v, v), op("multiply", 2, v), shorter),
  rule("power 1", op("power", v, 1), v, shorter),
  rule("power 0", op("power", v, 0), literal(1), shorter),
  rule("square", op("power", v, 2), op("multiply", v, v), "a product is exact where a power goes by logarithms"),
  rule("cube", op("power", v, 3), op("multiply", v, op("multiply", v, v)), "a product is exact where a power goes by logarithms"),
  rule("reciprocal", op("power", v, -1), op("divide", 1, v), shorter),
  rule("root", op("power", v, 0.5), op("sqrt", v), shorter),
];

const negations: readonly Rule[] = [
  rule("double negation", op("negate", op("negate", v)), v, sign),
  rule("negated term", op("add", a, op("negate", b)), op("subtract", a, b), sign),
  rule("subtracted negation", op("subtract", a, op("negate", b)), op("add", a, b), sign),
  rule("negated sum", op("subtract", op("negate", a), b), op("negate", op("add", a, b)), sign),
  rule("negated factor", op("multiply", op("negate", a), b), op("negate", op("multiply", a, b)), sign),
  rule("negated numerator", op("divide", op("negate", a), b), op("negate", op("divide", a, b)), sign),
  rule("negated denominator", op("divide", a, op("negate", b)), op("negate", op("divide", a, b)), sign),
  rule("sum of negations", op("sum", op("negate", v)), op("negate", op("sum", v)), sign),
  rule("dot of a negation", op("dot", op("negate", a), b), op("negate", op("dot", a, b)), sign),
  rule("dot with a negation", op("dot", a, op("negate", b)), op("negate", op("dot", a, b)), sign),
  rule("spread negation", op("spread", op("negate", v), y), op("negate", op("spread", v, y)), sign),
  rule("sums of negations", op("sumByClass", op("negate", v), y), op("negate", op("sumByClass", v, y)), sign),
];

// ---------------------------------------------------------------- sums and products along axes

const has = (found: Match, name: string): boolean => found.axis !== null && found.get(name).type.axes.includes(found.axis);

/** Rows with rows, or a product that would be larger than both factors; else the product is there anyway, and is summed. */
function contracts(found: Match): boolean {
  const [first, second] = [found.get("a"), found.get("b")];
  if (first === second || !has(found, "a") || !has(found, "b")) return false;
  const covers = (one: Expr, other: Expr): boolean => other.type.axes.every((axis) => one.type.axes.includes(axis));
  return covers(first, second) === covers(second, first);
}

/** A plain number stays with its product: gradients use that again. */
function isWorthMoving(found: Match, name: string): boolean {
  return !has(found, name) && !isHostScalar(found.get(name));
}

/** Rows with rows: the factor is one of each row, and the dot product without it is often there already. */
function isOfEachRow(found: Match): boolean {
  const [factor, row, other] = [found.get("a"), found.get("b"), found.get("v")];
  if (has(found, "a") || factor.type.axes.length === 0) return false;
  return factor.type.axes.every((axis) => row.type.axes.includes(axis) && other.type.axes.includes(axis));
}

/** Both have the same axes: the one that was written first stands left, so that equal products are one. */
function rowsInOrder(expr: OperationExpr): Expr | null {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined || first.id <= second.id) return null;
  const same = first.type.axes.length === second.type.axes.length && first.type.axes.every((axis) => second.type.axes.includes(axis));
  return same ? make("dot", [second, first], expr.axis) : null;
}

const row = "one product for each row in place of one for each entry";
const alongAxes: readonly Rule[] = [
  functionRule("rows in order", ["dot"], rowsInOrder, "equal products are computed once", true),
  rule("factor out of rows", op("dot", op("multiply", a, b), v), op("multiply", a, op("dot", b, v)), row, isOfEachRow),
  rule("factor out of the other rows", op("dot", v, op("multiply", a, b)), op("multiply", a, op("dot", b, v)), row, isOfEachRow),
  rule(
    "factor out of a sum",
    op("sum", op("multiply", a, b)),
    op("multiply", a, op("sum", b)),
    "the factor does not vary along the axis",
    (found) => isWorthMoving(found, "a"),
  ),
  rule(
    "second factor out of a sum",
    op("sum", op("multiply", a, b)),
    op("multiply", b, op("sum", a)),
    "the factor does not vary along the axis",
    (found) => isWorthMoving(found, "b"),
  ),
  rule(
    "divisor out of a sum",
    op("sum", op("divide", a, b)),
    op("divide", op("sum", a), b),
    "the divisor does not vary along the axis",
    (found) => !has(found, "b"),
  ),
  rule(
    "sum of products",
    op("sum", op("multiply", a, b)),
    op("dot", a, b),
    "a product of matrices, without an array of all products",
    contracts,
  ),
];

/** The gradient of cross-entropy by the scores: shares less 1 at the label. */
function sharesLessTarget(name: string, from: Pattern, negative: boolean): Rule {
  const difference = op("multiply", a, op("select", op("isTarget", y), op("subtract", b, 1), b));
  return rule(name, from, negative ? op("negate", difference) : difference, "one pass over samples x classes in place of three");
}

const targets: readonly Rule[] = [
  sharesLessTarget("shares less the target", op("subtract", op("multiply", a, b), op("spread", a, y)), false),
  sharesLessTarget("target less the shares", op("subtract", op("spread", a, y), op("multiply", a, b)), true),
];

// ---------------------------------------------------------------- bounds that hold anyway

function needlessBound(expr: OperationExpr): Expr | null {
  const [first, second] = expr.args;
  if (first === undefined || second === undefined) return null;
  for (const [kept, dropped] of [
    [first, second],
    [second, first],
  ] as const) {
    if (dropped.kind !== "number") continue;
    const { low, high } = bounds(kept);
    if (expr.op === "maximum" ? low >= dropped.value : high <= dropped.value) return kept;
  }
  return null;
}

/** A norm's guard: the largest number that is taken for one. */
const smallestNorm = 1e-6;

function guardOfNorm(expr: OperationExpr): Expr | null {
  const [condition, taken, other] = expr.args;
  if (condition?.kind !== "operation" || condition.op !== "greaterEqual" || other?.kind !== "number" || other.value !== 0) return null;
  const [norm, limit] = condition.args;
  const isGuard = norm?.kind === "operation" && norm.op === "norm" && limit?.kind === "number" && limit.value <= smallestNorm;
  return isGuard && taken !== undefined ? taken : null;
}

const limits: readonly Rule[] = [
  functionRule("needless bound", ["maximum", "minimum"], needlessBound, "the bound always holds"),
  functionRule(
    "guard of a norm",
    ["select"],
    guardOfNorm,
    "a vector shorter than the guard has no direction worth a gradient; without the test it is finite as well",
  ),
];

export const simplify: readonly Rule[] = [
  ...tidy(identities),
  ...tidy(negations),
  ...choices,
  ...limits,
  ...targets,
  ...alongAxes,
  ...products,
];

/** Applied last: nested choices must meet before their conditions are joined. */
export const finish: readonly Rule[] = [
  rule("conditions joined", op("select", a, op("select", b, c, d), d), op("select", op("and", a, b), c, d), "one choice in place of two"),
];

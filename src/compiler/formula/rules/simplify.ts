/** Shorter forms of the same: mostly for gradients, which come out of differentiation as they fall. */
import { bounds } from "../bounds.js";
import { isHostScalar, make } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { any, literal, type Match, op, type Pattern } from "../pattern.js";
import { functionRule, type Rule, rule } from "../rewrite.js";

const a = any("a");
const b = any("b");
const c = any("c");
const d = any("d");
const e = any("e");
const v = any("v");
const y = any("y");

const shorter = "the same in fewer operations";
const sign = "one sign in place of many";
const branch = "one choice in place of two; what is not taken cannot spoil the result";

const identities: readonly Rule[] = [
  rule("add 0", op("add", v, 0), v, shorter),
  rule("subtract 0", op("subtract", v, 0), v, shorter),
  rule("subtract from 0", op("subtract", 0, v), op("negate", v), shorter),
  rule("times 1", op("multiply", v, 1), v, shorter),
  rule("times -1", op("multiply", v, -1), op("negate", v), shorter),
  rule("times 0", op("multiply", v, 0), literal(0), shorter, (found) => isHostScalar(found.get("v"))),
  rule("over 1", op("divide", v, 1), v, shorter),
  rule("0 over", op("divide", 0, v), literal(0), shorter, (found) => isHostScalar(found.get("v"))),
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

const choices: readonly Rule[] = [
  rule("same either way", op("select", c, v, v), v, shorter),
  rule("turned condition", op("select", op("not", c), a, b), op("select", c, b, a), shorter),
  rule("known already", op("select", c, op("select", c, a, b), d), op("select", c, a, d), shorter),
  rule("known not to hold", op("select", c, a, op("select", c, b, d)), op("select", c, a, d), shorter),
  rule("factor into a choice", op("multiply", op("select", c, a, 0), b), op("select", c, op("multiply", a, b), 0), branch),
  rule("factor into the other choice", op("multiply", op("select", c, 0, a), b), op("select", c, 0, op("multiply", a, b)), branch),
  rule("divisor into a choice", op("divide", op("select", c, a, 0), b), op("select", c, op("divide", a, b), 0), branch),
  rule("divisor into the other choice", op("divide", op("select", c, 0, a), b), op("select", c, 0, op("divide", a, b)), branch),
  rule("sign into a choice", op("negate", op("select", c, a, 0)), op("select", c, op("negate", a), 0), branch),
  rule("sign into the other choice", op("negate", op("select", c, 0, a)), op("select", c, 0, op("negate", a)), branch),
  rule(
    "sum of choices",
    op("add", op("select", c, a, b), op("select", c, d, e)),
    op("select", c, op("add", a, d), op("add", b, e)),
    branch,
  ),
  rule(
    "difference of choices",
    op("subtract", op("select", c, a, b), op("select", c, d, e)),
    op("select", c, op("subtract", a, d), op("subtract", b, e)),
    branch,
  ),
];

// ---------------------------------------------------------------- sums and products along axes

const has = (found: Match, name: string): boolean => found.axis !== null && found.get(name).type.axes.includes(found.axis);

const alongAxes: readonly Rule[] = [
  rule(
    "factor out of a sum",
    op("sum", op("multiply", a, b)),
    op("multiply", a, op("sum", b)),
    "the factor does not vary along the axis",
    (found) => !has(found, "a"),
  ),
  rule(
    "second factor out of a sum",
    op("sum", op("multiply", a, b)),
    op("multiply", b, op("sum", a)),
    "the factor does not vary along the axis",
    (found) => !has(found, "b"),
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
    (found) => has(found, "a") && has(found, "b") && found.get("a") !== found.get("b"),
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

// ---------------------------------------------------------------- products in order of size

function weight(expr: Expr): number {
  return expr.kind === "number" ? -2 : isHostScalar(expr) ? -1 : expr.type.axes.length;
}

function ordered(expr: OperationExpr): Expr | null {
  const [left, right] = expr.args;
  if (left === undefined || right === undefined) return null;
  const difference = weight(left) - weight(right);
  return difference > 0 || (difference === 0 && left.id > right.id) ? make("multiply", [right, left]) : null;
}

/** a (b C) is (a b) C where a b is smaller than b C. */
function smallFirst(expr: OperationExpr): Expr | null {
  const [left, right] = expr.args;
  if (left === undefined || right?.kind !== "operation" || right.op !== "multiply") return null;
  const [inner, outer] = right.args;
  if (inner === undefined || outer === undefined) return null;
  const joined = make("multiply", [left, inner]);
  return joined.type.axes.length < right.type.axes.length || (isHostScalar(joined) && !isHostScalar(right))
    ? make("multiply", [joined, outer])
    : null;
}

function commonFactor(expr: OperationExpr): Expr | null {
  const [first, second] = expr.args;
  if (first?.kind !== "operation" || second?.kind !== "operation" || first.op !== "multiply" || second.op !== "multiply") return null;
  for (const factor of first.args) {
    if (!second.args.includes(factor)) continue;
    const others = [first, second].map((product) => (product.args[0] === factor ? product.args[1] : product.args[0]));
    const [p, q] = others;
    if (p !== undefined && q !== undefined) return make("multiply", [factor, make(expr.op, [p, q])]);
  }
  return null;
}

const products: readonly Rule[] = [
  functionRule("products by size", ["multiply"], ordered, "small factors first, so that few passes go over all samples x classes"),
  functionRule("small products first", ["multiply"], smallFirst, "small factors first, so that few passes go over all samples x classes"),
  functionRule("common factor", ["add", "subtract"], commonFactor, "one product in place of two"),
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

export const simplify: readonly Rule[] = [...identities, ...negations, ...choices, ...limits, ...targets, ...alongAxes, ...products];

/** Applied once the loss is differentiated: what only differentiation asks for goes. */
export const erase: readonly Rule[] = [
  rule("stop", op("stop", v), v, "it has done its work in the gradient"),
  rule("value with a gradient of its own", op("withGradient", a, b), a, "it has done its work in the gradient"),
];

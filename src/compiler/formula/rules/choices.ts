/** `if` inside `if`, sums of them, and products with them: gradients of margins come out as many, and end as one. */
import { make } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { any, op } from "../pattern.js";
import { functionRule, type Rule, rule } from "../rewrite.js";

const a = any("a");
const b = any("b");
const c = any("c");
const d = any("d");
const e = any("e");
const v = any("v");

const shorter = "the same in fewer operations";
const branch = "one choice in place of two; what is not taken cannot spoil the result";

function isZero(expr: Expr | undefined): boolean {
  return expr?.kind === "number" && expr.value === 0;
}

function isSelect(expr: Expr | undefined): expr is OperationExpr {
  return expr?.kind === "operation" && expr.op === "select";
}

/** The target first, then in the order in which conditions were written. */
function comesBefore(one: Expr, other: Expr): boolean {
  const isTarget = (expr: Expr): boolean => expr.kind === "operation" && expr.op === "isTarget";
  if (isTarget(one) !== isTarget(other)) return isTarget(one);
  return one.id < other.id;
}

/** `if c then (if d then a else 0) else 0` with d outside, where d comes first: then sums of such meet. */
function outward(expr: OperationExpr): Expr | null {
  const [condition, first, second] = expr.args;
  if (condition === undefined || first === undefined || second === undefined) return null;
  const inner = isZero(second) ? first : isZero(first) ? second : null;
  if (inner === null || !isSelect(inner)) return null;
  const [other, p, q] = inner.args;
  if (other === undefined || p === undefined || q === undefined || !comesBefore(other, condition)) return null;
  if (!isZero(p) && !isZero(q)) return null;
  const kept = (taken: Expr): Expr => make("select", inner === first ? [condition, taken, second] : [condition, first, taken]);
  return make("select", isZero(q) ? [other, kept(p), q] : [other, p, kept(q)]);
}

/** (v + if c ...) + if c ...: the two choices belong together. */
function together(expr: OperationExpr): Expr | null {
  const [sum, last] = expr.args;
  if (sum?.kind !== "operation" || sum.op !== "add" || !isSelect(last)) return null;
  const at = sum.args.findIndex((arg) => isSelect(arg) && arg.args[0] === last.args[0]);
  const partner = sum.args[at];
  const rest = sum.args[1 - at];
  return partner === undefined || rest === undefined ? null : make("add", [rest, make(expr.op, [partner, last])]);
}

export const choices: readonly Rule[] = [
  rule("same either way", op("select", c, v, v), v, shorter),
  rule("turned condition", op("select", op("not", c), a, b), op("select", c, b, a), shorter),
  rule("known already", op("select", c, op("select", c, a, b), d), op("select", c, a, d), shorter),
  rule("known not to hold", op("select", c, a, op("select", c, b, d)), op("select", c, a, d), shorter),
  functionRule("outer condition first", ["select"], outward, branch, true),
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
  functionRule("choices together", ["add", "subtract"], together, branch, true),
];

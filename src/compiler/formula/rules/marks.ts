/**
 * `stop` and `withGradient`, which say what a formula's gradient is. A value keeps them, so that it tells the truth about
 * its gradient; they are brought to where no other rule has to see through them.
 */
import { isOperationName, operationOf, operations } from "../../../runtime/ops/index.js";
import { isHostScalar, make, number } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { functionRule, type Rule, tidy } from "../rewrite.js";
import { inOrder, rebuild } from "../walk.js";

function isMark(expr: Expr | undefined): expr is OperationExpr {
  return expr?.kind === "operation" && (expr.op === "stop" || expr.op === "withGradient");
}

function isStop(expr: Expr | undefined): boolean {
  return expr?.kind === "operation" && expr.op === "stop";
}

/** Nothing ever flows to it: conditions, labels, plain numbers, what is fed beside the batch. */
function takesNone(expr: Expr): boolean {
  return expr.type.of !== "number" || isHostScalar(expr) || (expr.kind === "input" && expr.role === "scalar");
}

/** What has the value of a mark, and its axes. */
function inside(expr: Expr): Expr {
  if (!isMark(expr)) return expr;
  const [value = expr, gradient = expr] = expr.args;
  const missing = expr.type.axes.filter((axis) => !value.type.axes.includes(axis));
  if (missing.length === 0) return value;
  // A plain number cannot be broadcast in a step: it is added to zeros of the right shape.
  if (isHostScalar(value)) return make("add", [make("multiply", [gradient, number(0)]), value]);
  return missing.reduce<Expr>((v, axis) => make("broadcast", [v], axis), value);
}

const marked = new WeakMap<Expr, boolean>();

function hasMark(expr: Expr): boolean {
  for (const each of inOrder([expr], (inner) => marked.has(inner))) {
    marked.set(each, each.kind === "operation" && (each.args.some((arg) => marked.get(arg)) || isMark(each)));
  }
  return marked.get(expr) ?? false;
}

/** The same value without any mark. */
function unmarked(expr: Expr): Expr {
  return hasMark(expr) ? (rebuild([expr], inside)[0] ?? expr) : expr;
}

// ---------------------------------------------------------------- rules

const all = Object.keys(operations).filter(isOperationName);
const passing = all.filter((name) => operationOf(name).derivative !== null && name !== "stop" && name !== "withGradient");
const blocking = all.filter((name) => operationOf(name).derivative === null);

/** f(stop(u), stop(v)) is stop(f(u, v)): rules for f then see u and v. */
function outward(expr: OperationExpr): Expr | null {
  if (!expr.args.some(isStop) || !expr.args.every((arg) => isStop(arg) || takesNone(arg))) return null;
  const args = expr.args.map((arg) => (isStop(arg) ? inside(arg) : arg));
  return make("stop", [make(expr.op, args, expr.axis)]);
}

function unmarkedBelow(expr: OperationExpr): Expr | null {
  return expr.args.some(isMark) ? make(expr.op, expr.args.map(inside), expr.axis) : null;
}

/** Nothing flows into what is stopped, nor into the value of what has a gradient of its own. */
function needless(expr: OperationExpr): Expr | null {
  const [value, gradient] = expr.args;
  if (value === undefined) return null;
  if (gradient === undefined) return takesNone(value) ? value : make("stop", [unmarked(value)]);
  if (gradient === value) return value;
  if (isStop(gradient) || takesNone(gradient)) return make("stop", [inside(expr)]);
  return make("withGradient", [unmarked(value), gradient]);
}

/** Picking is linear: what is picked of both may be picked first. */
function pickOfBoth(expr: OperationExpr): Expr | null {
  const [both, label] = expr.args;
  if (both?.kind !== "operation" || both.op !== "withGradient" || label === undefined) return null;
  if (!both.args.every((arg) => arg.type.axes.includes("class"))) return null;
  return make(
    "withGradient",
    both.args.map((arg) => make("pick", [arg, label])),
  );
}

const whole = "a stop over the whole of it, in which other rules see what they look for";

export const marks: readonly Rule[] = tidy([
  functionRule("stop outward", passing, outward, whole),
  functionRule("mark without a gradient", blocking, unmarkedBelow, "no gradient comes to it anyway"),
  functionRule("needless mark", ["stop", "withGradient"], needless, "no gradient comes to it anyway"),
  functionRule(
    "pick of a value with a gradient of its own",
    ["pick"],
    pickOfBoth,
    "one value per sample in place of one per sample and class",
  ),
]);

/** Applied to gradients, and to what is never differentiated: what only differentiation asks for goes. */
export const erase: readonly Rule[] = [
  functionRule("stop", ["stop"], inside, "it has done its work in the gradient"),
  functionRule("value with a gradient of its own", ["withGradient"], inside, "it has done its work in the gradient"),
];

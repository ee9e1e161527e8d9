/** Reverse mode over the graph: gradients of the batch mean as formulas. */
import { total } from "../../runtime/ops/calculus.js";
import { operationOf } from "../../runtime/ops/index.js";
import { expressions, make, number, sizeOf } from "./build.js";
import type { Axis, Expr, OperationExpr } from "./expr.js";
import { inOrder } from "./walk.js";

/** Where a gradient is asked for and does not come through. */
export interface GradientFact {
  /** The operation that lets none through: a comparison, floor, sign, or `stop`. */
  readonly at: OperationExpr;
  readonly why: "comparison" | "step" | "stopped";
}

/**
 * Gradients by each of `by` of the mean of `perSample` over the batch, each with exactly the axes of what it belongs
 * to. Null: `perSample` does not depend on it, or every way there is stopped.
 */
export function differentiate(perSample: Expr, by: readonly Expr[]): (Expr | null)[] {
  const order = inOrder([perSample]);
  const depends = dependence(order, by);
  const flows = new Map<Expr, Expr>();
  // The mean over the batch: 1 / N to each sample, or all of it to a value that is the same for all.
  flows.set(perSample, perSample.type.axes.includes("sample") ? make("divide", [number(1), sizeOf("sample")]) : number(1));
  for (const expr of [...order].reverse()) {
    const dy = flows.get(expr);
    if (dy === undefined || expr.kind !== "operation" || !depends.has(expr)) continue;
    for (const [arg, flow] of byArgument(expr, contributions(expr, dy))) {
      if (!depends.has(arg)) continue;
      const before = flows.get(arg);
      flows.set(arg, before === undefined ? flow : make("add", [before, flow]));
    }
  }
  return by.map((each) => {
    const flow = depends.has(each) ? flows.get(each) : undefined;
    return flow === undefined ? null : filled(flow, each);
  });
}

/**
 * What keeps gradients from coming through between `perSample` and `by`, for those of `by` that get none. Empty where
 * each gets one.
 */
export function gradientFacts(perSample: Expr, by: readonly Expr[]): readonly GradientFact[] {
  const without = by.filter((_, i) => differentiate(perSample, by)[i] === null);
  const order = inOrder([perSample]);
  const depends = dependence(order, without);
  return order.flatMap((expr): GradientFact[] => {
    if (expr.kind !== "operation" || !depends.has(expr)) return [];
    if (expr.op === "stop") return [{ at: expr, why: "stopped" }];
    if (operationOf(expr.op).derivative !== null) return [];
    return [{ at: expr, why: expr.type.of === "boolean" ? "comparison" : "step" }];
  });
}

function dependence(order: readonly Expr[], by: readonly Expr[]): ReadonlySet<Expr> {
  const depends = new Set<Expr>(by);
  for (const expr of order) if (expr.kind === "operation" && expr.args.some((arg) => depends.has(arg))) depends.add(expr);
  return depends;
}

/** What flows to each argument; to one that stands twice, both together. */
function byArgument(expr: OperationExpr, flows: readonly (Expr | null)[]): ReadonlyMap<Expr, Expr> {
  const all = new Map<Expr, Expr>();
  for (const [i, arg] of expr.args.entries()) {
    const flow = flows[i] ?? null;
    const before = all.get(arg);
    if (flow !== null) all.set(arg, before === undefined ? flow : make("add", [before, flow]));
  }
  return all;
}

function contributions(expr: OperationExpr, dy: Expr): readonly (Expr | null)[] {
  const operation = operationOf(expr.op);
  if (operation.derivative === null) return [];
  const raw = operation.derivative(expressions, dy, expr.args, expr, expr.axis);
  if (operation.kind === "axis") return raw;
  return raw.map((each, i) => (each === null ? null : narrowed(each, expr.type.axes, expr.args[i]?.type.axes ?? [])));
}

/** What reaches an argument that was broadcast: the sum over the axes that it lacks, exact also where nothing varies. */
function narrowed(flow: Expr, output: readonly Axis[], argument: readonly Axis[]): Expr {
  return output.filter((axis) => !argument.includes(axis)).reduce((v, axis) => total(expressions, v, axis), flow);
}

/** The gradient with every axis of what it belongs to. */
function filled(flow: Expr, of: Expr): Expr {
  const missing = of.type.axes.filter((axis) => !flow.type.axes.includes(axis));
  if (missing.length === 0) return flow;
  // A plain number cannot be broadcast in a step: it is added to zeros of the right shape.
  if (flow.type.axes.length === 0) return make("add", [make("multiply", [of, number(0)]), flow]);
  return missing.reduce<Expr>((v, axis) => make("broadcast", [v], axis), flow);
}

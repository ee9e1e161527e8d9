/** Values that are known when the spec is compiled. */
import { evaluate } from "../formula/evaluate.js";
import type { Expr } from "../formula/expr.js";
import type { Checked } from "./value.js";

/** The number that an expression of numbers and parameters comes to; null where it depends on anything else. */
export function constantOf(expr: Expr): number | null {
  if (expr.kind === "number" || expr.kind === "parameter") return expr.value;
  if (expr.type.axes.length > 0 || expr.type.of !== "number" || dependsOnInput(expr, new Map())) return null;
  return evaluate(expr, {}, new Map()).data[0] ?? null;
}

export function constantNumber(value: Checked): number | null {
  return value.kind === "value" ? constantOf(value.expr) : null;
}

function dependsOnInput(expr: Expr, seen: Map<Expr, boolean>): boolean {
  if (expr.kind !== "operation") return expr.kind === "input";
  const known = seen.get(expr);
  if (known !== undefined) return known;
  const depends = expr.args.some((each) => dependsOnInput(each, seen));
  seen.set(expr, depends);
  return depends;
}

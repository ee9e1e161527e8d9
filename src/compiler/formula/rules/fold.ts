/** Constants: what is known when the loss is compiled is computed then. Parameters stay, so that a program can be changed. */
import { operationOf } from "../../../runtime/ops/index.js";
import { number } from "../build.js";
import type { Expr } from "../expr.js";
import { functionRule, type Rule } from "../rewrite.js";

/** Value of an operation on numbers alone; null for all others. Arguments were folded before, so none has to be looked into. */
function constant(expr: Expr | undefined): number | null {
  if (expr?.kind === "number") return expr.value;
  if (expr?.kind !== "operation") return null;
  const operation = operationOf(expr.op);
  if (operation.kind !== "pointwise") return null;
  const numbers = expr.args.flatMap((arg) => (arg.kind === "number" ? [arg.value] : []));
  return numbers.length === expr.args.length ? operation.meaning(...numbers) : null;
}

export const fold: readonly Rule[] = [
  functionRule(
    "constant",
    [
      "add",
      "subtract",
      "multiply",
      "divide",
      "negate",
      "power",
      "exp",
      "log",
      "sqrt",
      "abs",
      "sin",
      "cos",
      "arccos",
      "floor",
      "maximum",
      "minimum",
      "sign",
    ],
    (expr) => {
      const value = constant(expr);
      // Adding 0 makes -0 a plain 0.
      return value === null || !Number.isFinite(value) ? null : number(value + 0);
    },
    "known when the loss is compiled",
  ),
  functionRule(
    "known condition",
    ["select"],
    (expr) => {
      const condition = constant(expr.args[0]);
      const taken = expr.args[condition === 0 ? 2 : 1];
      return condition === null || taken === undefined ? null : taken;
    },
    "known when the loss is compiled",
  ),
];

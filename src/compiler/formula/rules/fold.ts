/** Constants: what is known when the loss is compiled is computed then. Parameters stay, so that a program can be changed. */
import { operationOf } from "../../../runtime/ops/index.js";
import { make, number } from "../build.js";
import type { Expr } from "../expr.js";
import { functionRule, type Rule } from "../rewrite.js";

/** Value of an expression made of numbers alone; null for all others. */
function constant(expr: Expr | undefined): number | null {
  if (expr?.kind === "number") return expr.value;
  if (expr?.kind !== "operation") return null;
  const operation = operationOf(expr.op);
  if (operation.kind !== "pointwise") return null;
  const args = expr.args.map(constant);
  const numbers = args.filter((arg) => arg !== null);
  return numbers.length === args.length ? operation.meaning(...numbers) : null;
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
      return value === null || !Number.isFinite(value) ? null : number(value);
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
  functionRule(
    "constant factors",
    ["multiply"],
    (expr) => {
      const [a, b] = expr.args;
      if (a?.kind !== "number" || b?.kind !== "operation") return null;
      const [first, second] = b.args;
      if (b.op === "multiply" && first?.kind === "number" && second !== undefined)
        return make("multiply", [number(a.value * first.value), second]);
      if (b.op === "divide" && first !== undefined && second?.kind === "number")
        return make("multiply", [number(a.value / second.value), first]);
      return null;
    },
    "one product in place of two",
  ),
];

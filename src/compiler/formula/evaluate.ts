/** The slow, obvious evaluator in float64, on the operations' own meanings: judge of the tests and of `probe`. */
import type { NamedArray } from "../../runtime/describe.js";
import { operationOf } from "../../runtime/ops/index.js";
import { entry, fill, scalar, sizeAlong } from "../../runtime/ops/named.js";
import { axisOfSize } from "./build.js";
import type { Axis, Expr, InputExpr, OperationExpr } from "./expr.js";
import { inOrder } from "./walk.js";

/** Values of inputs by name; a plain number for a scalar. */
export type Bindings = Readonly<Record<string, NamedArray | number>>;
export type Sizes = ReadonlyMap<Axis, number>;

/** The value of a formula. `sizes` knows every axis in use; parameters have the values of their use. */
export function evaluate(expr: Expr, bindings: Bindings, sizes: Sizes): NamedArray {
  const [value] = evaluateAll([expr], bindings, sizes);
  if (value === undefined) throw new Error("one formula has one value");
  return value;
}

/** The values of several formulas; what they share is computed once. */
export function evaluateAll(roots: readonly Expr[], bindings: Bindings, sizes: Sizes): readonly NamedArray[] {
  const values = new Map<Expr, NamedArray>();
  const known = (expr: Expr): NamedArray => {
    const value = values.get(expr);
    if (value === undefined) throw new Error("an expression was evaluated before its arguments");
    return value;
  };
  for (const expr of inOrder(roots)) {
    if (expr.kind === "operation") values.set(expr, operationValue(expr, expr.args.map(known), sizes));
    else values.set(expr, expr.kind === "input" ? inputValue(expr, bindings, sizes) : scalar(expr.value));
  }
  return roots.map(known);
}

function inputValue(expr: InputExpr, bindings: Bindings, sizes: Sizes): NamedArray {
  const bound = Object.hasOwn(bindings, expr.name) ? bindings[expr.name] : undefined;
  if (bound !== undefined) return typeof bound === "number" ? scalar(bound) : bound;
  const axis = axisOfSize(expr);
  if (axis === null) throw new Error(`${expr.name} has no value`);
  return scalar(sizeAlong(sizes, axis));
}

function operationValue(expr: OperationExpr, args: readonly NamedArray[], sizes: Sizes): NamedArray {
  const operation = operationOf(expr.op);
  if (operation.kind === "axis") return operation.evaluate(args, expr.axis, sizes);
  return fill(expr.type.axes, sizes, (place) => operation.meaning(...args.map((arg) => entry(arg, place))));
}

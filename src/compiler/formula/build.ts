/** Making expressions: every one is looked up first, so that equal expressions are one object. */
import type { Span } from "../../diagnostics/source.js";
import type { Algebra, SignatureFault } from "../../runtime/describe.js";
import { isOperationName, type OperationName, operationOf } from "../../runtime/ops/index.js";
import type { Axis, Expr, InputExpr, NumberExpr, OperationExpr, ParameterExpr, ValueType } from "./expr.js";

const scalarType: ValueType = { axes: [], of: "number" };

let made = new Map<string, Expr>();
// Never set back: an expression of an earlier compilation must not be taken for one of this.
let last = 0;

/** Forgets the expressions of earlier compilations: their origins point into other texts. */
export function startFormulas(): void {
  made = new Map();
}

function interned<E extends Expr>(key: string, make: (id: number) => E): E {
  const known = made.get(key);
  // The key begins with the kind and holds all that makes an expression what it is.
  if (known !== undefined) return known as E;
  last += 1;
  const fresh = make(last);
  made.set(key, fresh);
  return fresh;
}

export function number(value: number, origin: Span | null = null): NumberExpr {
  const key = Object.is(value, -0) ? "-0" : String(value);
  return interned(`number ${key}`, (id) => ({ kind: "number", id, type: scalarType, origin, value }));
}

export function parameter(name: string, value: number, origin: Span | null = null): ParameterExpr {
  return interned(`parameter ${value} ${name}`, (id) => ({ kind: "parameter", id, type: scalarType, origin, name, value }));
}

export function input(role: InputExpr["role"], name: string, type: ValueType, origin: Span | null = null): InputExpr {
  return interned(`input ${role} ${type.of} {${type.axes.join(" ")}} ${name}`, (id) => ({ kind: "input", id, type, origin, role, name }));
}

/** The operation on these arguments, or why they do not fit. */
export function apply(
  op: OperationName,
  args: readonly Expr[],
  axis: Axis | null = null,
  origin: Span | null = null,
): OperationExpr | SignatureFault {
  const type = operationOf(op).signature(
    args.map((arg) => arg.type),
    axis,
  );
  if (isFault(type)) return type;
  const key = `operation ${op} ${axis ?? ""} ${args.map((arg) => arg.id).join(" ")}`;
  return interned(key, (id) => ({ kind: "operation", id, type, origin, op, args, axis }));
}

export function isFault<T extends object>(result: T | SignatureFault): result is SignatureFault {
  return "expected" in result;
}

/** The operation on arguments that are known to fit. */
export function make(op: OperationName, args: readonly Expr[], axis: Axis | null = null, origin: Span | null = null): OperationExpr {
  const result = apply(op, args, axis, origin);
  if (isFault(result)) throw new Error(`${op}: argument ${result.argument + 1} should be ${result.expected}, is ${result.given}`);
  return result;
}

// ---------------------------------------------------------------- what every formula can name

/** x {sample, feature}: the embeddings of the batch. */
export function embedding(): InputExpr {
  return input("batch", "x", { axes: ["sample", "feature"], of: "number" });
}

/** y {sample}: the class of each sample. */
export function labels(): InputExpr {
  return input("batch", "y", { axes: ["sample"], of: "label" });
}

/** W {class, feature}. */
export function classWeights(): InputExpr {
  return input("weight", "W", { axes: ["class", "feature"], of: "number" });
}

/** b {class}. */
export function classBias(): InputExpr {
  return input("weight", "b", { axes: ["class"], of: "number" });
}

/** Number of entries along an axis: N for sample, C for class; `features` and the like for others. */
export function sizeOf(axis: Axis): InputExpr {
  return input("scalar", axis === "sample" ? "N" : axis === "class" ? "C" : sizeName(axis), scalarType);
}

function sizeName(axis: Axis): string {
  return `${axis} count`;
}

/** The axis whose size an input is, or null. */
export function axisOfSize(expr: Expr): Axis | null {
  if (expr.kind !== "input" || expr.role !== "scalar") return null;
  if (expr.name === "N") return "sample";
  if (expr.name === "C") return "class";
  return expr.name.endsWith(" count") ? expr.name.slice(0, -" count".length) : null;
}

const hostScalars = new WeakMap<Expr, boolean>();

/** Whether it is made of numbers, parameters and sizes alone: a plain number wherever it is used. */
export function isHostScalar(expr: Expr): boolean {
  if (expr.type.axes.length > 0) return false;
  const before = hostScalars.get(expr);
  if (before !== undefined) return before;
  // Arguments first, so that no formula is too deep.
  const stack: Expr[] = [expr];
  for (let next = stack.at(-1); next !== undefined; next = stack.at(-1)) {
    const open = next.kind === "operation" ? next.args.find((arg) => arg.type.axes.length === 0 && !hostScalars.has(arg)) : undefined;
    if (open !== undefined) stack.push(open);
    else hostScalars.set(stack.pop() ?? next, isHostByParts(next));
  }
  return hostScalars.get(expr) ?? false;
}

function isHostByParts(expr: Expr): boolean {
  if (expr.kind === "number" || expr.kind === "parameter") return true;
  if (expr.kind === "input") return axisOfSize(expr) !== null;
  return expr.args.every((arg) => hostScalars.get(arg) ?? false);
}

/** Expressions as an algebra: what derivatives are written over. */
export const expressions: Algebra<Expr> = {
  number: (value) => number(value),
  size: sizeOf,
  apply: (op, args, axis) => {
    if (!isOperationName(op)) throw new Error(`no operation is called ${op}`);
    return make(op, args, axis ?? null);
  },
  axesOf: (expr) => expr.type.axes,
};

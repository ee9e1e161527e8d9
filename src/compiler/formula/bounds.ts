/** Between which numbers an expression's entries lie, as far as its form says: what conditions of rules ask for. */
import type { Expr, OperationExpr } from "./expr.js";
import { inOrder } from "./walk.js";

export interface Bounds {
  readonly low: number;
  readonly high: number;
}

const anything: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY };
const known = new WeakMap<Expr, Bounds>();

export function bounds(expr: Expr): Bounds {
  if (!known.has(expr)) {
    for (const each of inOrder([expr], (inner) => known.has(inner))) {
      const found = boundsOf(each);
      // Products of infinities and zeros give NaN: nothing is known then.
      known.set(each, Number.isNaN(found.low) || Number.isNaN(found.high) ? anything : found);
    }
  }
  return known.get(expr) ?? anything;
}

export function within(expr: Expr, low: number, high: number): boolean {
  const found = bounds(expr);
  return found.low >= low && found.high <= high;
}

export function isNonNegative(expr: Expr): boolean {
  return bounds(expr).low >= 0;
}

function boundsOf(expr: Expr): Bounds {
  if (expr.kind === "number" || expr.kind === "parameter") return { low: expr.value, high: expr.value };
  if (expr.kind === "operation")
    return operationBounds(
      expr,
      expr.args.map((arg) => known.get(arg) ?? anything),
    );
  if (expr.role === "scalar" && (expr.name === "N" || expr.name === "C")) return { low: 1, high: Number.POSITIVE_INFINITY };
  return anything;
}

function map(of: Bounds, increasing: (v: number) => number): Bounds {
  return { low: increasing(of.low), high: increasing(of.high) };
}

function union(a: Bounds, b: Bounds): Bounds {
  return { low: Math.min(a.low, b.low), high: Math.max(a.high, b.high) };
}

function corners(a: Bounds, b: Bounds, combine: (x: number, y: number) => number): Bounds {
  const all = [combine(a.low, b.low), combine(a.low, b.high), combine(a.high, b.low), combine(a.high, b.high)];
  return { low: Math.min(...all), high: Math.max(...all) };
}

const positive: Bounds = { low: 0, high: Number.POSITIVE_INFINITY };

function operationBounds(expr: OperationExpr, args: readonly Bounds[]): Bounds {
  const [a = anything, b = anything, c = anything] = args;
  switch (expr.op) {
    case "add":
      return { low: a.low + b.low, high: a.high + b.high };
    case "subtract":
      if (isLogShare(expr)) return positive;
      return { low: a.low - b.high, high: a.high - b.low };
    case "multiply":
      if (expr.args[0] === expr.args[1]) return squareBounds(a);
      return corners(a, b, (x, y) => (x === 0 || y === 0 ? 0 : x * y));
    case "divide":
      return b.low > 0 ? corners(a, b, (x, y) => (x === 0 ? 0 : x / y)) : anything;
    case "negate":
      return { low: -a.high, high: -a.low };
    case "exp":
      return map(a, Math.exp);
    case "expm1":
      return map(a, Math.expm1);
    case "sqrt":
      return { low: Math.sqrt(Math.max(a.low, 0)), high: Math.sqrt(Math.max(a.high, 0)) };
    case "softplus":
    case "norm":
    case "countByClass":
      return positive;
    case "abs":
      return a.low >= 0 ? a : a.high <= 0 ? { low: -a.high, high: -a.low } : { low: 0, high: Math.max(-a.low, a.high) };
    case "cos":
    case "sin":
    case "sign":
      return { low: -1, high: 1 };
    case "arccos":
      return { low: 0, high: Math.PI };
    case "softmax":
      return { low: 0, high: 1 };
    case "maximum":
      return { low: Math.max(a.low, b.low), high: Math.max(a.high, b.high) };
    case "minimum":
      return { low: Math.min(a.low, b.low), high: Math.min(a.high, b.high) };
    case "select":
      return union(b, c);
    case "pick":
    case "max":
    case "broadcast":
    case "stop":
    case "withGradient":
      return a;
    case "spread":
      return union(a, { low: 0, high: 0 });
    case "sum":
    case "sumByClass":
      return { low: a.low >= 0 ? 0 : Number.NEGATIVE_INFINITY, high: a.high <= 0 ? 0 : Number.POSITIVE_INFINITY };
    case "power":
      return powerBounds(a, b);
    case "dot":
      return expr.args.every((arg) => isUnit(arg, expr.axis)) ? { low: -1, high: 1 } : anything;
    default:
      return anything;
  }
}

function squareBounds(a: Bounds): Bounds {
  const low = a.low > 0 ? a.low * a.low : a.high < 0 ? a.high * a.high : 0;
  return { low, high: Math.max(a.low * a.low, a.high * a.high) };
}

function powerBounds(base: Bounds, exponent: Bounds): Bounds {
  if (base.low < 0 && exponent.low === exponent.high && exponent.low % 2 === 0 && exponent.low > 0) return positive;
  if (base.low < 0) return anything;
  return base.high <= 1 && exponent.low >= 0 ? { low: 0, high: 1 } : positive;
}

/** logSumExp(z) - z[y], or less any entry of z: never below 0. */
function isLogShare(expr: OperationExpr): boolean {
  const [whole, part] = expr.args;
  if (whole?.kind !== "operation" || whole.op !== "logSumExp") return false;
  const entry = part?.kind === "operation" && part.op === "pick" ? part.args[0] : part;
  return entry === whole.args[0];
}

/** v / |v| along the axis, with the norm kept off 0; also one picked of such. */
export function isUnit(expr: Expr, axis: string | null): boolean {
  if (expr.kind !== "operation") return false;
  if (expr.op === "pick" || expr.op === "stop" || expr.op === "withGradient")
    return expr.args[0] !== undefined && isUnit(expr.args[0], axis);
  if (expr.op !== "divide") return false;
  const [v, length] = expr.args;
  const norm = length?.kind === "operation" && length.op === "maximum" ? length.args[0] : length;
  return norm?.kind === "operation" && norm.op === "norm" && norm.axis === axis && norm.args[0] === v;
}

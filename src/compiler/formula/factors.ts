/** A product as its factors, whatever the order of its operations: what common factors and cancelling are found in. */
import { isUnit } from "./bounds.js";
import { axisOfSize, isHostScalar, make, number } from "./build.js";
import type { Expr } from "./expr.js";

export interface Factors {
  /** Product of the plain numbers, with the sign. */
  readonly constant: number;
  readonly above: readonly Expr[];
  readonly below: readonly Expr[];
}

/** How many passes over how much a factor costs: numbers, then parameters, then by axes. */
export function bulk(expr: Expr): number {
  return expr.kind === "number" ? -2 : isHostScalar(expr) ? -1 : expr.type.axes.length;
}

/** Products of more factors than this are taken as they stand. */
const deepest = 100;

export function factorsOf(expr: Expr, depth = 0): Factors {
  if (depth > deepest) return { constant: 1, above: [expr], below: [] };
  if (expr.kind === "number") return { constant: expr.value, above: [], below: [] };
  const [a, b] = expr.kind === "operation" ? expr.args : [];
  if (expr.kind !== "operation" || a === undefined) return { constant: 1, above: [expr], below: [] };
  if (expr.op === "negate") {
    const inner = factorsOf(a, depth + 1);
    return { ...inner, constant: -inner.constant };
  }
  // A unit vector is computed once and used as it is; its norm is no divisor to be moved about.
  if (b === undefined || (expr.op !== "multiply" && expr.op !== "divide") || isUnit(expr, "feature"))
    return { constant: 1, above: [expr], below: [] };
  const left = factorsOf(a, depth + 1);
  const right = factorsOf(b, depth + 1);
  if (expr.op === "multiply") {
    return { constant: left.constant * right.constant, above: [...left.above, ...right.above], below: [...left.below, ...right.below] };
  }
  // x / 0 stays as it is: there is no constant for it.
  if (right.constant === 0) return { constant: 1, above: [expr], below: [] };
  return { constant: left.constant / right.constant, above: [...left.above, ...right.below], below: [...left.below, ...right.above] };
}

/** Left to right, small factors first, so that few operations go over all samples x classes. */
export function productOf(factors: Factors): Expr {
  const { constant, above, below } = cancelled(factors);
  const ordered = above.toSorted((a, b) => bulk(a) - bulk(b));
  const divisors = below.toSorted((a, b) => bulk(a) - bulk(b));
  const hostAbove = ordered.filter(isHostScalar);
  const hostBelow = divisors.filter(isHostScalar);
  const scale = quotient(magnitude(constant, hostAbove), hostBelow);
  const rest = quotientOf(
    ordered.filter((each) => !isHostScalar(each)),
    divisors.filter((each) => !isHostScalar(each)),
  );
  const whole = rest === null ? scale : scale.kind === "number" && scale.value === 1 ? rest : make("multiply", [scale, rest]);
  return constant < 0 ? make("negate", [whole]) : whole;
}

/** Sizes of axes are whole and above 0: N / N is 1. Other factors may be 0, and stay. */
function cancelled({ constant, above, below }: Factors): Factors {
  const both = intersection(above, below).filter((each) => axisOfSize(each) !== null);
  return { constant, above: difference(above, both), below: difference(below, both) };
}

function magnitude(constant: number, host: readonly Expr[]): Expr {
  const size = Math.abs(constant);
  if (size === 1 && host.length > 0) return multiplied(host);
  return multiplied([number(size), ...host]);
}

function multiplied(factors: readonly Expr[]): Expr {
  return factors.length === 0 ? number(1) : factors.reduce((a, b) => make("multiply", [a, b]));
}

function quotient(above: Expr, below: readonly Expr[]): Expr {
  return below.length === 0 ? above : make("divide", [above, multiplied(below)]);
}

function quotientOf(above: readonly Expr[], below: readonly Expr[]): Expr | null {
  return above.length === 0 && below.length === 0 ? null : quotient(multiplied(above), below);
}

/** What all have in common, and each without it; null where it is nothing. */
export function commonFactors(all: readonly Factors[]): { readonly common: Factors; readonly rests: readonly Factors[] } | null {
  const [first, ...others] = all;
  if (first === undefined) return null;
  const above = others.reduce((common, each) => intersection(common, each.above), first.above);
  const below = others.reduce((common, each) => intersection(common, each.below), first.below);
  const size = Math.abs(first.constant);
  const constant = size > 0 && others.every((each) => Math.abs(each.constant) === size) ? size : 1;
  if (above.length === 0 && below.length === 0 && constant === 1) return null;
  const rests = all.map((each) => ({
    constant: each.constant / constant,
    above: difference(each.above, above),
    below: difference(each.below, below),
  }));
  return { common: { constant, above, below }, rests };
}

function intersection(a: readonly Expr[], b: readonly Expr[]): readonly Expr[] {
  const left = [...b];
  return a.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at >= 0;
  });
}

function difference(a: readonly Expr[], b: readonly Expr[]): readonly Expr[] {
  const gone = [...b];
  return a.filter((each) => {
    const at = gone.indexOf(each);
    if (at >= 0) gone.splice(at, 1);
    return at < 0;
  });
}

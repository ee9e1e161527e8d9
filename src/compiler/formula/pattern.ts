/** Patterns: formulas with holes, as data. A rule says from which pattern to which. */
import type { OperationName } from "../../runtime/ops/index.js";
import { make, number } from "./build.js";
import type { Axis, Expr } from "./expr.js";

export type Pattern =
  | { readonly kind: "any"; readonly name: string }
  | { readonly kind: "number"; readonly value: number }
  /** Operations along an axis all work along the same one: a rule has one axis. */
  | { readonly kind: "operation"; readonly op: OperationName; readonly args: readonly Pattern[] };

/** A hole: matches every expression, and the same one wherever the name stands. */
export function any(name: string): Pattern {
  return { kind: "any", name };
}

export function literal(value: number): Pattern {
  return { kind: "number", value };
}

export function op(name: OperationName, ...args: readonly (Pattern | number)[]): Pattern {
  return { kind: "operation", op: name, args: args.map((arg) => (typeof arg === "number" ? literal(arg) : arg)) };
}

/** What the holes of a pattern stand for. */
export class Match {
  readonly #found: ReadonlyMap<string, Expr>;
  readonly axis: Axis | null;

  constructor(found: ReadonlyMap<string, Expr>, axis: Axis | null) {
    this.#found = found;
    this.axis = axis;
  }

  get(name: string): Expr {
    const found = this.#found.get(name);
    if (found === undefined) throw new Error(`a pattern has no hole ${name}`);
    return found;
  }

  with(name: string, expr: Expr): Match | null {
    const known = this.#found.get(name);
    if (known !== undefined) return known === expr ? this : null;
    return new Match(new Map(this.#found).set(name, expr), this.axis);
  }

  along(axis: Axis | null): Match | null {
    if (axis === null || axis === this.axis) return this;
    return this.axis === null ? new Match(this.#found, axis) : null;
  }
}

const commutes: ReadonlySet<string> = new Set(["add", "multiply", "maximum", "minimum", "and", "or", "equal", "notEqual"]);

/** What the holes must stand for so that the pattern is the expression; null where it cannot be. */
export function match(pattern: Pattern, expr: Expr, before: Match = new Match(new Map(), null)): Match | null {
  if (pattern.kind === "any") return before.with(pattern.name, expr);
  if (pattern.kind === "number") return expr.kind === "number" && expr.value === pattern.value ? before : null;
  if (expr.kind !== "operation" || expr.op !== pattern.op || expr.args.length !== pattern.args.length) return null;
  const inside = before.along(expr.axis);
  if (inside === null) return null;
  const straight = matchAll(pattern.args, expr.args, inside);
  if (straight !== null || !commutes.has(expr.op)) return straight;
  return matchAll(pattern.args, [...expr.args].reverse(), inside);
}

function matchAll(patterns: readonly Pattern[], exprs: readonly Expr[], before: Match): Match | null {
  let found: Match | null = before;
  for (const [i, pattern] of patterns.entries()) {
    const expr = exprs[i];
    if (found === null || expr === undefined) return null;
    found = match(pattern, expr, found);
  }
  return found;
}

const alongAxis: ReadonlySet<string> = new Set(["sum", "max", "logSumExp", "softmax", "norm", "dot", "broadcast"]);

/** The formula that a pattern is once its holes are filled. */
export function instantiate(pattern: Pattern, match: Match): Expr {
  if (pattern.kind === "any") return match.get(pattern.name);
  if (pattern.kind === "number") return number(pattern.value);
  const args = pattern.args.map((arg) => instantiate(arg, match));
  return make(pattern.op, args, alongAxis.has(pattern.op) ? match.axis : null);
}

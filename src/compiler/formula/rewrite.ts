/** Groups of rules, brought to a fixed point; what fired is noted with its reason. */
import type { OperationName } from "../../runtime/ops/index.js";
import type { Expr, OperationExpr } from "./expr.js";
import { instantiate, type Match, match, type Pattern } from "./pattern.js";
import { rebuild } from "./walk.js";

interface RuleCommon {
  readonly name: string;
  /** What the new form is better at, in words for who reads the compiled loss. */
  readonly why: string;
  /** Bookkeeping that nobody who reads a compiled loss asks about: signs, zeros, orders. */
  readonly tidy?: boolean;
}

/** One pattern for another. */
export interface PatternRule extends RuleCommon {
  readonly from: Pattern & { readonly kind: "operation" };
  readonly to: Pattern;
  readonly when?: (match: Match) => boolean;
}

/** What no pattern can say: a function that gives the new form, or null. */
export interface FunctionRule extends RuleCommon {
  readonly on: readonly OperationName[];
  readonly rewrite: (expr: OperationExpr) => Expr | null;
}

export type Rule = PatternRule | FunctionRule;

/** A rule that fired. */
export interface Noted {
  readonly name: string;
  readonly why: string;
  readonly tidy: boolean;
}

/** A rule of one pattern for another; `from` must be an operation. */
export function rule(name: string, from: Pattern, to: Pattern, why: string, when?: (match: Match) => boolean): PatternRule {
  if (from.kind !== "operation") throw new Error(`rule ${name} starts from no operation`);
  return when === undefined ? { name, from, to, why } : { name, from, to, why, when };
}

export function functionRule(
  name: string,
  on: readonly OperationName[],
  rewrite: FunctionRule["rewrite"],
  why: string,
  tidy = false,
): FunctionRule {
  return { name, on, rewrite, why, tidy };
}

/** The same rules, marked as bookkeeping. */
export function tidy(rules: readonly Rule[]): readonly Rule[] {
  return rules.map((each) => ({ ...each, tidy: true }));
}

/** What one rule makes of an expression; null where it does not apply. The axes always stay the same. */
export function applyRule(rule: Rule, expr: Expr): Expr | null {
  if (expr.kind !== "operation") return null;
  const result = "from" in rule ? applyPattern(rule, expr) : rule.on.includes(expr.op) ? rule.rewrite(expr) : null;
  return result === null || result === expr || !sameType(result, expr) ? null : result;
}

function applyPattern(rule: PatternRule, expr: Expr): Expr | null {
  const found = match(rule.from, expr);
  return found === null || rule.when?.(found) === false ? null : instantiate(rule.to, found);
}

function sameType(a: Expr, b: Expr): boolean {
  return a.type.of === b.type.of && a.type.axes.length === b.type.axes.length && a.type.axes.every((axis, i) => b.type.axes[i] === axis);
}

/** Far more rounds than any formula has taken: a pair of rules that undo each other must not hang the compiler. */
const mostRounds = 64;

/** Rewrites with all rules of a group until none applies. */
export function rewrite(roots: readonly Expr[], rules: readonly Rule[], note: (noted: Noted) => void): readonly Expr[] {
  const table = new Map<string, Rule[]>();
  for (const each of rules) {
    for (const on of "from" in each ? [each.from.op] : each.on) table.set(on, [...(table.get(on) ?? []), each]);
  }
  let now = roots;
  for (let round = 0; round < mostRounds; round++) {
    const next = rebuild(now, (expr) => settled(expr, table, note));
    if (next.every((root, i) => root === now[i])) return next;
    now = next;
  }
  return now;
}

function settled(expr: Expr, table: ReadonlyMap<string, readonly Rule[]>, note: (noted: Noted) => void): Expr {
  let now = expr;
  for (let step = 0; step < mostRounds && now.kind === "operation"; step++) {
    const next = firstResult(now, table.get(now.op) ?? [], note);
    if (next === null) return now;
    now = next;
  }
  return now;
}

function firstResult(expr: OperationExpr, rules: readonly Rule[], note: (noted: Noted) => void): Expr | null {
  for (const each of rules) {
    const result = applyRule(each, expr);
    if (result === null) continue;
    note({ name: each.name, why: each.why, tidy: each.tidy ?? false });
    return result;
  }
  return null;
}

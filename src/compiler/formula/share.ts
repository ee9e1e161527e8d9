/** Which expressions of a formula become locals of the program, in an order in which they can be computed, and their names. */
import { isHostScalar } from "./build.js";
import type { Expr, OperationExpr } from "./expr.js";
import { localName } from "./local-names.js";
import { inOrder } from "./walk.js";

export interface Local {
  readonly name: string;
  readonly expr: OperationExpr;
}

/** An expression of more operations than this on one line is hard to read. */
const longest = 6;
const worthAName = new Set(["dot", "logSumExp", "softmax", "norm"]);
/** Never to be used as a name: words of TypeScript, of the language, and what a loss is given. */
const taken = ["x", "y", "W", "b", "N", "C", "epoch", "step", "progress", "parameters", "undefined", "NaN", "Math", "Infinity"];

/**
 * The locals of these roots: what is used more than once or worth a name. Names are unique among themselves and among
 * the inputs and parameters below the roots.
 */
export function share(roots: readonly Expr[], reserved: Iterable<string> = []): { readonly locals: readonly Local[] } {
  const order = inOrder(roots);
  const uses = countUses(order, roots);
  const named = new Set<Expr>();
  const size = new Map<Expr, number>();
  for (const expr of order) {
    if (expr.kind !== "operation") continue;
    const cost = 1 + expr.args.reduce((sum, arg) => sum + (named.has(arg) ? 0 : (size.get(arg) ?? 0)), 0);
    size.set(expr, cost);
    if (isLocal(expr, uses.get(expr) ?? 0, cost, roots)) named.add(expr);
  }
  const used = new Set([...taken, ...reserved]);
  for (const expr of order) if (expr.kind === "parameter" || expr.kind === "input") used.add(expr.name);
  const context = { used, names: new Map<Expr, string>(), users: usersOf(order) };
  const locals: Local[] = [];
  for (const expr of order) {
    if (expr.kind !== "operation" || !named.has(expr)) continue;
    const name = localName(expr, context);
    context.names.set(expr, name);
    used.add(name);
    locals.push({ name, expr });
  }
  return { locals };
}

function isLocal(expr: OperationExpr, uses: number, cost: number, roots: readonly Expr[]): boolean {
  if (isHostScalar(expr)) return uses > 1 && cost > 1;
  if (uses > 1) return true;
  if (roots.includes(expr)) return false;
  return worthAName.has(expr.op) || cost > longest;
}

function countUses(order: readonly Expr[], roots: readonly Expr[]): ReadonlyMap<Expr, number> {
  const uses = new Map<Expr, number>();
  const add = (expr: Expr): Map<Expr, number> => uses.set(expr, (uses.get(expr) ?? 0) + 1);
  for (const root of roots) add(root);
  for (const expr of order) if (expr.kind === "operation") for (const arg of new Set(expr.args)) add(arg);
  // Used twice by one expression is used twice, but v * v of an input needs no name: inputs have one.
  for (const expr of order)
    if (expr.kind === "operation" && new Set(expr.args).size < expr.args.length) for (const arg of repeated(expr.args)) add(arg);
  return uses;
}

function repeated(args: readonly Expr[]): readonly Expr[] {
  return args.filter((arg, i) => args.indexOf(arg) < i);
}

function usersOf(order: readonly Expr[]): ReadonlyMap<Expr, readonly OperationExpr[]> {
  const users = new Map<Expr, OperationExpr[]>();
  for (const expr of order) {
    if (expr.kind !== "operation") continue;
    for (const arg of new Set(expr.args)) users.set(arg, [...(users.get(arg) ?? []), expr]);
  }
  return users;
}

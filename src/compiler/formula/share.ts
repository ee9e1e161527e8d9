/** Which expressions of a formula become locals of the program, in an order in which they can be computed, and their names. */
import { operations } from "../../runtime/ops/index.js";
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
/** Never to be used as a name: what a loss is given, and what programs call. */
const taken = [
  ...Object.keys(operations),
  "x",
  "y",
  "W",
  "b",
  "N",
  "C",
  "epoch",
  "step",
  "progress",
  "parameters",
  "undefined",
  "NaN",
  "Math",
  "Infinity",
];

/**
 * The locals of these roots: what is used more than once, and parts of what would be too long for a line. Names are unique among themselves and among
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

/** Equal expressions are recorded once whether or not they have a name: locals are for the reader. */
function isLocal(expr: OperationExpr, uses: number, cost: number, roots: readonly Expr[]): boolean {
  if (isHostScalar(expr)) return uses > 1 && cost > 1;
  if (expr.op === "negate" && cost === 1) return false;
  return uses > 1 || (cost > longest && !roots.includes(expr));
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

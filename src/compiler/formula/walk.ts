/** Going through formulas without recursion: they are graphs, and may be deep. */
import { make } from "./build.js";
import type { Expr } from "./expr.js";

/** Every expression below the roots and the roots, arguments before what uses them, each once; nothing from `done` on down. */
export function inOrder(roots: readonly Expr[], done: (expr: Expr) => boolean = () => false): readonly Expr[] {
  const found = new Set<Expr>();
  const stack = [...roots];
  for (let expr = stack.pop(); expr !== undefined; expr = stack.pop()) {
    if (found.has(expr) || done(expr)) continue;
    found.add(expr);
    if (expr.kind === "operation") stack.push(...expr.args);
  }
  // An expression is made after its arguments.
  return [...found].sort((a, b) => a.id - b.id);
}

/** The roots with every expression replaced by what `replace` makes of it once its arguments are replaced. */
export function rebuild(roots: readonly Expr[], replace: (expr: Expr) => Expr): readonly Expr[] {
  const results = new Map<Expr, Expr>();
  const now = (expr: Expr): Expr => results.get(expr) ?? expr;
  for (const expr of inOrder(roots)) {
    if (expr.kind !== "operation") {
      results.set(expr, replace(expr));
      continue;
    }
    const args = expr.args.map(now);
    const same = args.every((arg, i) => arg === expr.args[i]);
    results.set(expr, replace(same ? expr : make(expr.op, args, expr.axis)));
  }
  return roots.map(now);
}

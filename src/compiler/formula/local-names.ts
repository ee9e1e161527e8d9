/** Names for locals as a person would choose them: z, p, c, xNorm, target, cosM; numbered where they clash. */
import type { Expr, OperationExpr } from "./expr.js";

export interface Naming {
  /** Names that are taken. */
  readonly used: ReadonlySet<string>;
  /** Names of the locals so far. */
  readonly names: ReadonlyMap<Expr, string>;
  /** What uses an expression. */
  readonly users: ReadonlyMap<Expr, readonly OperationExpr[]>;
}

/** What plain operations are called when nothing better is known. */
const words: Readonly<Record<string, string>> = {
  add: "total",
  subtract: "difference",
  multiply: "product",
  divide: "ratio",
  negate: "minus",
  power: "power",
  exp: "grown",
  log: "logarithm",
  log1p: "logarithm",
  expm1: "growth",
  sqrt: "root",
  abs: "size",
  sin: "sine",
  cos: "cosine",
  arccos: "angle",
  maximum: "larger",
  minimum: "smaller",
  select: "chosen",
  less: "below",
  lessEqual: "below",
  greater: "above",
  greaterEqual: "above",
  equal: "same",
  notEqual: "different",
  and: "both",
  or: "either",
  not: "otherwise",
  sum: "sum",
  max: "largest",
  logSumExp: "logSum",
  softmax: "p",
  isTarget: "target",
  countByClass: "counts",
  sumByClass: "sums",
  spread: "atTarget",
  broadcast: "repeated",
};

export function localName(expr: OperationExpr, naming: Naming): string {
  const wanted = wantedName(expr, naming);
  if (!naming.used.has(wanted)) return wanted;
  for (let i = 2; ; i++) if (!naming.used.has(`${wanted}${i}`)) return `${wanted}${i}`;
}

function wantedName(expr: OperationExpr, naming: Naming): string {
  const users = naming.users.get(expr) ?? [];
  if (users.some((user) => user.op === "logSumExp" || user.op === "softmax")) return "z";
  const flowing = gradientName(expr, users, naming);
  if (flowing !== null) return flowing;
  const [a, b] = expr.args;
  const first = a === undefined ? null : shortName(a, naming);
  if (expr.op === "norm" && first !== null) return `${first}Norm`;
  if (expr.op === "pick" && first !== null) return `${first}OfTarget`;
  if (expr.op === "dot" && a !== undefined && b !== undefined) return isUnit(a) && isUnit(b) ? "c" : dotName(expr);
  if (isUnit(expr)) return `${first ?? "v"}Unit`;
  if ((expr.op === "cos" || expr.op === "sin") && first !== null && a?.kind === "parameter") return `${expr.op}${capital(first)}`;
  if (expr.op === "subtract" && a?.kind === "operation" && a.op === "logSumExp") return "crossEntropy";
  return words[expr.op] ?? "value";
}

/** dz in `dot(dz, W, class)` and `dot(dz, x, sample)`: what flows back into z. */
function gradientName(expr: OperationExpr, users: readonly OperationExpr[], naming: Naming): string | null {
  const flows = users.find((user) => user.op === "dot" && user.axis !== "feature" && user.args[0] === expr);
  const other = flows?.args[1];
  if (other === undefined) return null;
  return isUnit(other) && naming.names.has(other) ? "dc" : "dz";
}

function dotName(expr: OperationExpr): string {
  if (expr.axis === "feature" && expr.type.axes.includes("class")) return "z";
  return "product";
}

/** v divided by its norm, which is kept off 0. */
function isUnit(expr: Expr): boolean {
  if (expr.kind !== "operation" || expr.op !== "divide") return false;
  const below = expr.args[1];
  return below?.kind === "operation" && (below.op === "norm" || below.args.some((arg) => arg.kind === "operation" && arg.op === "norm"));
}

function shortName(expr: Expr, naming: Naming): string | null {
  const known = naming.names.get(expr);
  if (known !== undefined) return known;
  if (expr.kind === "input" || expr.kind === "parameter") return expr.name;
  if (expr.kind === "operation" && expr.op === "pick" && expr.args[0] !== undefined) {
    const base = shortName(expr.args[0], naming);
    return base === null ? null : `${base}OfTarget`;
  }
  return null;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

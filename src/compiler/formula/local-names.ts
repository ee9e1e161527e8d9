/** Names for locals as a person would choose them: z, p, c, xNorm, target, cosM; numbered where they clash. */
import { isUnit } from "./bounds.js";
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
  power: "raised",
  exp: "grown",
  log: "logarithm",
  log1p: "logarithm",
  expm1: "growth",
  sqrt: "root",
  abs: "magnitude",
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
  sum: "summed",
  max: "largest",
  logSumExp: "logSum",
  softmax: "p",
  isTarget: "target",
  countByClass: "counts",
  sumByClass: "sums",
  spread: "atTarget",
  broadcast: "repeated",
  pick: "ofTarget",
  stop: "stopped",
  withGradient: "straight",
};

export function localName(expr: OperationExpr, naming: Naming): string {
  const wanted = wantedName(expr, naming);
  if (!naming.used.has(wanted)) return wanted;
  for (let i = 2; ; i++) if (!naming.used.has(`${wanted}${i}`)) return `${wanted}${i}`;
}

function wantedName(expr: OperationExpr, naming: Naming): string {
  const users = naming.users.get(expr) ?? [];
  if (users.some((user) => user.op === "logSumExp" || user.op === "softmax")) return "z";
  return flowName(expr, users, naming) ?? shapeName(expr, naming) ?? words[expr.op] ?? "value";
}

/** Names by what an expression is made of. */
function shapeName(expr: OperationExpr, naming: Naming): string | null {
  const [a, b] = expr.args;
  const first = a === undefined ? null : shortName(a, naming);
  if (expr.op === "norm" && first !== null) return `${first}Norm`;
  if (expr.op === "maximum" && b?.kind === "number" && a?.kind === "operation") {
    return a.op === "norm" && !naming.names.has(a) ? shapeName(a, naming) : "guarded";
  }
  if (expr.op === "pick" && first !== null) return `${first}OfTarget`;
  if (expr.op === "divide" && isUnit(expr, "feature")) return `${first ?? "v"}Unit`;
  if (expr.op === "dot" && a !== undefined && b !== undefined) return dotName(expr, a, b);
  if ((expr.op === "cos" || expr.op === "sin") && a?.kind === "parameter") return `${expr.op}${capital(a.name)}`;
  if (expr.op === "subtract" && isOperation(a, "logSumExp")) return "crossEntropy";
  if (expr.op === "negate" && isOperation(a, "expm1")) return "complement";
  if (expr.op === "select" && isOperation(a, "isTarget") && isOperation(b, "subtract") && b.args[0] === expr.args[2]) return "excess";
  return null;
}

function isOperation(expr: Expr | undefined, op: string): expr is OperationExpr {
  return expr?.kind === "operation" && expr.op === op;
}

/** dz in `dot(dz, W, class)` and `dot(dz, x, sample)`: what flows back into z = dot(x, W); dx in dx = dot(dz, W, class). */
function flowName(expr: OperationExpr, users: readonly OperationExpr[], naming: Naming): string | null {
  if (isOperation(expr, "dot") && expr.axis !== "feature") {
    const partner = partnerOf(expr.args[1], naming);
    return partner === null ? null : `d${partner}`;
  }
  const flows = users.find((user) => user.op === "dot" && user.axis !== "feature" && user.args[0] === expr);
  const other = flows?.args[1];
  if (other === undefined || expr.type.axes.length !== 2) return null;
  return isUnit(other, "feature") ? "dc" : "dz";
}

/** The name of x where `other` is W in dot(x, W), or the reverse. */
function partnerOf(other: Expr | undefined, naming: Naming): string | null {
  if (other === undefined) return null;
  const product = (naming.users.get(other) ?? []).find((user) => user.op === "dot" && user.axis === "feature");
  const partner = product?.args.find((arg) => arg !== other);
  return partner === undefined ? null : shortName(partner, naming);
}

function dotName(expr: OperationExpr, a: Expr, b: Expr): string {
  if (isUnit(a, "feature") && isUnit(b, "feature")) return "c";
  if (isUnit(a, "feature") || isUnit(b, "feature")) return "radial";
  return expr.axis === "feature" && expr.type.axes.includes("class") ? "z" : "product";
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

/**
 * Formulas as TypeScript. What a step records is calls on the operations of facec/runtime; scalars made of numbers,
 * parameters, N and C alone are plain JavaScript with no more parentheses than needed.
 */
import { isHostScalar } from "../formula/build.js";
import type { Expr, InputExpr, OperationExpr, ParameterExpr } from "../formula/expr.js";
import { call, type Doc } from "./layout.js";
import { numberLiteral, stringLiteral } from "./text.js";

/** What the names in a formula are in the program, and what was used of it. */
export interface Scope {
  /** Are the fed scalars (epoch, step, progress, v) plain numbers here? In schedules and scales; not in losses. */
  readonly host: boolean;
  readonly input: (expr: InputExpr) => string;
  readonly parameter: (expr: ParameterExpr) => string;
  /** The local that holds an expression, if one does. */
  readonly local: (expr: Expr) => string | null;
  /** Called with every name that must be imported. */
  readonly imports: (name: string) => string;
}

/** How tightly an expression binds in JavaScript. */
const binds = { conditional: 3, or: 4, and: 5, equality: 9, relation: 10, sum: 12, product: 13, power: 14, unary: 15, call: 20 } as const;

interface Printed {
  readonly text: string;
  readonly binds: number;
}

/** Is it known as a plain number before the step runs? */
export function isHost(expr: Expr, scope: Pick<Scope, "host">): boolean {
  if (!scope.host) return isHostScalar(expr);
  return expr.kind !== "operation" || (expr.type.axes.length === 0 && expr.args.every((arg) => isHost(arg, scope)));
}

/** The expression as an argument, an initializer or a result. */
export function printFormula(expr: Expr, scope: Scope): Doc {
  return scope.local(expr) ?? printFresh(expr, scope);
}

/** As `printFormula`, spelled out although a local holds it: the local's own initializer. */
export function printFresh(expr: Expr, scope: Scope): Doc {
  return isHost(expr, scope) || expr.kind !== "operation" ? printHost(expr, scope).text : printRecorded(expr, scope);
}

// ---------------------------------------------------------------- recorded

function printRecorded(expr: OperationExpr, scope: Scope): Doc {
  const [first, second, third] = expr.args;
  if (first === undefined) throw new Error(`${expr.op} has no arguments.`);
  if (expr.op === "select" && second && third && isHost(first, scope)) {
    return [hostBoolean(first, scope).text, " ? ", printFormula(second, scope), " : ", printFormula(third, scope)];
  }
  const args = expr.args.map((arg) => argument(arg, scope));
  if (expr.axis !== null) args.push(stringLiteral(expr.axis));
  return call(scope.imports(expr.op), args);
}

function argument(expr: Expr, scope: Scope): Doc {
  return isHost(expr, scope) && expr.type.of === "boolean" ? `Number(${hostBoolean(expr, scope).text})` : printFormula(expr, scope);
}

// ---------------------------------------------------------------- plain JavaScript

const infix: Readonly<Record<string, readonly [symbol: string, binds: number]>> = {
  add: ["+", binds.sum],
  subtract: ["-", binds.sum],
  multiply: ["*", binds.product],
  divide: ["/", binds.product],
  less: ["<", binds.relation],
  lessEqual: ["<=", binds.relation],
  greater: [">", binds.relation],
  greaterEqual: [">=", binds.relation],
  equal: ["===", binds.equality],
  notEqual: ["!==", binds.equality],
  and: ["&&", binds.and],
  or: ["||", binds.or],
};

const functions: Readonly<Record<string, string>> = {
  exp: "Math.exp",
  log: "Math.log",
  log1p: "Math.log1p",
  expm1: "Math.expm1",
  sqrt: "Math.sqrt",
  abs: "Math.abs",
  sin: "Math.sin",
  cos: "Math.cos",
  arccos: "Math.acos",
  maximum: "Math.max",
  minimum: "Math.min",
  floor: "Math.floor",
  sign: "Math.sign",
};

const logical = new Set(["and", "or", "not"]);

function printHost(expr: Expr, scope: Scope): Printed {
  const local = scope.local(expr);
  if (local !== null) return atom(local);
  switch (expr.kind) {
    case "number": {
      const text = numberLiteral(expr.value);
      return { text, binds: text.startsWith("-") ? binds.unary : binds.call };
    }
    case "parameter":
      return atom(scope.parameter(expr));
    case "input":
      return atom(scope.input(expr));
    case "operation":
      return printHostOperation(expr, scope);
  }
}

function printHostOperation(expr: OperationExpr, scope: Scope): Printed {
  const counted = countOf(expr);
  if (counted !== null) return printCount(counted, scope);
  const operator = infix[expr.op];
  if (operator !== undefined) return printInfix(expr, operator, scope);
  const called = functions[expr.op];
  if (called !== undefined) return atom(`${called}(${expr.args.map((arg) => hostNumber(arg, scope).text).join(", ")})`);
  return printHostSpecial(expr, scope);
}

/** How many entries of a list stand in a relation to one value: what `count(epoch >= e over e in [8, 11])` became. */
interface Count {
  readonly op: OperationExpr["op"];
  readonly left: Expr;
  readonly entries: readonly Expr[];
}

/** A sum of `select(left op entry, 1, 0)` with one and the same left side. */
function countOf(expr: Expr): Count | null {
  if (expr.kind !== "operation") return null;
  const [first, second, third] = expr.args;
  if (expr.op === "add" && first !== undefined && second !== undefined) {
    const before = countOf(first);
    const last = countOf(second);
    if (before === null || last === null || before.left !== last.left || before.op !== last.op) return null;
    return { ...before, entries: [...before.entries, ...last.entries] };
  }
  if (expr.op !== "select" || first?.kind !== "operation" || !isNumber(second, 1) || !isNumber(third, 0)) return null;
  const [left, entry] = first.args;
  if ((infix[first.op]?.[1] ?? 0) !== binds.relation || left === undefined || entry === undefined || left.kind === "number") return null;
  return { op: first.op, left, entries: [entry] };
}

function isNumber(expr: Expr | undefined, value: number): boolean {
  return expr?.kind === "number" && expr.value === value;
}

function printCount({ op, left, entries }: Count, scope: Scope): Printed {
  const value = atLeast(hostNumber(left, scope), binds.relation);
  const symbol = infix[op]?.[0] ?? op;
  const list = entries.map((entry) => hostNumber(entry, scope).text).join(", ");
  const name = ["e", "entry", "element"].find((each) => !new RegExp(`\\b${each}\\b`).test(value)) ?? "each";
  return atom(`${scope.imports("count")}([${list}], (${name}) => ${value} ${symbol} ${name})`);
}

function printHostSpecial(expr: OperationExpr, scope: Scope): Printed {
  const [first, second, third] = expr.args;
  if (first === undefined) throw new Error(`${expr.op} has no arguments.`);
  if (expr.op === "negate") return { text: `-${atLeast(hostNumber(first, scope), binds.unary + 1)}`, binds: binds.unary };
  if (expr.op === "not") return { text: `!${atLeast(hostBoolean(first, scope), binds.unary)}`, binds: binds.unary };
  if (expr.op === "stop" || expr.op === "withGradient") return printHost(first, scope);
  if (expr.op === "softplus") {
    // log(1 + exp(v)), also where exp(v) is too large for a number.
    const v = hostNumber(first, scope).text;
    return { text: `Math.max(${v}, 0) + Math.log1p(Math.exp(-Math.abs(${v})))`, binds: binds.sum };
  }
  if (expr.op === "power" && second !== undefined) {
    const base = atLeast(hostNumber(first, scope), binds.unary + 1);
    return { text: `${base} ** ${atLeast(hostNumber(second, scope), binds.power)}`, binds: binds.power };
  }
  if (expr.op === "select" && second !== undefined && third !== undefined) {
    const condition = atLeast(hostBoolean(first, scope), binds.or);
    return { text: `${condition} ? ${printHost(second, scope).text} : ${printHost(third, scope).text}`, binds: binds.conditional };
  }
  throw new Error(`${expr.op} is not known as plain JavaScript.`);
}

function printInfix(expr: OperationExpr, [symbol, tight]: readonly [string, number], scope: Scope): Printed {
  const [left, right] = expr.args;
  if (left === undefined || right === undefined) throw new Error(`${expr.op} wants two arguments.`);
  const operand = logical.has(expr.op) ? hostBoolean : hostNumber;
  if (expr.op === "add" && right.kind === "number" && right.value < 0) {
    return { text: `${atLeast(operand(left, scope), tight)} - ${numberLiteral(-right.value)}`, binds: tight };
  }
  // The right operand of a chain keeps its parentheses: a - (b - c), and a + (b + c) rounds otherwise than a + b + c.
  return { text: `${atLeast(operand(left, scope), tight)} ${symbol} ${atLeast(operand(right, scope), tight + 1)}`, binds: tight };
}

/** Where a number is wanted: a condition counts as 0 or 1. */
function hostNumber(expr: Expr, scope: Scope): Printed {
  const printed = printHost(expr, scope);
  return expr.type.of === "boolean" ? atom(`Number(${printed.text})`) : printed;
}

function hostBoolean(expr: Expr, scope: Scope): Printed {
  const printed = printHost(expr, scope);
  return expr.type.of === "boolean" ? printed : { text: `${atLeast(printed, binds.relation + 1)} !== 0`, binds: binds.equality };
}

function atom(text: string): Printed {
  return { text, binds: binds.call };
}

function atLeast(printed: Printed, needed: number): string {
  return printed.binds >= needed ? printed.text : `(${printed.text})`;
}

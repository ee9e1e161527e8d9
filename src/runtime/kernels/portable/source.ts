/** JavaScript text of pointwise expressions. Only operations of the closed table below, or meanings by name, ever become text. */

import type { Pointwise } from "../pointwise.js";
import { pointwiseOperation } from "../pointwise-kernel.js";

const text: Readonly<Record<string, (...args: readonly string[]) => string>> = {
  add: (a, b) => `(${a} + ${b})`,
  subtract: (a, b) => `(${a} - ${b})`,
  multiply: (a, b) => `(${a} * ${b})`,
  divide: (a, b) => `(${a} / ${b})`,
  negate: (a) => `(-${a})`,
  exp: (a) => `Math.exp(${a})`,
  log: (a) => `Math.log(${a})`,
  log1p: (a) => `Math.log1p(${a})`,
  expm1: (a) => `Math.expm1(${a})`,
  sqrt: (a) => `Math.sqrt(${a})`,
  abs: (a) => `Math.abs(${a})`,
  sin: (a) => `Math.sin(${a})`,
  cos: (a) => `Math.cos(${a})`,
  maximum: (a, b) => `Math.max(${a}, ${b})`,
  minimum: (a, b) => `Math.min(${a}, ${b})`,
  floor: (a) => `Math.floor(${a})`,
  sign: (a) => `Math.sign(${a})`,
};

const conditions: Readonly<Record<string, (...args: readonly string[]) => string>> = {
  less: (a, b) => `(${a} < ${b})`,
  lessEqual: (a, b) => `(${a} <= ${b})`,
  greater: (a, b) => `(${a} > ${b})`,
  greaterEqual: (a, b) => `(${a} >= ${b})`,
  equal: (a, b) => `(${a} === ${b})`,
  notEqual: (a, b) => `(${a} !== ${b})`,
};

export interface Statement {
  readonly name: string;
  readonly text: string;
  /** Innermost loop that it depends on; -1: none. */
  readonly depth: number;
}

export interface Source {
  readonly statements: readonly Statement[];
  /** Name or literal of the whole expression. */
  readonly result: string;
  /** Operations called by their meaning: parameters m0, m1, ... of the function. */
  readonly meanings: readonly ((...args: readonly number[]) => number)[];
}

/** Statements, one for each distinct part of `expression`; `load(i)` is the text and depth of operand i. */
export function sourceOf(expression: Pointwise, load: (index: number) => { text: string; depth: number }): Source {
  const statements: Statement[] = [];
  const known = new Map<string, Statement>();
  const seen = new Map<Pointwise, Statement>();
  const meanings: ((...args: readonly number[]) => number)[] = [];
  const meaningNames = new Map<string, string>();
  const state = (code: string, depth: number): Statement => {
    const before = known.get(code);
    if (before !== undefined) return before;
    const statement = { name: `t${statements.length}`, text: code, depth };
    statements.push(statement);
    known.set(code, statement);
    return statement;
  };
  const call = (op: string, args: readonly string[]): string => {
    const inline = text[op];
    if (inline !== undefined) return inline(...args);
    const condition = conditions[op];
    if (condition !== undefined) return `(${condition(...args)} ? 1 : 0)`;
    let name = meaningNames.get(op);
    if (name === undefined) {
      name = `m${meanings.length}`;
      meanings.push(pointwiseOperation(op).meaning);
      meaningNames.set(op, name);
    }
    return `${name}(${args.join(", ")})`;
  };
  const visit = (part: Pointwise): Statement => {
    const before = seen.get(part);
    if (before !== undefined) return before;
    const statement = make(part);
    seen.set(part, statement);
    return statement;
  };
  const make = (part: Pointwise): Statement => {
    if (part.kind === "constant") return { name: literal(part.value), text: "", depth: -1 };
    if (part.kind === "input") {
      const { text: code, depth } = load(part.index);
      return state(code, depth);
    }
    const [first] = part.args;
    const chooses = part.op === "select" && first?.kind === "apply" ? conditions[first.op] : undefined;
    const args = (chooses !== undefined && first?.kind === "apply" ? [...first.args, ...part.args.slice(1)] : part.args).map(visit);
    const depth = Math.max(-1, ...args.map((arg) => arg.depth));
    const names = args.map((arg) => arg.name);
    if (chooses !== undefined) return state(`(${chooses(...names.slice(0, 2))} ? ${names[2]} : ${names[3]})`, depth);
    if (part.op === "select") return state(`(${names[0]} !== 0 ? ${names[1]} : ${names[2]})`, depth);
    return state(call(part.op, names), depth);
  };
  const result = visit(expression).name;
  return { statements, result, meanings };
}

function literal(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  return Object.is(value, -0) ? "(-0)" : value < 0 ? `(${value})` : String(value);
}

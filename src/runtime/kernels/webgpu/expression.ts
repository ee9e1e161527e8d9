/** WGSL of pointwise expressions. Only operations of the closed table below become text. */
import type { Pointwise } from "../pointwise.js";
import { literal } from "./plan.js";

type Text = (...args: readonly string[]) => string;

const infix =
  (sign: string): Text =>
  (a, b) =>
    `(${a} ${sign} ${b})`;
const call =
  (name: string): Text =>
  (...args) =>
    `${name}(${args.join(", ")})`;

const values: Readonly<Record<string, Text>> = {
  add: infix("+"),
  subtract: infix("-"),
  multiply: infix("*"),
  divide: infix("/"),
  negate: (a) => `(-${a})`,
  abs: call("abs"),
  floor: call("floor"),
  sqrt: call("sqrt_"),
  exp: call("exp_"),
  expm1: call("expm1_"),
  log: call("log_"),
  log1p: call("log1p_"),
  softplus: call("softplus_"),
  sin: call("sin_"),
  cos: call("cos_"),
  arccos: call("arccos_"),
  power: call("power_"),
  sign: call("sign_"),
  maximum: call("largest"),
  minimum: call("smallest"),
  stop: (a) => `${a}`,
  withGradient: (a) => `${a}`,
};

/** WGSL's booleans; as numbers they are 0 and 1. */
const conditions: Readonly<Record<string, Text>> = {
  less: infix("<"),
  lessEqual: infix("<="),
  greater: infix(">"),
  greaterEqual: infix(">="),
  equal: infix("=="),
  notEqual: infix("!="),
  and: (a, b) => `(${a} != 0.0f && ${b} != 0.0f)`,
  or: (a, b) => `(${a} != 0.0f || ${b} != 0.0f)`,
  not: (a) => `(${a} == 0.0f)`,
};

/** The operations that can be said; a test compares them with the dictionary. */
export const sayable: readonly string[] = [...Object.keys(values), ...Object.keys(conditions), "select"];

export interface Source {
  /** `let` statements, one for each distinct part. */
  readonly statements: readonly string[];
  readonly result: string;
  /** Functions of `math.ts` that are called. */
  readonly called: ReadonlySet<string>;
}

/** Statements for `expression`; `load(i)` is the WGSL of operand i. */
export function sourceOf(expression: Pointwise, load: (index: number) => string): Source {
  const statements: string[] = [];
  const names = new Map<string, string>();
  const seen = new Map<Pointwise, string>();
  const called = new Set<string>();
  const state = (text: string): string => {
    for (const [, name] of text.matchAll(/([a-z0-9_]+)\(/g)) if (name !== undefined) called.add(name);
    const before = names.get(text);
    if (before !== undefined) return before;
    const name = `t${statements.length}`;
    statements.push(`let ${name} = ${text};`);
    names.set(text, name);
    return name;
  };
  const said = (op: string, args: readonly string[]): string => {
    const value = values[op];
    if (value !== undefined) return value(...args);
    const condition = conditions[op];
    if (condition !== undefined) return `select(0.0f, 1.0f, ${condition(...args)})`;
    if (op === "select") return `select(${args[2]}, ${args[1]}, ${args[0]} != 0.0f)`;
    throw new Error(`WebGPU has no operation ${op}.`);
  };
  const visit = (part: Pointwise): string => {
    const before = seen.get(part);
    if (before !== undefined) return before;
    const name =
      part.kind === "constant"
        ? literal(part.value)
        : state(part.kind === "input" ? load(part.index) : said(part.op, part.args.map(visit)));
    seen.set(part, name);
    return name;
  };
  return { result: visit(expression), statements, called };
}

/** Writing formulas in tests as briefly as the language does. */
import {
  apply,
  classBias,
  classWeights,
  embedding,
  input,
  isFault,
  labels,
  make,
  number,
  parameter,
} from "../../src/compiler/formula/build.js";
import type { Axis, Expr } from "../../src/compiler/formula/expr.js";
import { functions } from "../../src/compiler/formula/functions.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import type { OperationName } from "../../src/runtime/ops/index.js";
import { sizeAlong } from "../../src/runtime/ops/named.js";

type Term = Expr | number;

export function term(value: Term): Expr {
  return typeof value === "number" ? number(value) : value;
}

export function op(name: OperationName, ...args: readonly Term[]): Expr {
  return make(name, args.map(term));
}

export function along(name: OperationName, axis: Axis, ...args: readonly Term[]): Expr {
  return make(name, args.map(term), axis);
}

/** A built-in function of the language. */
export function fn(name: string, ...args: readonly Term[]): Expr {
  return over(name, null, ...args);
}

/** A built-in function with `over`. */
export function over(
  name: string,
  axes: { readonly axes: readonly Axis[]; readonly by: Axis | null } | null,
  ...args: readonly Term[]
): Expr {
  const found = functions[name];
  if (found === undefined) throw new Error(`no function ${name}`);
  const result = found.expand(args.map(term), axes, null);
  if (isFault(result)) throw new Error(`${name}: ${JSON.stringify(result)}`);
  return result;
}

export const x = embedding();
export const W = classWeights();
export const b = classBias();
export const y = labels();
export const target = op("isTarget", y);
export const z = op("add", fn("dot", x, W), b);
export const p = fn("softmax", z);
export const crossEntropy = fn("cross_entropy", z);
export const pi = number(Math.PI);

/** `v[y]`. */
export function at(v: Expr): Expr {
  return op("pick", v, y);
}

export function named(name: string, axes: readonly Axis[]): Expr {
  return input("state", name, { axes, of: "number" });
}

export function cosface(s: number, m: number): Expr {
  const c = fn("cosine", x, W);
  return fn("cross_entropy", op("multiply", parameter("s", s), op("select", target, op("subtract", c, parameter("m", m)), c)));
}

export function arcface(s: number, m: number): Expr {
  const theta = fn("angle", x, W);
  const margin = parameter("m", m);
  const past = op("subtract", op("cos", theta), op("multiply", margin, op("sin", margin)));
  const bent = op("select", op("less", theta, op("subtract", pi, margin)), op("cos", op("add", theta, margin)), past);
  return fn("cross_entropy", op("multiply", parameter("s", s), op("select", target, bent, op("cos", theta))));
}

export function focalWeight(gamma: number): Expr {
  return op("power", op("subtract", 1, at(p)), parameter("gamma", gamma));
}

export { apply, parameter };

// ---------------------------------------------------------------- numbers

export function array(axes: readonly Axis[], shape: readonly number[], data: Iterable<number>): NamedArray {
  return { axes, shape, data: Float64Array.from(data) };
}

/** Largest difference, relative to the largest entry of what is expected. */
export function distance(actual: NamedArray, expected: NamedArray): number {
  if (actual.data.length !== expected.data.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let largest = 0;
  for (const [i, value] of expected.data.entries()) {
    difference = Math.max(difference, Math.abs((actual.data[i] ?? Number.NaN) - value));
    largest = Math.max(largest, Math.abs(value));
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference / Math.max(largest, Number.MIN_VALUE);
}

/** Draws that are the same in every run: a linear congruence, good enough to scatter points. */
export function draws(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export function randomArray(axes: readonly Axis[], sizes: ReadonlyMap<Axis, number>, draw: () => number): NamedArray {
  const shape = axes.map((axis) => sizeAlong(sizes, axis));
  const count = shape.reduce((a, each) => a * each, 1);
  return array(
    axes,
    shape,
    Array.from({ length: count }, () => 2 * draw() - 1),
  );
}

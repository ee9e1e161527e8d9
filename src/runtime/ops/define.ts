/** Makers of operation descriptions: what all operations of one arity share is said here once. */
import type { Algebra, Operation, PointwiseOperation, SignatureFault } from "../describe.js";
import { canonical, type ValueType } from "./axes.js";

type Notation = Operation["notation"];
type Kind = "number" | "boolean";

interface Common<M> {
  readonly name: string;
  readonly doc: string;
  readonly notation: Notation;
  /** What the arguments are; numbers unless said. */
  readonly takes?: Kind;
  readonly gives?: Kind;
  readonly meaning: M;
}

/** A call in mathematical notation: `exp(v)`. */
export function call(symbol: string): Notation {
  return { form: "call", symbol, binds: 100 };
}

/** An infix sign and how tightly it binds: or 1, and 2, comparisons 4, sums 5, products 6, powers 8. */
export function infix(symbol: string, binds: number): Notation {
  return { form: "infix", symbol, binds };
}

/** A sign before its operand: `not` 3, minus 7. */
export function prefix(symbol: string, binds: number): Notation {
  return { form: "prefix", symbol, binds };
}

/** What a value is, in words: "one number per sample and class". */
export function describeType(type: ValueType): string {
  if (type.of === "label") return "a label";
  const what = type.of === "boolean" ? "condition" : "number";
  if (type.axes.length === 0) return `one ${what}`;
  const last = type.axes[type.axes.length - 1] ?? "";
  const others = type.axes.slice(0, -1);
  return `one ${what} per ${others.length === 0 ? last : `${others.join(", ")} and ${last}`}`;
}

export function fault(argument: number, expected: string, given: ValueType | undefined): SignatureFault {
  return { argument, expected, given: given === undefined ? "nothing" : describeType(given) };
}

/** Type of a value-by-value operation: axes joined by name, each argument of the kind that is wanted. */
export function joined(args: readonly ValueType[], takes: readonly Kind[], gives: Kind): ValueType | SignatureFault {
  for (const [i, kind] of takes.entries()) {
    const given = args[i];
    if (given?.of !== kind) return fault(i, kind === "number" ? "a number" : "a condition", given);
  }
  return { axes: canonical(args.flatMap((arg) => arg.axes)), of: gives };
}

/** The first `count` arguments, there for certain: signatures have checked them. */
export function take<V>(args: readonly V[], index: number): V {
  const found = args[index];
  if (found === undefined) throw new Error(`argument ${index + 1} is missing`);
  return found;
}

type Unary = (v: number) => number;
type Binary = (a: number, b: number) => number;

/** An operation on one argument; `derivative` gives what flows to it. */
export function unary(
  spec: Common<Unary> & {
    readonly derivative: (<V>(k: Algebra<V>, dy: V, v: V, out: V) => V | null) | null;
    readonly probes: readonly number[];
  },
): PointwiseOperation {
  const { derivative, takes = "number", gives = "number" } = spec;
  return {
    kind: "pointwise",
    name: spec.name,
    doc: spec.doc,
    notation: spec.notation,
    signature: (args) => joined(args, [takes], gives),
    meaning: (v) => spec.meaning(v ?? Number.NaN),
    derivative: derivative === null ? null : (k, dy, args, out) => [derivative(k, dy, take(args, 0), out)],
    probes: spec.probes.map((v) => [v]),
  };
}

/** An operation on two arguments. */
export function binary(
  spec: Common<Binary> & {
    readonly derivative: (<V>(k: Algebra<V>, dy: V, a: V, b: V, out: V) => readonly [V | null, V | null]) | null;
    readonly probes: readonly (readonly [number, number])[];
  },
): PointwiseOperation {
  const { derivative, takes = "number", gives = "number" } = spec;
  return {
    kind: "pointwise",
    name: spec.name,
    doc: spec.doc,
    notation: spec.notation,
    signature: (args) => joined(args, [takes, takes], gives),
    meaning: (a, b) => spec.meaning(a ?? Number.NaN, b ?? Number.NaN),
    derivative: derivative === null ? null : (k, dy, args, out) => derivative(k, dy, take(args, 0), take(args, 1), out),
    probes: spec.probes,
  };
}

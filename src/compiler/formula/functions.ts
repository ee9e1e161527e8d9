/** The language's built-in functions, written out in operations. */
import { operations } from "../../runtime/ops/index.js";
import { labels, number } from "./build.js";
import type { Expr } from "./expr.js";
import {
  type BuiltInFunction,
  cosine,
  type FunctionFault,
  type FunctionParameter,
  hasAxis,
  isNumber,
  type Over,
  unit,
  type Writer,
  writer,
} from "./function-parts.js";
import { reductions } from "./reductions.js";

export type { BuiltInFunction, FunctionFault, FunctionParameter, Over };

const value: FunctionParameter = { name: "v", doc: "numbers" };

/** A function that is one operation on one value. */
function plain(name: "exp" | "log" | "sqrt" | "abs" | "sin" | "cos" | "arccos" | "floor" | "softplus"): BuiltInFunction {
  return {
    name,
    doc: operations[name].doc,
    parameters: [value],
    reduces: false,
    expand: (args, _over, origin) => checked(args, [isNumber], (v) => writer(origin)(name, [v(0)])),
  };
}

type Check = (args: readonly Expr[], index: number) => FunctionFault | null;

/** Checks each argument, then expands; `arg(i)` is there for certain. */
function checked(args: readonly Expr[], checks: readonly Check[], expand: (arg: (index: number) => Expr) => Expr): Expr | FunctionFault {
  for (const [i, check] of checks.entries()) {
    const found = check(args, i);
    if (found !== null) return found;
  }
  return expand((index) => {
    const found = args[index];
    if (found === undefined) throw new Error(`argument ${index + 1} was not checked`);
    return found;
  });
}

const vector = hasAxis("feature");
const scores = hasAxis("class");

function pair(name: string, doc: string, expand: (write: Writer, a: Expr, b: Expr) => Expr): BuiltInFunction {
  return {
    name,
    doc,
    parameters: [
      { name: "a", doc: "vectors, one number per feature" },
      { name: "b", doc: "vectors, one number per feature" },
    ],
    reduces: false,
    expand: (args, _over, origin) => checked(args, [vector, vector], (arg) => expand(writer(origin), arg(0), arg(1))),
  };
}

/**
 * |a - b|^2. Where one side has all axes, entry by entry; else |a|^2 - 2 a.b + |b|^2, for {sample, class, feature} would
 * be too large to keep, not below 0 where rounding takes it there.
 */
function squaredDistance(write: Writer, a: Expr, b: Expr): Expr {
  const covers = (one: Expr, other: Expr): boolean => other.type.axes.every((axis) => one.type.axes.includes(axis));
  const squared = (v: Expr): Expr => write("sum", [write("multiply", [v, v])], "feature");
  if (covers(a, b) || covers(b, a)) return squared(write("subtract", [a, b]));
  const cross = write("multiply", [number(2), write("dot", [a, b], "feature")]);
  const sum = write("subtract", [write("add", [squared(a), squared(b)]), cross]);
  return write("maximum", [sum, number(0)]);
}

/** log of the sum of e^z, less the score of the label: -log of the label's share. */
function crossEntropy(write: Writer, z: Expr): Expr {
  return write("subtract", [write("logSumExp", [z], "class"), write("pick", [z, labels()])]);
}

function one(name: string, doc: string, argument: string, check: Check, expand: (write: Writer, v: Expr) => Expr): BuiltInFunction {
  return {
    name,
    doc,
    parameters: [{ name: "v", doc: argument }],
    reduces: false,
    expand: (args, _over, origin) => checked(args, [check], (arg) => expand(writer(origin), arg(0))),
  };
}

const valueFunction: BuiltInFunction = {
  name: "value",
  doc: "The value of f with the gradient of another formula: a straight-through estimate.",
  parameters: [
    { name: "f", doc: "what is computed" },
    { name: "gradient", doc: "what is differentiated in its place" },
  ],
  reduces: false,
  expand: (args, _over, origin) => checked(args, [isNumber, isNumber], (arg) => writer(origin)("withGradient", [arg(0), arg(1)])),
};

const clamp: BuiltInFunction = {
  name: "clamp",
  doc: "v, but at least `low` and at most `high`; outside there is no gradient.",
  parameters: [value, { name: "low", doc: "the least result" }, { name: "high", doc: "the largest result" }],
  reduces: false,
  expand: (args, _over, origin) =>
    checked(args, [isNumber, isNumber, isNumber], (arg) => {
      const write = writer(origin);
      return write("minimum", [write("maximum", [arg(0), arg(1)]), arg(2)]);
    }),
};

const list: readonly BuiltInFunction[] = [
  plain("exp"),
  plain("log"),
  plain("sqrt"),
  plain("abs"),
  plain("sin"),
  plain("cos"),
  plain("arccos"),
  plain("floor"),
  plain("softplus"),
  ...reductions,
  one("norm", "Euclidean length along feature.", "vectors, one number per feature", vector, (write, v) => write("norm", [v], "feature")),
  one("unit", "v divided by its length along feature; a zero vector stays 0.", "vectors, one number per feature", vector, unit),
  pair("dot", "Sum of the products along feature.", (write, a, b) => write("dot", [a, b], "feature")),
  pair("cosine", "Cosine of the angle between two vectors, -1..1; 0 where one is zero.", cosine),
  pair("angle", "Angle between two vectors in radians, 0..pi.", (write, a, b) => write("arccos", [cosine(write, a, b)])),
  pair("squared_distance", "Squared Euclidean distance of two vectors.", squaredDistance),
  one("softmax", "Shares of the classes: e^z divided by its sum over class.", "numbers, one per class", scores, (write, z) =>
    write("softmax", [z], "class"),
  ),
  one("cross_entropy", "-log of the label's share: logSumExp(z over class) - z[y].", "numbers, one per class", scores, crossEntropy),
  clamp,
  one("stop", "v, taken as a constant when the loss is differentiated.", "numbers", isNumber, (write, v) => write("stop", [v])),
  valueFunction,
];

/** Every built-in function by its name. */
export const functions: Readonly<Record<string, BuiltInFunction>> = Object.freeze(
  Object.assign(Object.create(null), Object.fromEntries(list.map((each) => [each.name, each]))),
);

/** Built-in functions that reduce: sum, mean, count, min, max. */
import type { Span } from "../../diagnostics/source.js";
import { describeType, fault } from "../../runtime/ops/define.js";
import { labels, number, sizeOf } from "./build.js";
import type { Axis, Expr } from "./expr.js";
import { type BuiltInFunction, type FunctionFault, isNumber, type Over, type Writer, writer } from "./function-parts.js";

/** A value that does not vary at all may be reduced over any axis; one that varies must have the axis. */
function misfit(v: Expr | undefined, over: Over): FunctionFault | null {
  if (v?.type.of !== "number") return fault(0, "a number", v?.type);
  for (const axis of over.axes) {
    if (v.type.axes.length > 0 && !v.type.axes.includes(axis)) return fault(0, `numbers, one per ${axis}`, v.type);
  }
  return null;
}

/** `by class` wants `over sample` alone: y says the class of a sample, and of nothing else. */
function misgrouped(over: Over): FunctionFault | null {
  if (over.by === null) return null;
  if (over.by !== "class") return { argument: -1, expected: "by class", given: `by ${over.by}` };
  const fits = over.axes.length === 1 && over.axes[0] === "sample";
  return fits ? null : { argument: -1, expected: "over sample, where it is by class", given: `over ${over.axes.join(", ")}` };
}

const nothing = { argument: -1, expected: "an axis after `over`", given: "nothing" } as const;

function sumOver(write: Writer, v: Expr, axis: Axis): Expr {
  return v.type.axes.includes(axis) ? write("sum", [v], axis) : write("multiply", [v, sizeOf(axis)]);
}

function sumByClass(write: Writer, v: Expr): Expr {
  if (v.type.axes.length === 0) return write("multiply", [v, write("countByClass", [labels()])]);
  return write("sumByClass", [v, labels()]);
}

function groupFault(v: Expr): FunctionFault | null {
  const { axes } = v.type;
  return axes.length === 0 || (axes.includes("sample") && !axes.includes("class"))
    ? null
    : fault(0, "numbers, one per sample and not per class", v.type);
}

function expandSum(args: readonly Expr[], over: Over | null, origin: Span | null): Expr | FunctionFault {
  if (over === null) return nothing;
  const [v] = args;
  const found = misgrouped(over) ?? misfit(v, over);
  if (found !== null || v === undefined) return found ?? nothing;
  const write = writer(origin);
  if (over.by !== null) return groupFault(v) ?? sumByClass(write, v);
  return over.axes.reduce((sum, axis) => sumOver(write, sum, axis), v);
}

function expandMean(args: readonly Expr[], over: Over | null, origin: Span | null): Expr | FunctionFault {
  const [v] = args;
  const sum = expandSum(args, over, origin);
  if (over === null || v === undefined || "expected" in sum) return sum;
  const write = writer(origin);
  // A class without a sample in the batch has the sum 0 and gets the mean 0.
  if (over.by !== null) return write("divide", [sum, write("maximum", [write("countByClass", [labels()]), number(1)])]);
  if (v.type.axes.length === 0) return v;
  return write("divide", [sum, over.axes.map((axis): Expr => sizeOf(axis)).reduce((a, b) => write("multiply", [a, b]))]);
}

function expandCount(args: readonly Expr[], over: Over | null, origin: Span | null): Expr | FunctionFault {
  if (over === null) return nothing;
  const [condition] = args;
  if (condition !== undefined && condition.type.of !== "boolean") return fault(0, "a condition", condition.type);
  const write = writer(origin);
  const found = misgrouped(over);
  if (found !== null) return found;
  if (condition !== undefined) return expandSum([write("select", [condition, number(1), number(0)])], over, origin);
  return over.by === null ? expandSum([number(1)], over, origin) : write("countByClass", [labels()]);
}

/** Largest or smallest of several values, or of one along axes. */
function extreme(name: "max" | "min"): BuiltInFunction {
  const pairwise = name === "max" ? "maximum" : "minimum";
  const along = (write: Writer, v: Expr, axis: Axis): Expr => {
    if (name === "max") return write("max", [v], axis);
    return write("negate", [write("max", [write("negate", [v])], axis)]);
  };
  return {
    name,
    doc: name === "max" ? "The largest of several values, or of one along axes." : "The smallest of several values, or of one along axes.",
    parameters: [{ name: "values", doc: "two or more values, or one with `over`", many: true }],
    reduces: true,
    expand: (args, over, origin) => {
      const write = writer(origin);
      for (const i of args.keys()) {
        const found = isNumber(args, i);
        if (found !== null) return found;
      }
      const [first, ...rest] = args;
      if (first === undefined) return fault(0, "a number", undefined);
      if (over === null) return rest.length === 0 ? nothing : rest.reduce((a, b) => write(pairwise, [a, b]), first);
      if (rest.length > 0) return { argument: 1, expected: "one value before `over`", given: describeType(rest[0]?.type ?? first.type) };
      if (over.by !== null) return { argument: -1, expected: `no \`by\` with ${name}`, given: `by ${over.by}` };
      return misfit(first, over) ?? (first.type.axes.length === 0 ? first : over.axes.reduce((v, axis) => along(write, v, axis), first));
    },
  };
}

export const reductions: readonly BuiltInFunction[] = [
  extreme("max"),
  extreme("min"),
  {
    name: "sum",
    doc: "Sum along axes; `by class` over the samples of each class.",
    parameters: [{ name: "v", doc: "numbers" }],
    reduces: true,
    expand: expandSum,
  },
  {
    name: "mean",
    doc: "Mean along axes; `by class` over the samples of each class.",
    parameters: [{ name: "v", doc: "numbers" }],
    reduces: true,
    expand: expandMean,
  },
  {
    name: "count",
    doc: "Number of entries along axes, or of those where a condition holds; `by class` of the samples of each class.",
    parameters: [{ name: "condition", doc: "what is counted", optional: true }],
    reduces: true,
    expand: expandCount,
  },
];

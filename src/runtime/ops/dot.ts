import type { Algebra, AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { type Axis, canonical } from "./axes.js";
import { times, total } from "./calculus.js";
import { call, fault, take } from "./define.js";
import { multiply } from "./multiply.js";
import { along, fill } from "./named.js";
import { arranged, inCanonicalOrder, recordKernel, reshaped, size } from "./recording.js";
import { theAxis, without } from "./reduce.js";
import { sum } from "./sum.js";

/** What flows to one operand: dy times the other, summed over the axes of the output that the operand lacks. */
function share<V>(k: Algebra<V>, dy: V, axes: readonly Axis[], other: V, out: V): V {
  const missing = k.axesOf(out).filter((axis) => !axes.includes(axis));
  const varying = missing.filter((axis) => k.axesOf(dy).includes(axis));
  const summed = missing.filter((axis) => !varying.includes(axis)).reduce((v, axis) => k.apply("sum", [v], axis), other);
  const [first, ...rest] = varying;
  if (first === undefined) return times(k, dy, summed);
  return rest.reduce((v, axis) => total(k, v, axis), k.apply("dot", [dy, summed], first));
}

export const dotOperation: AxisOperation = {
  kind: "axis",
  name: "dot",
  doc: "Sum of a b along an axis that both have: a product of matrices, or of rows where they share another axis.",
  notation: call("dot"),
  signature: (args, axis) => {
    for (const i of [0, 1]) {
      const given = args[i];
      if (given?.of !== "number" || axis === null || !given.axes.includes(axis))
        return fault(i, `numbers, one per ${axis ?? "axis"}`, given);
    }
    return { axes: without(canonical(args.flatMap((arg) => arg.axes)), axis), of: "number" };
  },
  derivative: (k, dy, args, out) => {
    const a = take(args, 0);
    const b = take(args, 1);
    return [share(k, dy, k.axesOf(a), b, out), share(k, dy, k.axesOf(b), a, out)];
  },
  evaluate: (args, axis, sizes) => {
    const a = take(args, 0);
    const b = take(args, 1);
    return fill(without([...a.axes, ...b.axes], axis), sizes, (place) => {
      const right = along(b, theAxis(axis), sizes, place);
      return along(a, theAxis(axis), sizes, place).reduce((sum, each, i) => sum + each * (right[i] ?? 0), 0);
    });
  },
  record: (_recorder, args, axis) => dot(take(args, 0), take(args, 1), theAxis(axis)),
};

/** A value as a matrix: its own axes on one side, the contracted axis on the other. */
function matrix(value: Value, axis: Axis): { readonly value: Value; readonly own: readonly Axis[]; readonly last: boolean } {
  const own = without(value.axes, axis);
  const inner = size(value, axis);
  const outer = value.shape.reduce((a, b) => a * b, 1) / Math.max(inner, 1);
  const last = value.axes[0] !== axis || own.length === 0;
  if (own.length === 1) return { value, own, last: value.axes[1] === axis };
  const ordered = last ? arranged(value, [...own, axis]) : value;
  const joined = own.length === 0 ? "one" : own.join(" ");
  return {
    value: last ? reshaped(ordered, [outer, inner], [joined, axis]) : reshaped(ordered, [inner, outer], [axis, joined]),
    own,
    last,
  };
}

/** One product of matrices: operands share nothing but the contracted axis. */
function contract(a: Value, b: Value, axis: Axis): Value {
  const left = matrix(a, axis);
  const right = matrix(b, axis);
  const axes = [...left.own, ...right.own];
  const product = recordKernel(
    a.recorder,
    "matmul",
    [left.value, right.value],
    { transposeA: !left.last, transposeB: right.last },
    axes.length === 2 && left.own.length === 1 ? axes : [`rows ${left.own.join(" ")}`, `columns ${right.own.join(" ")}`],
  );
  const shape = [...left.own.map((each) => size(a, each)), ...right.own.map((each) => size(b, each))];
  return inCanonicalOrder(reshaped(product, shape, axes));
}

/**
 * Sum of `a b` along `axis`, which both have; the result has their other axes in canonical order. {sample, feature} and
 * {class, feature} along feature: a product of matrices {sample, class}. Where both have another axis in common
 * ({sample, feature} twice) it stays, and the product is taken row by row.
 */
export function dot(a: Value, b: Value, axis: Axis): Value {
  if (a.axes.some((each) => each !== axis && b.axes.includes(each))) return sum(multiply(a, b), axis);
  const aOwn = without(a.axes, axis);
  const bOwn = without(b.axes, axis);
  const order = canonical([...aOwn, ...bOwn]);
  // The operand whose axes come first stands left, so that the product needs no transposing.
  return bOwn.length > 0 && order[0] === bOwn[0] ? contract(b, a, axis) : contract(a, b, axis);
}

/** What operations along one axis share. */
import type { SignatureFault } from "../describe.js";
import type { Axis, ValueType } from "./axes.js";
import { fault } from "./define.js";

/** The axis, there for certain: signatures have checked it. */
export function theAxis(axis: Axis | null): Axis {
  if (axis === null) throw new Error("an operation along an axis was given none");
  return axis;
}

export function without(axes: readonly Axis[], axis: Axis | null): readonly Axis[] {
  return axes.filter((each) => each !== axis);
}

/** Type of an operation on one argument of numbers with `axis`, which stays only where `keeps`. */
export function reduced(args: readonly ValueType[], axis: Axis | null, keeps = false): ValueType | SignatureFault {
  const [v] = args;
  if (v?.of !== "number" || axis === null || !v.axes.includes(axis)) return fault(0, `numbers, one per ${axis ?? "axis"}`, v);
  return { axes: keeps ? v.axes : without(v.axes, axis), of: "number" };
}

import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { canonical } from "./axes.js";
import { total } from "./calculus.js";
import { call, fault, take } from "./define.js";
import { isTarget } from "./is-target.js";
import { entry, fill } from "./named.js";
import { type Operand, recordKernel } from "./recording.js";
import { select } from "./select.js";

export const spreadOperation: AxisOperation = {
  kind: "axis",
  name: "spread",
  doc: "v at each sample's class, 0 at all others: the adjoint of v[y].",
  notation: call("spread"),
  signature: (args) => {
    const [v, y] = args;
    if (v?.of !== "number" || v.axes.includes("class")) return fault(0, "numbers, not one per class", v);
    if (y?.of !== "label") return fault(1, "a label", y);
    return { axes: canonical([...v.axes, "sample", "class"]), of: "number" };
  },
  derivative: (k, dy, args) => {
    const y = take(args, 1);
    const picked = k.axesOf(dy).includes("class") ? k.apply("pick", [dy, y]) : dy;
    return [k.axesOf(take(args, 0)).includes("sample") ? picked : total(k, picked, "sample"), null];
  },
  evaluate: (args, _axis, sizes) => {
    const v = take(args, 0);
    const y = take(args, 1);
    return fill([...v.axes, "sample", "class"], sizes, (place) => (entry(y, place) === place.get("class") ? entry(v, place) : 0));
  },
  record: (_recorder, args) => spread(take(args, 0), take(args, 1)),
};

/** `v` {sample} at each sample's class and 0 at all others: {sample, class}. `y` {sample} are labels. */
export function spread(v: Operand, y: Value): Value {
  if (typeof v !== "number" && v.axes.length === 1 && v.axes[0] === "sample") {
    return recordKernel(v.recorder, "spreadColumns", [v, y], { columns: v.recorder.size("class") }, ["sample", "class"]);
  }
  return select(isTarget(y), v, 0);
}

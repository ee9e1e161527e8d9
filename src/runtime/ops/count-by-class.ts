import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { call, fault, take } from "./define.js";
import { isTarget } from "./is-target.js";
import { fill } from "./named.js";
import { sum } from "./sum.js";

export const countByClassOperation: AxisOperation = {
  kind: "axis",
  name: "countByClass",
  doc: "For each class the number of its samples in the batch.",
  notation: call("count"),
  signature: (args) => (args[0]?.of === "label" ? { axes: ["class"], of: "number" } : fault(0, "a label", args[0])),
  derivative: null,
  evaluate: (args, _axis, sizes) =>
    fill(["class"], sizes, (place) => take(args, 0).data.reduce((count, label) => count + (label === place.get("class") ? 1 : 0), 0)),
  record: (_recorder, args) => countByClass(take(args, 0)),
};

/** For each class the number of its samples: {class}. `y` {sample} are labels. */
export function countByClass(y: Value): Value {
  return sum(isTarget(y), "sample");
}

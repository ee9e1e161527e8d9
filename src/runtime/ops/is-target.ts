import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { call, fault, take } from "./define.js";
import { entry, fill } from "./named.js";
import { recordKernel } from "./recording.js";

export const isTargetOperation: AxisOperation = {
  kind: "axis",
  name: "isTarget",
  doc: "Whether a class is the sample's own, for each sample and class.",
  notation: call("target"),
  signature: (args) => (args[0]?.of === "label" ? { axes: ["sample", "class"], of: "boolean" } : fault(0, "a label", args[0])),
  derivative: null,
  evaluate: (args, _axis, sizes) =>
    fill(["sample", "class"], sizes, (place) => (entry(take(args, 0), place) === place.get("class") ? 1 : 0)),
  record: (_recorder, args) => isTarget(take(args, 0)),
};

/** 1 where the class is the sample's own, else 0: {sample, class}. `y` {sample} are labels. */
export function isTarget(y: Value): Value {
  return recordKernel(y.recorder, "oneHot", [y], { depth: y.recorder.size("class") }, ["sample", "class"]);
}

import type { PointwiseOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { where } from "./calculus.js";
import { call, fault, joined, take } from "./define.js";
import { type Operand, recordPointwise } from "./recording.js";

export const selectOperation: PointwiseOperation = {
  kind: "pointwise",
  name: "select",
  doc: "a where the condition holds, else b. Both are computed; the gradient goes to the one that is taken.",
  notation: call("select"),
  signature: (args) => {
    const kind = args[1]?.of === "boolean" ? "boolean" : "number";
    if (args[0]?.of !== "boolean") return fault(0, "a condition", args[0]);
    return joined(args, ["boolean", kind, kind], kind);
  },
  meaning: (condition, a, b) => (condition !== 0 ? (a ?? Number.NaN) : (b ?? Number.NaN)),
  derivative: (k, dy, args) => [null, where(k, take(args, 0), dy), k.apply("select", [take(args, 0), k.number(0), dy])],
  probes: [
    [0, 1, 2],
    [1, 1, 2],
  ],
};

/** `a` where `condition` is not 0, else `b`, entry by entry. Axes are joined by name, missing ones broadcast. */
export function select(condition: Value, a: Operand, b: Operand): Value {
  return recordPointwise("select", [condition, a, b]);
}

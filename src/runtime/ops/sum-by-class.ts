import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { canonical } from "./axes.js";
import { call, fault, take } from "./define.js";
import { entry, fill, moved, sizeAlong } from "./named.js";
import { arranged, inCanonicalOrder, recordKernel } from "./recording.js";
import { without } from "./reduce.js";

export const sumByClassOperation: AxisOperation = {
  kind: "axis",
  name: "sumByClass",
  doc: "For each class the sum of v over its samples in the batch; 0 for a class without any.",
  notation: call("sum"),
  signature: (args) => {
    const [v, y] = args;
    if (v?.of !== "number" || !v.axes.includes("sample") || v.axes.includes("class"))
      return fault(0, "numbers, one per sample and not per class", v);
    if (y?.of !== "label") return fault(1, "a label", y);
    return { axes: canonical([...without(v.axes, "sample"), "class"]), of: "number" };
  },
  derivative: (k, dy, args) => [k.axesOf(dy).includes("class") ? k.apply("pick", [dy, take(args, 1)]) : dy, null],
  evaluate: (args, _axis, sizes) => {
    const v = take(args, 0);
    const y = take(args, 1);
    return fill([...without(v.axes, "sample"), "class"], sizes, (place) => {
      let total = 0;
      for (let i = 0; i < sizeAlong(sizes, "sample"); i++) {
        const at = moved(place, "sample", i);
        if (entry(y, at) === place.get("class")) total += entry(v, at);
      }
      return total;
    });
  },
  record: (_recorder, args) => sumByClass(take(args, 0), take(args, 1)),
};

/** For each class the sum of `v` {sample, ...} over its samples: {class, ...}. `y` {sample} are labels. */
export function sumByClass(v: Value, y: Value): Value {
  const rest = without(v.axes, "sample");
  const rows = v.recorder.size("class");
  return inCanonicalOrder(recordKernel(v.recorder, "scatterRows", [arranged(v, ["sample", ...rest]), y], { rows }, ["class", ...rest]));
}

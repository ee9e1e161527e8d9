import type { AxisOperation } from "../describe.js";
import type { Value } from "../step/record.js";
import { canonical } from "./axes.js";
import { times } from "./calculus.js";
import { call, fault, take } from "./define.js";
import { entry, fill, moved } from "./named.js";
import { arranged, inCanonicalOrder, recordKernel } from "./recording.js";
import { without } from "./reduce.js";

export const pickOperation: AxisOperation = {
  kind: "axis",
  name: "pick",
  doc: "v[y]: for each sample the entry of v at the sample's class.",
  notation: call("pick"),
  signature: (args) => {
    const [v, y] = args;
    if (v === undefined || v.of === "label" || !v.axes.includes("class")) return fault(0, "numbers, one per class", v);
    if (y?.of !== "label") return fault(1, "a label", y);
    return { axes: canonical([...without(v.axes, "class"), "sample"]), of: v.of };
  },
  derivative: (k, dy, args) => {
    const v = take(args, 0);
    const y = take(args, 1);
    if (k.axesOf(v).includes("sample")) return [k.apply("spread", [dy, y]), null];
    if (k.axesOf(dy).includes("sample")) return [k.apply("sumByClass", [dy, y]), null];
    return [times(k, dy, k.apply("countByClass", [y])), null];
  },
  evaluate: (args, _axis, sizes) => {
    const v = take(args, 0);
    const y = take(args, 1);
    return fill([...without(v.axes, "class"), "sample"], sizes, (place) => entry(v, moved(place, "class", entry(y, place))));
  },
  record: (_recorder, args) => pick(take(args, 0), take(args, 1)),
};

/**
 * `v[y]`: for each sample the entry of `v` at its class. {sample, class} becomes {sample}, {class, feature} becomes
 * {sample, feature}; `y` {sample} are labels.
 */
export function pick(v: Value, y: Value): Value {
  const rest = without(without(v.axes, "class"), "sample");
  const [kernel, leading] = v.axes.includes("sample")
    ? (["pickColumns", ["sample", "class"]] as const)
    : (["gatherRows", ["class"]] as const);
  return inCanonicalOrder(recordKernel(v.recorder, kernel, [arranged(v, [...leading, ...rest]), y], {}, ["sample", ...rest]));
}

/** How types of formula values are said in messages. */
import type { Axis, ValueType } from "../../runtime/ops/axes.js";

function joined(words: readonly string[]): string {
  const last = words[words.length - 1] ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

/** "one number", "one value per sample and class", "a label (one class per sample)", "yes or no per sample". */
export function typeText(type: ValueType): string {
  const per = type.axes.length === 0 ? "" : ` per ${joined(type.axes)}`;
  if (type.of === "label") return "a label (one class per sample)";
  if (type.of === "boolean") return `yes or no${per}`;
  return type.axes.length === 0 ? "one number" : `one value${per}`;
}

/** "sample and class", for messages. */
export function axesText(axes: readonly Axis[]): string {
  return axes.length === 0 ? "no axis" : joined(axes);
}

/** What to write when a value has axes that are not wanted, or lacks some; undefined where there is no usual mend. */
export function axesMend(found: readonly Axis[], wanted: readonly Axis[]): string | undefined {
  const extra = found.filter((axis) => !wanted.includes(axis));
  const missing = wanted.filter((axis) => !found.includes(axis));
  const mends = extra.map((axis) => {
    if (axis === "class") return "take `[y]` or reduce over class: `sum(... over class)`";
    if (axis === "sample") return "reduce over sample: `mean(... over sample)`";
    if (axis === "feature") return "reduce over feature: `norm(...)`, `dot(...)` or `sum(... over feature)`";
    return `reduce over ${axis}: \`max(... over ${axis})\``;
  });
  if (mends.length > 0) return `To lose ${extra.length === 1 ? "the axis" : "the axes"} ${joined(extra)}: ${mends.join("; ")}.`;
  if (missing.length === 0) return undefined;
  return missing.includes("class") && missing.includes("sample")
    ? "Logits have one value per sample and class: `dot(x, W) + b`, `s * cosine(x, W)`."
    : undefined;
}

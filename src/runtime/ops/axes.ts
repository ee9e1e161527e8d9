/** A named axis of a value: sample, class, feature, one that a `learn` declares, or height, width, channel of a map. */
export type Axis = string;

/** The type of a formula's value: a set of axes in canonical order, and what its entries are. */
export interface ValueType {
  readonly axes: readonly Axis[];
  /** label: y, a class for each sample. */
  readonly of: "number" | "boolean" | "label";
}

const first = ["sample", "class"];
const last = ["height", "width", "channel", "feature"];

function rank(axis: Axis): number {
  const early = first.indexOf(axis);
  if (early >= 0) return early;
  const late = last.indexOf(axis);
  return late >= 0 ? 1000 + late : 500;
}

/** sample, class, then declared axes by name, then feature: the order in which every value is laid out in memory. */
export function canonical(axes: Iterable<Axis>): readonly Axis[] {
  return [...new Set(axes)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
}

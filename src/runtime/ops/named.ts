/** Arrays with named axes, entry by entry: slow and obvious on purpose, this is what everything is judged by. */
import type { NamedArray } from "../describe.js";
import { type Axis, canonical } from "./axes.js";

/** Where an entry lies: a place along each axis. */
export type Place = ReadonlyMap<Axis, number>;
export type Sizes = ReadonlyMap<Axis, number>;

export function sizeAlong(sizes: Sizes, axis: Axis): number {
  const size = sizes.get(axis);
  if (size === undefined) throw new Error(`the size of axis ${axis} is not known`);
  return size;
}

/** The entry of `array` at a place; axes that it lacks do not matter. */
export function entry(array: NamedArray, place: Place): number {
  let offset = 0;
  for (const [i, axis] of array.axes.entries()) offset = offset * (array.shape[i] ?? 0) + (place.get(axis) ?? 0);
  return array.data[offset] ?? Number.NaN;
}

/** An array over `axes` (brought into canonical order) whose entries `at` says. */
export function fill(axes: Iterable<Axis>, sizes: Sizes, at: (place: Place) => number): NamedArray {
  const ordered = canonical(axes);
  const shape = ordered.map((axis) => sizeAlong(sizes, axis));
  const data = new Float64Array(shape.reduce((a, b) => a * b, 1));
  const place = new Map<Axis, number>();
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    for (let d = ordered.length - 1; d >= 0; d--) {
      const size = shape[d] ?? 1;
      place.set(ordered[d] ?? "", rest % size);
      rest = Math.floor(rest / size);
    }
    data[i] = at(place);
  }
  return { axes: ordered, shape, data };
}

/** `place` moved to `index` along `axis`. */
export function moved(place: Place, axis: Axis, index: number): Place {
  return new Map(place).set(axis, index);
}

/** The entries of `array` along `axis` at a place. */
export function along(array: NamedArray, axis: Axis, sizes: Sizes, place: Place): number[] {
  return Array.from({ length: sizeAlong(sizes, axis) }, (_, i) => entry(array, moved(place, axis, i)));
}

export function scalar(value: number): NamedArray {
  return { axes: [], shape: [], data: Float64Array.of(value) };
}

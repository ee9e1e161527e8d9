/** Arrays in float64, entry by entry: what the reference kernels are written with. */
import { sizeOf } from "../../src/runtime/kernels/shapes.js";

export interface Arr {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export type Place = readonly number[];

export function arr(shape: readonly number[], fill: (place: Place) => number = () => 0): Arr {
  const data = new Float64Array(sizeOf(shape));
  eachPlace(shape, (place, i) => {
    data[i] = fill(place);
  });
  return { shape, data };
}

export function eachPlace(shape: readonly number[], visit: (place: Place, index: number) => void): void {
  const total = sizeOf(shape);
  for (let i = 0; i < total; i++) {
    const place: number[] = [];
    let rest = i;
    for (let d = shape.length - 1; d >= 0; d--) {
      const size = shape[d] ?? 1;
      place.unshift(rest % size);
      rest = Math.floor(rest / size);
    }
    visit(place, i);
  }
}

export function index(shape: readonly number[], place: Place): number {
  return shape.reduce((sum, size, d) => sum * size + (place[d] ?? 0), 0);
}

export const get = (v: Arr, place: Place): number => v.data[index(v.shape, place)] ?? Number.NaN;

export function add(v: Arr, place: Place, value: number): void {
  const i = index(v.shape, place);
  v.data[i] = (v.data[i] ?? 0) + value;
}

/** Entry of a right-aligned operand that repeats. */
export function getBroadcast(v: Arr, place: Place): number {
  const lead = place.length - v.shape.length;
  return get(
    v,
    v.shape.map((size, d) => (size === 1 ? 0 : (place[d + lead] ?? 0))),
  );
}

/** Nested loops over broadcast operands, with neighbouring dimensions merged where every operand allows it. */
import { at } from "../shapes.js";
import type { Shape } from "./memory.js";

export interface Loops {
  readonly sizes: readonly number[];
  /** For each operand, how far it moves along each loop; 0 where it repeats. */
  readonly strides: readonly (readonly number[])[];
}

/** Strides of `shape` when right-aligned inside `whole`; 0 along dimensions that it lacks or that have size 1. */
export function stridesWithin(shape: Shape, whole: Shape): readonly number[] {
  const strides = new Array<number>(whole.length).fill(0);
  const lead = whole.length - shape.length;
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const size = at(shape, i);
    if (size !== 1) strides[lead + i] = step;
    step *= size;
  }
  return strides;
}

/** The fewest loops that visit all of `whole` in order, operands moving by `strides`. */
export function mergeLoops(whole: Shape, strides: readonly (readonly number[])[]): Loops {
  const sizes: number[] = [];
  const moves: number[][] = strides.map(() => []);
  for (let i = 0; i < whole.length; i++) {
    const size = at(whole, i);
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && strides.every((stride, k) => moves[k]?.[last] === at(stride, i) * size);
    if (joins) {
      sizes[last] = at(sizes, last) * size;
      strides.forEach((stride, k) => {
        const move = moves[k];
        if (move !== undefined) move[last] = at(stride, i);
      });
    } else {
      sizes.push(size);
      strides.forEach((stride, k) => void moves[k]?.push(at(stride, i)));
    }
  }
  return { sizes, strides: moves };
}

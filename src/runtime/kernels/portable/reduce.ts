/** Sums and maxima along axes. Sums are formed in float64. */
import { numbersOf } from "../shapes.js";
import { mergeLoops } from "./loops.js";
import { type Implementation, operand, type Shape, shapeOf } from "./memory.js";

/** How far the result moves along each dimension of `shape`; 0 along those that are reduced. */
function resultStrides(shape: Shape, axes: readonly number[]): readonly number[] {
  const strides = new Array<number>(shape.length).fill(0);
  let step = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (axes.includes(i)) continue;
    strides[i] = step;
    step *= shape[i] ?? 1;
  }
  return strides;
}

type Reduce = (out: Float64Array, v: Float32Array, from: number, n: number, to: number) => void;

function reducing(start: number, along: Reduce, across: Reduce): Implementation {
  return (memory, inputs, attributes, outputs) => {
    const source = operand(inputs, 0);
    const made = memory.make(shapeOf(outputs));
    const v = memory.floats(source);
    const result = memory.floats(made);
    const out = new Float64Array(result.length).fill(start);
    const { sizes, strides } = mergeLoops(source.shape, [resultStrides(source.shape, numbersOf(attributes, "axes"))]);
    const moves = strides[0] ?? [];
    const last = sizes.length - 1;
    const n = sizes[last] ?? 1;
    const inner = (moves[last] ?? 0) === 0 ? along : across;
    let from = 0;
    const visit = (dimension: number, to: number): void => {
      if (dimension >= last) {
        inner(out, v, from, n, to);
        from += n;
        return;
      }
      for (let i = 0; i < (sizes[dimension] ?? 1); i++) visit(dimension + 1, to + i * (moves[dimension] ?? 0));
    };
    visit(0, 0);
    result.set(out);
    return [made];
  };
}

export const reduceSum = reducing(
  0,
  (out, v, from, n, to) => {
    let sum = out[to] as number;
    for (let i = from; i < from + n; i++) sum += v[i] as number;
    out[to] = sum;
  },
  (out, v, from, n, to) => {
    for (let i = 0; i < n; i++) out[to + i] = (out[to + i] as number) + (v[from + i] as number);
  },
);

export const reduceMax = reducing(
  Number.NEGATIVE_INFINITY,
  (out, v, from, n, to) => {
    let largest = out[to] as number;
    for (let i = from; i < from + n; i++) largest = Math.max(largest, v[i] as number);
    out[to] = largest;
  },
  (out, v, from, n, to) => {
    for (let i = 0; i < n; i++) out[to + i] = Math.max(out[to + i] as number, v[from + i] as number);
  },
);

export const sumSquares: Implementation = (memory, inputs) => {
  const made = memory.make([]);
  const v = memory.floats(operand(inputs, 0));
  let sum = 0;
  for (let i = 0; i < v.length; i++) sum += (v[i] as number) * (v[i] as number);
  memory.floats(made)[0] = sum;
  return [made];
};

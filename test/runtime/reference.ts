/** Every kernel once more, in float64 and as plainly as it can be said: the judge of the fast ones. */

import type { Pointwise } from "../../src/runtime/kernels/pointwise.js";
import { expressionOf, pointwiseOperation } from "../../src/runtime/kernels/pointwise-kernel.js";
import { fillMask } from "../../src/runtime/kernels/portable/random.js";
import { numberOf, numbersOf } from "../../src/runtime/kernels/shapes.js";
import type { Attributes, Step, ValueInfo } from "../../src/runtime/step/step.js";
import { type Arr, add, arr, eachPlace, get, getBroadcast, index, type Place } from "./arrays.js";
import { rounded } from "./bfloat16.js";
import { loopReference } from "./loop-reference.js";

function evaluate(expression: Pointwise, inputs: readonly number[]): number {
  if (expression.kind === "constant") return expression.value;
  if (expression.kind === "input") return inputs[expression.index] ?? Number.NaN;
  return pointwiseOperation(expression.op).meaning(...expression.args.map((arg) => evaluate(arg, inputs)));
}

const input = (inputs: readonly Arr[], i: number): Arr => {
  const found = inputs[i];
  if (found === undefined) throw new Error(`operand ${i}`);
  return found;
};

type Kernel = (inputs: readonly Arr[], attributes: Attributes, outputs: readonly ValueInfo[]) => readonly Arr[];

const out = (outputs: readonly ValueInfo[], i = 0): readonly number[] => outputs[i]?.shape ?? [];

function reduce(
  inputs: readonly Arr[],
  attributes: Attributes,
  outputs: readonly ValueInfo[],
  start: number,
  join: (a: number, b: number) => number,
): Arr {
  const v = input(inputs, 0);
  const axes = numbersOf(attributes, "axes");
  const made = arr(out(outputs), () => start);
  eachPlace(v.shape, (place) => {
    const to = index(
      made.shape,
      place.filter((_, d) => !axes.includes(d)),
    );
    made.data[to] = join(made.data[to] ?? 0, get(v, place));
  });
  return made;
}

/** Calls `visit` for every pair of a place of dy and a place of x that a window joins. */
function eachTap(
  x: readonly number[],
  size: readonly number[],
  dy: readonly number[],
  attributes: Attributes,
  visit: (b: number, i: number, j: number, y: number, xx: number, ky: number, kx: number) => void,
): void {
  const [down = 1, across = 1] = numbersOf(attributes, "stride");
  const [top = 0, , left = 0] = numbersOf(attributes, "padding");
  for (let b = 0; b < (dy[0] ?? 0); b++)
    for (let i = 0; i < (dy[1] ?? 0); i++)
      for (let j = 0; j < (dy[2] ?? 0); j++)
        for (let ky = 0; ky < (size[0] ?? 0); ky++)
          for (let kx = 0; kx < (size[1] ?? 0); kx++) {
            const y = i * down + ky - top;
            const xx = j * across + kx - left;
            if (y >= 0 && y < (x[1] ?? 0) && xx >= 0 && xx < (x[2] ?? 0)) visit(b, i, j, y, xx, ky, kx);
          }
}

function channels(shape: readonly number[]): readonly number[] {
  return Array.from({ length: shape.at(-1) ?? 0 }, (_, c) => c);
}

function statistics(x: Arr): { mean: Arr; variance: Arr; count: number } {
  const c = x.shape.at(-1) ?? 1;
  const count = x.data.length / c;
  const mean = arr([c]);
  const variance = arr([c]);
  eachPlace(x.shape, (place) => add(mean, [place.at(-1) ?? 0], get(x, place) / count));
  eachPlace(x.shape, (place) => add(variance, [place.at(-1) ?? 0], (get(x, place) - get(mean, [place.at(-1) ?? 0])) ** 2 / count));
  return { mean, variance, count };
}

function insideOf(x: readonly number[], attributes: Attributes, dy: readonly number[]): Arr {
  const counts = arr(dy.slice(0, 3));
  eachTap(x, numbersOf(attributes, "size"), dy, attributes, (b, i, j) => add(counts, [b, i, j], 1));
  return counts;
}

export const reference: Readonly<Record<string, Kernel>> = {
  constant: (_inputs, attributes, outputs) => [arr(out(outputs), () => numberOf(attributes, "value"))],
  pointwise: (inputs, attributes, outputs) => [
    arr(out(outputs), (place) =>
      evaluate(
        expressionOf(attributes),
        inputs.map((v) => getBroadcast(v, place)),
      ),
    ),
  ],
  broadcast: (inputs, _attributes, outputs) => [arr(out(outputs), (place) => getBroadcast(input(inputs, 0), place))],
  reduceSum: (inputs, attributes, outputs) => [reduce(inputs, attributes, outputs, 0, (a, b) => a + b)],
  reduceMax: (inputs, attributes, outputs) => [reduce(inputs, attributes, outputs, Number.NEGATIVE_INFINITY, Math.max)],
  sumSquares: (inputs) => [arr([], () => input(inputs, 0).data.reduce((sum, v) => sum + v * v, 0))],
  matmul: (inputs, attributes, outputs) => {
    const [a, b] = [input(inputs, 0), input(inputs, 1)];
    const inner = (attributes.transposeA === true ? a.shape[0] : a.shape[1]) ?? 0;
    return [
      arr(out(outputs), ([i = 0, j = 0]) => {
        let sum = 0;
        for (let k = 0; k < inner; k++) {
          sum += get(a, attributes.transposeA === true ? [k, i] : [i, k]) * get(b, attributes.transposeB === true ? [j, k] : [k, j]);
        }
        return sum;
      }),
    ];
  },
  cast: (inputs, attributes) => {
    const { shape, data } = input(inputs, 0);
    return [{ shape, data: attributes.dtype === "bfloat16" ? data.map(rounded) : data }];
  },
  reshape: (inputs, _attributes, outputs) => [{ shape: out(outputs), data: input(inputs, 0).data }],
  transpose: (inputs, attributes, outputs) => {
    const permutation = numbersOf(attributes, "permutation");
    return [
      arr(out(outputs), (place) =>
        get(
          input(inputs, 0),
          permutation.map((_, d) => place[permutation.indexOf(d)] ?? 0),
        ),
      ),
    ];
  },
  gatherRows: (inputs, _attributes, outputs) => [
    arr(out(outputs), ([b = 0, ...rest]) => get(input(inputs, 0), [input(inputs, 1).data[b] ?? 0, ...rest])),
  ],
  scatterRows: (inputs, _attributes, outputs) => {
    const made = arr(out(outputs));
    const v = input(inputs, 0);
    eachPlace(v.shape, ([b = 0, ...rest]) => add(made, [input(inputs, 1).data[b] ?? 0, ...rest], get(v, [b, ...rest])));
    return [made];
  },
  pickColumns: (inputs, _attributes, outputs) => [
    arr(out(outputs), ([b = 0, ...rest]) => get(input(inputs, 0), [b, input(inputs, 1).data[b] ?? 0, ...rest])),
  ],
  spreadColumns: (inputs, _attributes, outputs) => [
    arr(out(outputs), ([b = 0, c = 0, ...rest]) => (input(inputs, 1).data[b] === c ? get(input(inputs, 0), [b, ...rest]) : 0)),
  ],
  oneHot: (inputs, _attributes, outputs) => [arr(out(outputs), ([b = 0, c = 0]) => (input(inputs, 0).data[b] === c ? 1 : 0))],
  conv: (inputs, attributes, outputs) => {
    const [x, filter] = [input(inputs, 0), input(inputs, 1)];
    const made = arr(out(outputs));
    eachTap(x.shape, filter.shape, made.shape, attributes, (b, i, j, y, xx, ky, kx) => {
      for (const c of channels(x.shape)) {
        for (const f of channels(filter.shape)) add(made, [b, i, j, f], get(x, [b, y, xx, c]) * get(filter, [ky, kx, c, f]));
      }
    });
    return [made];
  },
  convInputGradient: (inputs, attributes, outputs) => {
    const [dy, filter] = [input(inputs, 0), input(inputs, 1)];
    const made = arr(out(outputs));
    eachTap(made.shape, filter.shape, dy.shape, attributes, (b, i, j, y, xx, ky, kx) => {
      for (const c of channels(made.shape)) {
        for (const f of channels(filter.shape)) add(made, [b, y, xx, c], get(dy, [b, i, j, f]) * get(filter, [ky, kx, c, f]));
      }
    });
    return [made];
  },
  convFilterGradient: (inputs, attributes, outputs) => {
    const [x, dy] = [input(inputs, 0), input(inputs, 1)];
    const made = arr(out(outputs));
    eachTap(x.shape, made.shape, dy.shape, attributes, (b, i, j, y, xx, ky, kx) => {
      for (const c of channels(x.shape)) {
        for (const f of channels(dy.shape)) add(made, [ky, kx, c, f], get(x, [b, y, xx, c]) * get(dy, [b, i, j, f]));
      }
    });
    return [made];
  },
  batchNorm: (inputs, attributes) => {
    const [x, scale, offset] = [input(inputs, 0), input(inputs, 1), input(inputs, 2)];
    const { mean, variance } = statistics(x);
    const y = arr(x.shape, (place) => {
      const c = [place.at(-1) ?? 0];
      const normal = (get(x, place) - get(mean, c)) / Math.sqrt(get(variance, c) + numberOf(attributes, "epsilon"));
      return normal * get(scale, c) + get(offset, c);
    });
    return [y, mean, variance];
  },
  batchNormGradient: (inputs, attributes) => {
    const [dy, x, scale, mean, variance] = [0, 1, 2, 3, 4].map((i) => input(inputs, i)) as [Arr, Arr, Arr, Arr, Arr];
    const count = x.data.length / (x.shape.at(-1) ?? 1);
    const inverse = (c: Place): number => 1 / Math.sqrt(get(variance, c) + numberOf(attributes, "epsilon"));
    const dscale = arr(scale.shape);
    const doffset = arr(scale.shape);
    eachPlace(x.shape, (place) => {
      const c = [place.at(-1) ?? 0];
      add(dscale, c, get(dy, place) * (get(x, place) - get(mean, c)) * inverse(c));
      add(doffset, c, get(dy, place));
    });
    const dx = arr(x.shape, (place) => {
      const c = [place.at(-1) ?? 0];
      const normal = (get(x, place) - get(mean, c)) * inverse(c);
      return get(scale, c) * inverse(c) * (get(dy, place) - get(doffset, c) / count - (normal * get(dscale, c)) / count);
    });
    return [dx, dscale, doffset];
  },
  maxPool: (inputs, attributes, outputs) => {
    const x = input(inputs, 0);
    const y = arr(out(outputs), () => Number.NEGATIVE_INFINITY);
    const places = arr(out(outputs), () => -1);
    eachTap(x.shape, numbersOf(attributes, "size"), y.shape, attributes, (b, i, j, yy, xx) => {
      for (const c of channels(x.shape)) {
        const value = get(x, [b, yy, xx, c]);
        const to = index(y.shape, [b, i, j, c]);
        if (value > (y.data[to] ?? 0) || places.data[to] === -1) {
          y.data[to] = value;
          places.data[to] = index(x.shape, [b, yy, xx, c]);
        }
      }
    });
    return [y, places];
  },
  maxPoolGradient: (inputs, _attributes, outputs) => {
    const [dy, places] = [input(inputs, 0), input(inputs, 1)];
    const made = arr(out(outputs));
    dy.data.forEach((d, i) => {
      const to = places.data[i] ?? 0;
      made.data[to] = (made.data[to] ?? 0) + d;
    });
    return [made];
  },
  avgPool: (inputs, attributes, outputs) => {
    const x = input(inputs, 0);
    const made = arr(out(outputs));
    const counts = insideOf(x.shape, attributes, made.shape);
    eachTap(x.shape, numbersOf(attributes, "size"), made.shape, attributes, (b, i, j, y, xx) => {
      for (const c of channels(x.shape)) add(made, [b, i, j, c], get(x, [b, y, xx, c]) / get(counts, [b, i, j]));
    });
    return [made];
  },
  avgPoolGradient: (inputs, attributes, outputs) => {
    const dy = input(inputs, 0);
    const made = arr(out(outputs));
    const counts = insideOf(made.shape, attributes, dy.shape);
    eachTap(made.shape, numbersOf(attributes, "size"), dy.shape, attributes, (b, i, j, y, xx) => {
      for (const c of channels(made.shape)) add(made, [b, y, xx, c], get(dy, [b, i, j, c]) / get(counts, [b, i, j]));
    });
    return [made];
  },
  dropoutMask: (inputs, attributes, outputs) => {
    const [seed = 0, step = 0] = input(inputs, 0).data;
    const made = arr(out(outputs));
    fillMask(made.data, seed, step, numberOf(attributes, "stream"), numberOf(attributes, "rate"));
    return [made];
  },
};

/** What prepared steps have besides: nothing is recorded with it. */
export const loop: Kernel = (inputs, attributes, outputs) =>
  loopReference(
    evaluate,
    inputs,
    attributes,
    outputs.map(({ shape }) => shape),
  );

/** Every value of a step, by number, given what is fed and the variables. */
export function evaluateStep(step: Step, given: Readonly<Record<string, Float64Array>>): readonly (Arr | undefined)[] {
  const values: (Arr | undefined)[] = [];
  const enter = (name: string, ref: number): void => {
    const data = given[name];
    if (data === undefined) throw new Error(`${name} is not given`);
    values[ref] = { shape: step.values[ref]?.shape ?? [], data };
  };
  for (const { name, value } of step.fed) enter(name, value);
  for (const { name, value } of step.variables) enter(name, value);
  for (const node of step.nodes) {
    const kernel = node.kernel === "loop" ? loop : reference[node.kernel];
    if (kernel === undefined) throw new Error(`no reference for ${node.kernel}`);
    const infos = node.outputs.map((ref) => step.values[ref]).filter((info) => info !== undefined);
    const made = kernel(
      node.inputs.map((ref) => values[ref]).filter((v) => v !== undefined),
      node.attributes,
      infos,
    );
    node.outputs.forEach((ref, i) => {
      values[ref] = made[i];
    });
  }
  return values;
}

/** One output of a step. */
export function outputOf(step: Step, name: string, given: Readonly<Record<string, Float64Array>>): Float64Array {
  const found = evaluateStep(step, given)[step.outputs[name] ?? -1];
  if (found === undefined) throw new Error(`no output ${name}`);
  return found.data;
}

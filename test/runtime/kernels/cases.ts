/** Calls of kernels on small shapes: every kernel, with every attribute that changes its road through the code. */
import type { Pointwise } from "../../../src/runtime/kernels/pointwise.js";
import { apply, constant, input } from "../../../src/runtime/kernels/pointwise.js";
import type { Attributes } from "../../../src/runtime/step/step.js";

export interface Case {
  readonly kernel: string;
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
  /** Labels for the operand of that number, int32. */
  readonly integers?: Readonly<Record<number, readonly number[]>>;
}

const gate: Pointwise = apply("select", apply("greater", input(0), constant(0)), input(0), apply("multiply", input(1), input(0)));
const mixed: Pointwise = apply(
  "add",
  apply("exp", apply("multiply", input(0), input(1))),
  apply("divide", apply("sin", input(2)), apply("add", constant(2), apply("multiply", input(1), input(1)))),
);

function pointwise(expression: Pointwise, shape: readonly number[], ...shapes: readonly (readonly number[])[]): Case {
  return { kernel: "pointwise", shapes, attributes: { expression, shape } };
}

const geometries = [
  { x: [2, 5, 6, 3], size: [3, 3], stride: [1, 1], padding: [1, 1, 1, 1] },
  { x: [2, 5, 6, 2], size: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] },
  { x: [1, 6, 5, 2], size: [1, 1], stride: [2, 2], padding: [0, 0, 0, 0] },
  { x: [2, 7, 6, 1], size: [2, 3], stride: [2, 1], padding: [0, 1, 2, 0] },
  { x: [1, 4, 7, 2], size: [3, 2], stride: [3, 2], padding: [2, 2, 1, 1] },
  { x: [2, 5, 5, 2], size: [5, 5], stride: [1, 1], padding: [0, 0, 0, 0] },
  { x: [1, 4, 4, 1], size: [2, 2], stride: [3, 3], padding: [1, 1, 1, 1] },
  { x: [1, 3, 3, 2], size: [3, 3], stride: [3, 3], padding: [2, 0, 2, 0] },
] as const;

function windows(size: number, window: number, stride: number, before: number, after: number): number {
  return Math.floor((size + before + after - window) / stride) + 1;
}

const maps: Case[] = geometries.flatMap(({ x, size, stride, padding }): Case[] => {
  const filters = 3;
  const filter = [...size, x[3], filters];
  const rows = windows(x[1], size[0], stride[0], padding[0], padding[1]);
  const columns = windows(x[2], size[1], stride[1], padding[2], padding[3]);
  const dy = [x[0], rows, columns, filters];
  const pooled = [x[0], rows, columns, x[3]];
  const attributes = { stride, padding };
  const poolable = padding[0] < size[0] && padding[2] < size[1] && padding[1] < size[0] && padding[3] < size[1];
  return [
    { kernel: "conv", shapes: [x, filter], attributes },
    { kernel: "convInputGradient", shapes: [dy, filter], attributes: { ...attributes, shape: x } },
    { kernel: "convFilterGradient", shapes: [x, dy], attributes: { ...attributes, shape: filter } },
    ...(poolable
      ? [
          { kernel: "maxPool", shapes: [x], attributes: { ...attributes, size } },
          { kernel: "avgPool", shapes: [x], attributes: { ...attributes, size } },
          { kernel: "avgPoolGradient", shapes: [pooled], attributes: { ...attributes, size, shape: x } },
        ]
      : []),
  ];
});

const labels = { 1: [2, 0, 2, 1] };

export const cases: readonly Case[] = [
  pointwise(gate, [2, 3, 4], [2, 3, 4], [4]),
  pointwise(mixed, [3, 4], [3, 4], [3, 1], []),
  pointwise(mixed, [2, 3, 4], [3, 1], [2, 1, 4], [2, 3, 4]),
  pointwise(apply("multiply", input(0), input(0)), [7], [7]),
  pointwise(apply("softplus", input(0)), [2, 2, 3, 2], [2, 1, 3, 1]),
  pointwise(apply("log1p", apply("abs", apply("subtract", input(0), input(1)))), [2, 5], [2, 1], [1, 5]),
  pointwise(constant(3), [2]),
  { kernel: "constant", shapes: [], attributes: { value: 2.5, shape: [2, 3] } },
  ...[[0], [1], [2], [0, 1], [1, 2], [0, 2], [0, 1, 2]].flatMap((axes): Case[] => [
    { kernel: "reduceSum", shapes: [[2, 3, 4]], attributes: { axes } },
    { kernel: "reduceMax", shapes: [[2, 3, 4]], attributes: { axes } },
  ]),
  { kernel: "reduceSum", shapes: [[3, 2, 2, 3]], attributes: { axes: [1, 3] } },
  { kernel: "sumSquares", shapes: [[3, 4]], attributes: {} },
  ...[false, true].flatMap((transposeA) =>
    [false, true].map(
      (transposeB): Case => ({
        kernel: "matmul",
        shapes: [transposeA ? [4, 3] : [3, 4], transposeB ? [2, 4] : [4, 2]],
        attributes: { transposeA, transposeB },
      }),
    ),
  ),
  { kernel: "reshape", shapes: [[2, 6]], attributes: { shape: [3, 4] } },
  { kernel: "transpose", shapes: [[2, 3, 4]], attributes: { permutation: [2, 0, 1] } },
  { kernel: "transpose", shapes: [[2, 3]], attributes: { permutation: [1, 0] } },
  { kernel: "broadcast", shapes: [[3, 1]], attributes: { shape: [2, 3, 4] } },
  { kernel: "cast", shapes: [[2, 3]], attributes: { dtype: "float32" } },
  { kernel: "gatherRows", shapes: [[3, 5], [4]], attributes: {}, integers: labels },
  { kernel: "gatherRows", shapes: [[3], [4]], attributes: {}, integers: labels },
  { kernel: "scatterRows", shapes: [[4, 5], [4]], attributes: { rows: 3 }, integers: labels },
  { kernel: "pickColumns", shapes: [[4, 3], [4]], attributes: {}, integers: labels },
  { kernel: "pickColumns", shapes: [[4, 3, 2], [4]], attributes: {}, integers: labels },
  { kernel: "spreadColumns", shapes: [[4], [4]], attributes: { columns: 3 }, integers: labels },
  { kernel: "spreadColumns", shapes: [[4, 2], [4]], attributes: { columns: 3 }, integers: labels },
  { kernel: "oneHot", shapes: [[4]], attributes: { depth: 5 }, integers: { 0: [4, 0, 1, 4] } },
  ...maps,
  { kernel: "batchNorm", shapes: [[3, 2, 2, 3], [3], [3]], attributes: { epsilon: 1e-5 } },
  { kernel: "batchNorm", shapes: [[5, 2], [2], [2]], attributes: { epsilon: 0.1 } },
  {
    kernel: "maxPoolGradient",
    shapes: [
      [1, 2, 2, 1],
      [1, 2, 2, 1],
    ],
    attributes: { shape: [1, 3, 3, 1] },
    integers: { 1: [4, 4, 2, 8] },
  },
  { kernel: "dropoutMask", shapes: [[2]], attributes: { rate: 0.3, stream: 5, shape: [4, 7] }, integers: { 0: [11, 3] } },
];

const bounded: Pointwise = apply(
  "select",
  apply("less", apply("abs", input(0)), input(1)),
  apply("maximum", apply("sqrt", apply("abs", input(0))), apply("negate", input(2))),
  apply("minimum", apply("floor", apply("divide", input(0), input(2))), apply("equal", input(0), input(0))),
);

/** Shapes whose last axis is a multiple of four: the roads of vector loops. */
export const vectorCases: readonly Case[] = [
  pointwise(gate, [2, 3, 8], [2, 3, 8], [8]),
  pointwise(gate, [16], [16], []),
  pointwise(bounded, [3, 4], [3, 4], [4], [3, 1]),
  pointwise(bounded, [2, 2, 12], [12], [2, 2, 12], []),
  pointwise(bounded, [5, 4], [5, 1], [5, 1], [5, 1]),
  pointwise(apply("select", input(1), input(0), constant(-2)), [8], [8], [8]),
  pointwise(apply("multiply", apply("greaterEqual", input(0), constant(0)), apply("lessEqual", input(0), constant(0.5))), [8], [8]),
  { kernel: "batchNorm", shapes: [[3, 5, 4], [4], [4]], attributes: { epsilon: 1e-5 } },
  { kernel: "batchNorm", shapes: [[700, 12], [12], [12]], attributes: { epsilon: 1e-5 } },
  { kernel: "batchNormGradient", shapes: [[700, 12], [700, 12], [12], [12], [12]], attributes: { epsilon: 0.1 } },
  ...geometries.flatMap(({ x, size, stride, padding }, i): Case[] => {
    const filters = [4, 8, 12, 20][i % 4] ?? 4;
    const channels = [1, 3, 4, 6, 9][i % 5] ?? 1;
    const rows = windows(x[1], size[0], stride[0], padding[0], padding[1]);
    const columns = windows(x[2], size[1], stride[1], padding[2], padding[3]);
    const shapes = [
      [x[0], x[1], x[2], channels],
      [x[0], rows, columns, filters],
    ];
    return [{ kernel: "convFilterGradient", shapes, attributes: { stride, padding, shape: [...size, channels, filters] } }];
  }),
];

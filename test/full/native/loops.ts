/** Loops to be tried: every form of operand and result, every operation, sizes at the seams of tiles, pieces and chunks. */
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { type LoopDescription, type LoopPart, loopAttributes } from "../../../src/runtime/kernels/loop.js";
import { apply, constant, input, type Pointwise } from "../../../src/runtime/kernels/pointwise.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import type { DType, ValueInfo } from "../../../src/runtime/step/step.js";
import { numbers } from "../../runtime/differences.js";

export interface LoopCase {
  readonly title: string;
  readonly loop: LoopDescription;
  readonly operands: readonly ValueInfo[];
  /** Types of the maps; everything else is float32. */
  readonly map?: DType;
}

const [a, b, c, d] = [input(0), input(1), input(2), input(3)];
const times = (x: Pointwise, y: Pointwise): Pointwise => apply("multiply", x, y);
const plus = (x: Pointwise, y: Pointwise): Pointwise => apply("add", x, y);
const gated = apply("select", apply("greater", plus(times(a, b), c), constant(0)), times(a, d), plus(times(a, b), c));

const float = (...shape: number[]): ValueInfo => ({ shape, dtype: "float32" });
const half = (...shape: number[]): ValueInfo => ({ shape, dtype: "bfloat16" });
const whole = (...shape: number[]): ValueInfo => ({ shape, dtype: "int32" });

const every: readonly LoopPart["result"][] = ["map", "columns", "total", "rows", "moments"];
const parts = (expression: Pointwise, results: readonly LoopPart["result"][] = every): readonly LoopPart[] =>
  results.map((result) => ({ result, expression }));

const forms: readonly LoopCase[] = [
  ...[
    [7, 3],
    [40, 16],
    [2, 5, 3, 64],
    [33, 8],
    [5, 513],
    [3, 1030],
    [3, 1],
    [2000, 24],
    [90, 3, 200],
  ].map((shape): LoopCase => {
    const columns = shape.at(-1) ?? 1;
    const operands = [float(...shape), float(columns), float(columns), float(columns)];
    return { title: `by channel, [${shape}]`, loop: { shape, parts: parts(gated) }, operands };
  }),
  {
    title: "by row, by row and column, alone, and repeated in the middle",
    loop: { shape: [4, 3, 6, 5], parts: parts(plus(plus(a, times(b, c)), plus(d, input(4)))) },
    operands: [float(4, 3, 6, 5), float(4, 3, 6, 1), float(4, 1, 1, 5), float(), float(3, 1, 5)],
  },
  {
    title: "one row",
    loop: { shape: [1, 3000], parts: parts(times(a, b), ["map", "columns", "total", "rows"]) },
    operands: [float(1, 3000), float(3000)],
  },
  {
    title: "no dimension at all",
    loop: { shape: [], parts: parts(apply("sqrt", apply("abs", plus(a, b))), ["map", "total"]) },
    operands: [float(), float()],
  },
  {
    title: "without operands",
    loop: { shape: [3, 700], parts: parts(constant(2.5), ["map", "columns", "total"]) },
    operands: [],
  },
  {
    title: "a product twice, and an operand handed on",
    loop: {
      shape: [50, 40],
      parts: [
        { result: "map", expression: a },
        { result: "map", expression: plus(times(a, b), times(a, b)) },
        { result: "columns", expression: b },
        { result: "total", expression: times(a, b) },
      ],
    },
    operands: [float(50, 40), float(50, 40)],
  },
  {
    title: "labels",
    loop: { shape: [30, 11], parts: parts(apply("select", apply("equal", a, b), c, constant(0)), ["map", "rows"]) },
    operands: [whole(30, 1), whole(11), float(30, 11)],
  },
  {
    title: "bfloat16 in and out",
    loop: { shape: [60, 24], parts: parts(plus(times(a, b), c), ["map", "columns", "moments"]) },
    operands: [half(60, 24), half(24), float(60, 24)],
    map: "bfloat16",
  },
  {
    title: "more values at once than a processor has registers",
    loop: { shape: [9, 70], parts: parts(deep(), ["map", "total"]) },
    operands: Array.from({ length: 20 }, () => float(9, 70)),
  },
];

/** A sum of products of each operand with all others, arranged so that all operands stay wanted. */
function deep(): Pointwise {
  const all = Array.from({ length: 20 }, (_, i) => input(i));
  const pairs = all.map((each, i) => times(each, all[(i + 7) % all.length] ?? each));
  const crossed = pairs.map((each, i) => apply("maximum", each, pairs[(i + 11) % pairs.length] ?? each));
  return [...pairs, ...crossed].reduce(plus);
}

const unary = ["abs", "arccos", "cos", "exp", "expm1", "floor", "log", "log1p", "negate", "not", "sign", "sin", "softplus", "sqrt"];
const binary = [
  ...["add", "and", "divide", "equal", "greater", "greaterEqual", "less", "lessEqual", "maximum", "minimum", "multiply", "notEqual"],
  ...["or", "power", "subtract"],
];

/** Numbers at the edges of what operations are defined for, and where float32 ends. Below its normal numbers all is 0. */
export const edges: readonly number[] = [
  ...[0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, 1e-8, -1e-8, 1e-20, 0.9999999, 1.0000001, 10, -10, 87, 88.5, 89, -87, -103, -104, -110],
  ...[200, -200, 1e5, 12345.678, -99999, 1e10, 3e38, -3e38, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN],
];

export const edgeCases: readonly { readonly op: string; readonly operands: 1 | 2 | 3 }[] = [
  ...unary.map((op) => ({ op, operands: 1 }) as const),
  ...binary.map((op) => ({ op, operands: 2 }) as const),
  { op: "select", operands: 3 },
];

export const loopCases: readonly LoopCase[] = [...forms, ...logic()];

/** Conditions of conditions: they are kept as bits where nothing asks for their numbers. */
function logic(): readonly LoopCase[] {
  const above = apply("greater", a, constant(0.2));
  const below = apply("less", b, constant(0.1));
  const both = apply("and", above, apply("not", below));
  return [
    {
      title: "conditions of conditions, also as numbers",
      loop: {
        shape: [21, 37],
        parts: [
          { result: "map", expression: apply("select", apply("or", both, b), a, plus(above, both)) },
          { result: "map", expression: above },
          { result: "columns", expression: both },
          { result: "total", expression: apply("or", below, above) },
        ],
      },
      operands: [float(21, 37), float(21, 37)],
    },
  ];
}

export function outputsOf({ loop, map = "float32" }: LoopCase): readonly ValueInfo[] {
  const last = loop.shape.slice(-1);
  return loop.parts.flatMap(({ result }): ValueInfo[] => {
    if (result === "map") return [{ shape: loop.shape, dtype: map }];
    if (result === "total") return [float()];
    if (result === "rows") return [float(...loop.shape.slice(0, -1))];
    return result === "columns" ? [float(...last)] : [float(...last), float(...last)];
  });
}

/** Numbers for an operand, such that bfloat16 and int32 hold them too. */
export function entriesOf({ shape, dtype }: ValueInfo, seed: number): Float32Array | Int32Array {
  const all = numbers(sizeOf(shape), seed);
  if (dtype === "int32") return Int32Array.from(all, (value) => Math.round(3 * value));
  return Float32Array.from(all, (value) => (dtype === "bfloat16" ? Math.round(64 * value) / 64 : value));
}

/** Runs a loop and reads all it gives. */
export async function run(backend: Backend, each: LoopCase, operands: readonly (Float32Array | Int32Array)[]) {
  const tensors = each.operands.map((info, i) => {
    const wide = backend.upload(operands[i] ?? new Float32Array(), info.shape);
    if (info.dtype !== "bfloat16") return wide;
    const [narrow] = backend.run("cast", [wide], { dtype: "bfloat16" }, [info]);
    backend.dispose(wide);
    if (narrow === undefined) throw new Error("one output");
    return narrow;
  });
  const made = backend.run("loop", tensors, loopAttributes(each.loop), outputsOf(each));
  const read = await Promise.all(made.map((tensor) => backend.read(tensor)));
  for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
  return read;
}

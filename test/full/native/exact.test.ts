/** What is the same to the bit on node and on the portable backends: choices, places and draws. */
import { expect, it } from "vitest";
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { kernelNamed } from "../../../src/runtime/kernels/kernels.js";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { apply, constant, input, type Pointwise } from "../../../src/runtime/kernels/pointwise.js";
import { openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { sizeOf, windows } from "../../../src/runtime/kernels/shapes.js";
import type { Attributes, ValueInfo } from "../../../src/runtime/step/step.js";
import { numbers } from "../../runtime/differences.js";
import { describeNative } from "./native.js";
import { plainBackend } from "./plain.js";

type Data = Float32Array | Int32Array;

/** Runs a kernel and reads everything that it makes. */
async function ran(backend: Backend, kernel: string, operands: readonly (readonly [Data, readonly number[]])[], attributes: Attributes) {
  const tensors = operands.map(([data, shape]) => backend.upload(data, shape));
  const infos = operands.map(([data, shape]): ValueInfo => ({ shape, dtype: data instanceof Int32Array ? "int32" : "float32" }));
  const made = backend.run(kernel, tensors, attributes, kernelNamed(kernel).outputs(infos, attributes));
  const read = await Promise.all(made.map((tensor) => backend.read(tensor)));
  for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
  return read;
}

/** The last window of a pool hangs over the edge, as `rounding: ceil` has it. */
function hanging(map: readonly number[], size: number, stride: number): Attributes {
  const sides = [map[1] ?? 1, map[2] ?? 1].flatMap((side) => {
    const count = windows(side, size, stride, 0, 0, true);
    return [0, Math.max(0, (count - 1) * stride + size - side)];
  });
  return { size: [size, size], stride: [stride, stride], padding: sides };
}

const pools: readonly (readonly [shape: readonly number[], attributes: Attributes])[] = [
  [[3, 9, 8, 70], { size: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] }],
  [[2, 6, 6, 64], { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] }],
  [[2, 7, 5, 5], { size: [3, 3], stride: [1, 1], padding: [2, 2, 2, 2] }],
  [[2, 8, 9, 3], hanging([2, 8, 9, 3], 3, 2)],
  [[1, 7, 7, 2], hanging([1, 7, 7, 2], 2, 2)],
];

/** Few different numbers, so that many tie; the first of -0 and 0 is the maximum. */
function coarse(count: number): Float32Array {
  return Float32Array.from(numbers(count, 7), (value) => Math.round(2 * value) / 2 - 1);
}

const nodes = (): Promise<readonly Backend[]> => openNative("cpu").then((backend) => [backend, plainBackend()]);

describeNative("node beside cpu", () => {
  it.each(pools)("takes the same maxima of %j in windows %j, and gives gradients to the same entries", async (shape, attributes) => {
    const cpu = await openBackend("cpu");
    const x = coarse(sizeOf(shape));
    const [y, index] = await ran(cpu, "maxPool", [[x, shape]], attributes);
    if (y === undefined || !(index instanceof Int32Array)) throw new Error("two outputs");
    const info = kernelNamed("maxPool").outputs([{ shape, dtype: "float32" }], attributes)[0];
    const pooled = info?.shape ?? [];
    const dy = Float32Array.from(numbers(sizeOf(pooled), 3), Math.fround);
    const operands = [
      [dy, pooled],
      [index, pooled],
    ] as const;
    const [dx] = await ran(cpu, "maxPoolGradient", operands, { shape });
    for (const node of await nodes()) {
      expect(await ran(node, "maxPool", [[x, shape]], attributes)).toEqual([y, index]);
      const [found] = await ran(node, "maxPoolGradient", operands, { shape });
      dx?.forEach((value, i) => {
        expect(found?.[i]).toBeCloseTo(value, 5);
      });
    }
  });

  it.each(pools)("has the same means of %j in windows %j, of what lies inside the map", async (shape, attributes) => {
    const cpu = await openBackend("cpu");
    const x = Float32Array.from(numbers(sizeOf(shape), 5));
    const [expected] = await ran(cpu, "avgPool", [[x, shape]], attributes);
    const [found] = await ran(await openNative("cpu"), "avgPool", [[x, shape]], attributes);
    expected?.forEach((value, i) => {
      expect(found?.[i]).toBeCloseTo(value, 5);
    });
  });

  it("gives a place inside the map where a window holds nothing but minus infinity", async () => {
    const shape = [1, 3, 3, 2];
    const x = new Float32Array(18).fill(Number.NEGATIVE_INFINITY);
    for (const node of await nodes()) {
      const [, index] = await ran(node, "maxPool", [[x, shape]], { size: [2, 2], stride: [2, 2], padding: [1, 1, 1, 1] });
      for (const place of index ?? []) expect(place >= 0 && place < 18).toBe(true);
    }
  });

  it("draws the mask of dropout bit by bit", async () => {
    const [node, cpu] = [await openNative("cpu"), await openBackend("cpu")];
    for (const [seed, step, stream, rate] of [
      [1, 0, 0, 0.5],
      [-1, 123456789, 7, 0.3],
      [2 ** 31 - 1, -5, 2 ** 31 - 1, 0.9],
      [12345, 3, 1, 0.001],
    ] as const) {
      for (const shape of [[3, 5, 2], [70_001]]) {
        const key = [[Int32Array.of(seed, step), [2]]] as const;
        const attributes = { rate, stream, shape };
        expect(await ran(node, "dropoutMask", key, attributes)).toEqual(await ran(cpu, "dropoutMask", key, attributes));
      }
    }
  });

  it("keeps NaN, and chooses at the edges as the meaning says", async () => {
    const v = Float32Array.of(Number.NaN, Infinity, -Infinity, 0, -0, 1, -1, 1e30, 1e-30, 88, -104);
    const choose: Pointwise = apply(
      "select",
      apply("greater", input(0), constant(0)),
      input(0),
      apply("multiply", constant(0.25), input(0)),
    );
    const expressions = [
      choose,
      apply("select", apply("not", apply("equal", input(0), input(0))), constant(-1), input(0)),
      apply("maximum", input(0), constant(0)),
      apply("minimum", input(0), constant(0)),
      apply("power", constant(1), input(0)),
      apply("power", input(0), constant(0)),
      apply("power", input(0), constant(2)),
      apply("power", constant(0), apply("abs", input(0))),
      apply("sqrt", input(0)),
      apply("sign", input(0)),
      apply("divide", constant(1), input(0)),
      apply("floor", input(0)),
      apply("select", input(0), constant(1), constant(2)),
    ];
    const cpu = await openBackend("cpu");
    for (const expression of expressions) {
      const attributes = { expression, shape: [v.length] };
      const [expected] = await ran(cpu, "pointwise", [[v, [v.length]]], attributes);
      for (const node of await nodes()) {
        const [found] = await ran(node, "pointwise", [[v, [v.length]]], attributes);
        v.forEach((value, i) => {
          // The library has 1 to the power infinity as 1.
          if (expression.kind === "apply" && expression.op === "power" && Math.abs(value) === Infinity) return;
          const [a, b] = [Number(found?.[i]), Number(expected?.[i])];
          const isSame = Object.is(a, b) || a === b || Math.abs(a - b) <= 1e-6 * Math.abs(b);
          expect(isSame, `${JSON.stringify(expression)} of ${value}: ${a}, not ${b}`).toBe(true);
        });
      }
    }
  });

  it("says in the library's words what it refuses, and keeps nothing", async () => {
    const node = await openNative("cpu");
    const [table, labels] = [node.upload(new Float32Array(6), [3, 2]), node.upload(Int32Array.of(0, 5), [2])];
    const before = node.alive();
    expect(() => node.run("gatherRows", [table, labels], {}, [{ shape: [2, 2], dtype: "float32" }])).toThrow(
      /indices\[1\] = 5 is not in \[0, 3\)/,
    );
    expect(node.alive()).toBe(before);
    for (const tensor of [table, labels]) node.dispose(tensor);
  });
});

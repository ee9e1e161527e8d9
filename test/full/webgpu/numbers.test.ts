/** What the common cases do not reach: functions over their whole range, what is not finite, shapes of many tiles, many operands. */
import { describe, expect, it } from "vitest";
import { kernelNamed, kernels } from "../../../src/runtime/kernels/kernels.js";
import { apply, input, type Pointwise } from "../../../src/runtime/kernels/pointwise.js";
import { pointwiseOperation } from "../../../src/runtime/kernels/pointwise-kernel.js";
import { openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { sayable } from "../../../src/runtime/kernels/webgpu/expression.js";
import { openWebgpu, planners, views } from "../../../src/runtime/kernels/webgpu/index.js";
import { operations } from "../../../src/runtime/ops/index.js";
import { stream } from "../../../src/runtime/random.js";
import type { Attributes } from "../../../src/runtime/step/step.js";
import { numbers } from "../../runtime/differences.js";
import { prepareVulkan } from "./vulkan.js";

const missing = prepareVulkan();

describe("the list of kernels on webgpu", () => {
  it("is whole", () => {
    expect([...Object.keys(planners), ...views].sort()).toEqual(Object.keys(kernels).sort());
    const pointwise = Object.values(operations).filter(({ kind }) => kind === "pointwise");
    expect([...sayable].sort()).toEqual(pointwise.map(({ name }) => name).sort());
  });
});

if (missing !== null) it.skip(missing);
else {
  const webgpu = await openWebgpu();
  const cpu = await openBackend("cpu");

  async function computed(expression: Pointwise, operands: readonly Float32Array[]): Promise<Float32Array> {
    const shape = [operands[0]?.length ?? 0];
    const tensors = operands.map((data) => webgpu.upload(data, shape));
    const [made] = webgpu.run("pointwise", tensors, { expression, shape }, [{ shape, dtype: "float32" }]);
    if (made === undefined) throw new Error("one output");
    const found = await webgpu.read(made);
    for (const tensor of [...tensors, made]) webgpu.dispose(tensor);
    return Float32Array.from(found);
  }

  function spread(from: number, to: number, count = 2000): Float32Array {
    const random = stream(3, "spread");
    return Float32Array.from({ length: count }, () => from + (to - from) * random.uniform());
  }

  /** Of both signs, from 2^low to 2^high, evenly in the exponent. */
  function exponents(low: number, high: number, count = 2000): Float32Array {
    const random = stream(4, "exponents");
    return Float32Array.from({ length: count }, () => (random.uniform() < 0.5 ? -1 : 1) * 2 ** (low + (high - low) * random.uniform()));
  }

  /** Units of the last place of float32 at `value`; the least normal number bounds them below. */
  function unit(value: number): number {
    return 2 ** (Math.max(-126, Math.floor(Math.log2(Math.abs(value) || 2 ** -126))) - 23);
  }

  const ranges: readonly (readonly [string, Float32Array, ...Float32Array[]])[] = [
    ["exp", spread(-85, 88)],
    ["exp", exponents(-30, 3)],
    ["expm1", spread(-30, 80)],
    ["expm1", exponents(-40, 0)],
    ["log", exponents(-120, 120).map(Math.abs)],
    ["log", spread(0.5, 2)],
    ["log1p", exponents(-40, -0.01)],
    ["log1p", exponents(-10, 100).map(Math.abs)],
    ["softplus", spread(-80, 80)],
    ["softplus", exponents(-20, 3)],
    ["sqrt", exponents(-120, 120).map(Math.abs)],
    ["arccos", spread(-1, 0.99)],
    ["arccos", exponents(-30, -1)],
    ["divide", exponents(-60, 60), spread(-3, 3)],
  ];

  describe("functions on webgpu", () => {
    it.each(ranges.map((each, i) => [`${i} ${each[0]}`, each] as const))(
      "%s is right to a few units of the last place",
      async (_t, [op, ...operands]) => {
        const found = await computed(apply(op, ...operands.map((_, i) => input(i))), operands);
        const { meaning } = pointwiseOperation(op);
        let worst = 0;
        found.forEach((value, i) => {
          const expected = Number(meaning(...operands.map((data) => data[i] ?? 0)));
          worst = Math.max(worst, Math.abs(value - expected) / unit(expected));
        });
        expect(worst).toBeLessThan(4);
      },
    );

    it.each(["sin", "cos"])("%s is right however far the angle", async (op) => {
      const { meaning } = pointwiseOperation(op);
      for (const angles of [spread(-4, 4), spread(-300, 300), spread(-20000, 20000)]) {
        const found = await computed(apply(op, input(0)), [angles]);
        found.forEach((value, i) => void expect(Math.abs(value - Number(meaning(angles[i] ?? 0)))).toBeLessThan(2e-7));
      }
    });

    it.each([
      ["small", exponents(-3, 3).map(Math.abs), spread(-4, 4)],
      ["wide", exponents(-20, 20).map(Math.abs), spread(-2, 2)],
      ["whole", spread(-5, 5), spread(-3, 3).map(Math.round)],
    ] as const)("powers are right up to the rounding of their logarithm: %s", async (_title, a, b) => {
      const found = await computed(apply("power", input(0), input(1)), [a, b]);
      found.forEach((value, i) => {
        const [base, exponent] = [a[i] ?? 0, b[i] ?? 0];
        const expected = base ** exponent;
        const rounding = 2 ** -22 * (1 + Math.abs(exponent * Math.log(Math.abs(base))));
        expect(Math.abs(value / expected - 1), `${base} ^ ${exponent}`).toBeLessThan(rounding);
      });
    });

    it("are NaN and infinite where their meaning is", async () => {
      const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, -0, 1, -1, 200, -200, 3e38, -3e38, 0.5];
      const [a, b] = [values.flatMap((v) => values.map(() => v)), values.flatMap(() => values)].map((list) => Float32Array.from(list));
      if (a === undefined || b === undefined) throw new Error("two operands");
      for (const { kind, name } of Object.values(operations)) {
        if (kind !== "pointwise") continue;
        const { meaning } = pointwiseOperation(name);
        const count = meaning.length;
        const found = await computed(apply(name, ...[0, 1, 1].slice(0, count).map(input)), [a, b]);
        found.forEach((value, i) => {
          const args = [a[i] ?? 0, b[i] ?? 0, b[i] ?? 0].slice(0, count);
          const expected = Math.fround(Number(meaning(...args)));
          const kindOf = (v: number): string => (Number.isNaN(v) ? "NaN" : Number.isFinite(v) ? "finite" : String(v));
          expect(kindOf(value), `${name} of ${args}: ${value} against ${expected}`).toBe(kindOf(expected));
        });
      }
    });

    it("may read more operands than one program can bind", async () => {
      const operands = Array.from({ length: 40 }, (_, i) => Float32Array.from(numbers(6, i)));
      const sum = operands
        .map((_, i) => apply("multiply", input(i), input((i * 7) % 40)))
        .reduce((left, right) => apply("add", left, right));
      const found = await computed(sum, operands);
      found.forEach((value, k) => {
        const expected = operands.reduce((total, data, i) => total + (data[k] ?? 0) * (operands[(i * 7) % 40]?.[k] ?? 0), 0);
        expect(value).toBeCloseTo(expected, 4);
      });
    });
  });

  interface Large {
    readonly kernel: string;
    readonly shapes: readonly (readonly number[])[];
    readonly attributes?: Attributes;
    readonly labels?: number;
  }

  const same = { stride: [1, 1], padding: [1, 1, 1, 1] };
  const halved = { stride: [2, 2], padding: [1, 1, 1, 1] };
  /** Several tiles, pieces of the inner dimension, rests on every side. */
  const large: readonly Large[] = [
    {
      kernel: "matmul",
      shapes: [
        [70, 300],
        [300, 130],
      ],
      attributes: { transposeA: false, transposeB: false },
    },
    {
      kernel: "matmul",
      shapes: [
        [301, 70],
        [301, 130],
      ],
      attributes: { transposeA: true, transposeB: false },
    },
    {
      kernel: "matmul",
      shapes: [
        [70, 1000],
        [37, 1000],
      ],
      attributes: { transposeA: false, transposeB: true },
    },
    {
      kernel: "conv",
      shapes: [
        [2, 13, 11, 20],
        [3, 3, 20, 70],
      ],
      attributes: same,
    },
    {
      kernel: "conv",
      shapes: [
        [2, 13, 11, 20],
        [3, 3, 20, 33],
      ],
      attributes: halved,
    },
    {
      kernel: "convInputGradient",
      shapes: [
        [2, 7, 6, 33],
        [3, 3, 20, 33],
      ],
      attributes: { ...halved, shape: [2, 13, 11, 20] },
    },
    {
      kernel: "convInputGradient",
      shapes: [
        [2, 7, 6, 130],
        [3, 3, 20, 130],
      ],
      attributes: { ...halved, shape: [2, 13, 11, 20] },
    },
    {
      kernel: "convInputGradient",
      shapes: [
        [2, 3, 3, 300],
        [3, 3, 5, 300],
      ],
      attributes: { ...same, shape: [2, 3, 3, 5] },
    },
    {
      kernel: "convFilterGradient",
      shapes: [
        [3, 21, 23, 20],
        [3, 21, 23, 33],
      ],
      attributes: { ...same, shape: [3, 3, 20, 33] },
    },
    {
      kernel: "convFilterGradient",
      shapes: [
        [3, 21, 23, 3],
        [3, 11, 12, 33],
      ],
      attributes: { ...halved, shape: [3, 3, 3, 33] },
    },
    { kernel: "reduceSum", shapes: [[5000, 37]], attributes: { axes: [0] } },
    { kernel: "reduceSum", shapes: [[37, 5000]], attributes: { axes: [1] } },
    { kernel: "reduceSum", shapes: [[13, 40, 17, 9]], attributes: { axes: [0, 2] } },
    { kernel: "reduceMax", shapes: [[90, 700]], attributes: { axes: [1] } },
    { kernel: "sumSquares", shapes: [[123, 457]] },
    { kernel: "batchNorm", shapes: [[40, 9, 9, 5], [5], [5]], attributes: { epsilon: 1e-5 } },
    { kernel: "transpose", shapes: [[20, 30, 40]], attributes: { permutation: [1, 2, 0] } },
    { kernel: "scatterRows", shapes: [[300, 20], [300]], attributes: { rows: 50 }, labels: 50 },
    { kernel: "gatherRows", shapes: [[50, 20], [300]], labels: 50 },
    { kernel: "maxPool", shapes: [[3, 20, 21, 30]], attributes: { ...halved, size: [3, 3] } },
  ];

  describe("large shapes on webgpu", () => {
    it.each(large.map((each, i) => [`${i} ${each.kernel} ${each.shapes.map((shape) => `[${shape}]`).join(" ")}`, each] as const))(
      "%s",
      async (_title, each) => {
        const { kernel, shapes, attributes = {}, labels } = each;
        const random = stream(5, "labels");
        const data = shapes.map((shape, i) =>
          labels !== undefined && i === 1
            ? Int32Array.from({ length: sizeOf(shape) }, () => random.integer(labels))
            : Float32Array.from(numbers(sizeOf(shape), i + 1)),
        );
        const infos = shapes.map((shape, i) => ({ shape, dtype: data[i] instanceof Int32Array ? "int32" : "float32" }) as const);
        const outputs = kernelNamed(kernel).outputs(infos, attributes);
        const results: (Float32Array | Int32Array)[][] = [];
        for (const backend of [cpu, webgpu]) {
          const tensors = data.map((list, i) => backend.upload(list, shapes[i] ?? []));
          const made = backend.run(kernel, tensors, attributes, outputs);
          results.push(await Promise.all(made.map((tensor) => backend.read(tensor))));
          for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
        }
        outputs.forEach((_, k) => {
          const [expected, found] = [[...(results[0]?.[k] ?? [])], [...(results[1]?.[k] ?? [])]];
          expect(found.length).toBe(expected.length);
          const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
          const worst = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? Number.NaN))), 0);
          expect(worst / scale).toBeLessThan(2e-6);
        });
      },
    );

    it("draws the same masks as the other backends", async () => {
      const shape = [7, 143];
      for (const [seed, step, stream, rate] of [
        [1, 4, 2, 0.4],
        [-5, 0, 0, 0.5],
        [2 ** 31 - 1, 70000, 9, 0.01],
      ] as const) {
        const masks: number[][] = [];
        for (const backend of [cpu, webgpu]) {
          const key = backend.upload(Int32Array.of(seed, step), [2]);
          const [mask] = backend.run("dropoutMask", [key], { rate, stream, shape }, [{ shape, dtype: "float32" }]);
          if (mask === undefined) throw new Error("one output");
          masks.push([...(await backend.read(mask))]);
          backend.dispose(key);
          backend.dispose(mask);
        }
        expect(masks[1]).toEqual(masks[0]);
      }
    });

    it("takes images from memory that threads share", async () => {
      const shared = new Float32Array(new SharedArrayBuffer(32)).fill(3);
      const tensor = webgpu.upload(shared, [8]);
      shared.fill(4);
      expect([...(await webgpu.read(tensor))]).toEqual(new Array(8).fill(3));
      webgpu.dispose(tensor);
    });

    it("does not let what is written overtake what reads the same memory before", async () => {
      const shape = [1000];
      const attributes = { expression: apply("add", input(0), input(0)), shape };
      const sums = Array.from({ length: 20 }, (_, i) => {
        const tensor = webgpu.upload(new Float32Array(1000).fill(i), shape);
        const [sum] = webgpu.run("pointwise", [tensor], attributes, [{ shape, dtype: "float32" }]);
        webgpu.dispose(tensor);
        if (sum === undefined) throw new Error("one output");
        return sum;
      });
      for (const [i, sum] of sums.entries()) {
        expect((await webgpu.read(sum))[999]).toBe(2 * i);
        webgpu.dispose(sum);
      }
    });
  });
}

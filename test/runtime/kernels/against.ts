/** What every backend's kernels are held to; unit tests hold the portable ones, test/full the others. */
import { describe, expect, it } from "vitest";
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { kernelNamed } from "../../../src/runtime/kernels/kernels.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { numbers } from "../differences.js";
import { reference } from "../reference.js";
import { type Case, cases, vectorCases } from "./cases.js";

export function title(each: Case, i: number): string {
  return `${i} ${each.kernel} ${each.shapes.map((shape) => `[${shape}]`).join(" ")}`;
}

function operandsOf(each: Case): { float64: Float64Array[]; typed: (Float32Array | Int32Array)[] } {
  const typed = each.shapes.map((shape, i) => {
    const integers = each.integers?.[i];
    return integers === undefined ? Float32Array.from(numbers(sizeOf(shape), i + 1)) : Int32Array.from(integers);
  });
  return { typed, float64: typed.map((data) => Float64Array.from(data)) };
}

function expectClose(found: ArrayLike<number>, expected: Float64Array): void {
  const scale = Math.max(1, ...expected.map(Math.abs));
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(Math.abs((found[i] ?? Number.NaN) - value) / scale, `entry ${i}: ${found[i]} against ${value}`).toBeLessThan(2e-6);
  });
}

export const gradientCases: readonly Case[] = [
  { kernel: "batchNormGradient", shapes: [[3, 2, 2, 3], [3, 2, 2, 3], [3], [3], [3]], attributes: { epsilon: 0.1 } },
];

/** Every kernel of a backend against float64, and every pointwise operation against its meaning. */
export function judgeKernels(name: string, backend: Backend): void {
  describe(`${name} against the reference`, () => {
    it.each([...cases, ...vectorCases, ...gradientCases].map((each, i) => [title(each, i), each] as const))("%s", async (_title, each) => {
      const { float64, typed } = operandsOf(each);
      if (each.kernel === "batchNormGradient") {
        // A variance is not negative.
        typed[4] = (typed[4] ?? new Float32Array()).map(Math.abs);
        float64[4] = Float64Array.from(typed[4]);
      }
      const infos = each.shapes.map((shape, i) => ({ shape, dtype: each.integers?.[i] === undefined ? "float32" : "int32" }) as const);
      const outputs = kernelNamed(each.kernel).outputs(infos, each.attributes);
      const expected = reference[each.kernel]?.(
        float64.map((data, i) => ({ data, shape: each.shapes[i] ?? [] })),
        each.attributes,
        outputs,
      );
      const before = backend.alive();
      const tensors = typed.map((data, i) => backend.upload(data, each.shapes[i] ?? []));
      const made = backend.run(each.kernel, tensors, each.attributes, outputs);
      expect(made.map(({ shape, dtype }) => ({ shape: [...shape], dtype }))).toEqual(
        outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype })),
      );
      for (const [i, tensor] of made.entries()) expectClose(await backend.read(tensor), expected?.[i]?.data ?? new Float64Array());
      for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
      expect(backend.alive()).toBe(before);
    });

    it("maximum pooling of negative numbers gives the gradient to the first of those that tie", async () => {
      const x = backend.upload(Float32Array.of(-3, -1, -1, -2), [1, 2, 2, 1]);
      const attributes = { size: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0] };
      const shape = [1, 1, 1, 1];
      const [y, index] = backend.run("maxPool", [x], attributes, [
        { shape, dtype: "float32" },
        { shape, dtype: "int32" },
      ]);
      const dy = backend.upload(Float32Array.of(5), shape);
      if (y === undefined || index === undefined) throw new Error("two outputs");
      const [dx] = backend.run("maxPoolGradient", [dy, index], { shape: [1, 2, 2, 1] }, [{ shape: [1, 2, 2, 1], dtype: "float32" }]);
      if (dx === undefined) throw new Error("one output");
      expect([...(await backend.read(y))]).toEqual([-1]);
      expect([...(await backend.read(dx))]).toEqual([0, 5, 0, 0]);
      for (const tensor of [x, y, index, dy, dx]) backend.dispose(tensor);
    });

    it("computes every pointwise operation as its meaning says", async () => {
      const { operations } = await import("../../../src/runtime/ops/index.js");
      const shape = [4];
      const values = [0.3, -0.7, 0.9, 0].map((value) => Math.fround(value));
      const tensors = [values, [0.5, 0.2, -0.4, 0], [1, 0, 1, 0]].map((list) => backend.upload(Float32Array.from(list), shape));
      for (const operation of Object.values(operations)) {
        if (operation.kind !== "pointwise") continue;
        const count = operation.meaning.length;
        const expression = apply(
          operation.name,
          ...Array.from({ length: count }, (_, i) => input(operation.name === "select" ? (i + 2) % 3 : i)),
        );
        const [made] = backend.run("pointwise", tensors, { expression, shape }, [{ shape, dtype: "float32" }]);
        if (made === undefined) throw new Error("one output");
        const found = await backend.read(made);
        backend.dispose(made);
        const [a, b, c] = await Promise.all(tensors.map((tensor) => backend.read(tensor)));
        for (let i = 0; i < 4; i++) {
          const args = operation.name === "select" ? [c?.[i] ?? 0, a?.[i] ?? 0, b?.[i] ?? 0] : [a?.[i] ?? 0, b?.[i] ?? 0].slice(0, count);
          const expected = Number(operation.meaning(...args));
          expect(found[i], `${operation.name} of ${args}`).toSatisfy(
            (v) => Object.is(v, Math.fround(expected)) || Math.abs(Number(v) - expected) <= 1e-6 * Math.abs(expected),
          );
        }
      }
      for (const tensor of tensors) backend.dispose(tensor);
    });
  });
}

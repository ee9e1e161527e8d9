import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelNamed, kernels } from "../../../src/runtime/kernels/kernels.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { implementations, openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { createRecorder, positions, type Value } from "../../../src/runtime/step/record.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { transpose } from "../../../src/runtime/step/transpose.js";
import { expectGradient, numbers } from "../differences.js";
import { reference } from "../reference.js";
import { type Case, cases, vectorCases } from "./cases.js";

const backends = {
  cpu: await openBackend("cpu"),
  wasm: await openBackend("wasm"),
  "wasm without vectors": await openBackend("wasm", { vectors: false }),
};

function title(each: Case, i: number): string {
  return `${i} ${each.kernel} ${each.shapes.map((shape) => `[${shape}]`).join(" ")}`;
}

/** loss = sum of (each differentiable output * fixed weights), with its transposed gradients as outputs. */
function gradientStep(each: Case): { step: Step; names: string[]; given: Record<string, Float64Array> } {
  const recorder = createRecorder();
  const given: Record<string, Float64Array> = {};
  const floats: Value[] = [];
  const variable = (name: string, shape: readonly number[], seed: number): Value => {
    given[name] = numbers(sizeOf(shape), seed);
    const description = { name, shape, kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", at: null } as const;
    return recorder.variable(description, positions(shape.length));
  };
  const inputs = each.shapes.map((shape, i) => {
    const integers = each.integers?.[i];
    if (integers === undefined) {
      const value = variable(`v${i}`, shape, i + 1);
      floats.push(value);
      return value;
    }
    given.labels = Float64Array.from(integers);
    return recorder.feed("labels", shape, "int32", positions(shape.length));
  });
  const outputs = recorder.kernel(each.kernel, inputs, each.attributes, []);
  const differentiable = outputs.filter((_, i) => i === 0 || each.kernel === "batchNormGradient");
  const parts = differentiable.map((output, i) => {
    const weighted = recorder.pointwise(apply("multiply", input(0), input(1)), [output, variable(`weights${i}`, output.shape, 90 + i)]);
    const axes = output.shape.map((_, d) => d);
    return recorder.kernel("reduceSum", [weighted], { axes }, [[]])[0] as Value;
  });
  const loss = parts.reduce((sum, part) => recorder.pointwise(apply("add", input(0), input(1)), [sum, part]));
  recorder.output("loss", loss);
  const names = floats.map((value) => `v${inputs.indexOf(value)}`);
  transpose(recorder, [{ value: loss, gradient: recorder.constant(1) }], floats).forEach((gradient, i) => {
    if (gradient !== null) recorder.output(`gradient/${names[i]}`, gradient);
  });
  return { step: recorder.step(), names, given };
}

const differentiated = cases.filter((each) => kernelNamed(each.kernel).gradient !== null);

describe("gradients against central differences", () => {
  it.each(differentiated.map((each, i) => [title(each, i), each] as const))("%s", (_title, each) => {
    const { step, names, given } = gradientStep(each);
    expect(Object.keys(step.outputs).length).toBe(names.length + 1);
    for (const name of names) expectGradient(step, given, name);
  });
});

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

const gradientCases: Case[] = [
  { kernel: "batchNormGradient", shapes: [[3, 2, 2, 3], [3, 2, 2, 3], [3], [3], [3]], attributes: { epsilon: 0.1 } },
];

describe.each(Object.entries(backends))("%s against the reference", (_name, backend) => {
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

describe("the list of kernels", () => {
  it("is whole: each has an implementation, a reference, a case and a line in docs/kernels.md", () => {
    const names = Object.keys(kernels).sort();
    expect(Object.keys(implementations).sort()).toEqual(names);
    expect(Object.keys(reference).sort()).toEqual(names);
    expect([...new Set([...cases, ...gradientCases].map((each) => each.kernel))].sort()).toEqual(names);
    const prose = readFileSync(new URL("../../../docs/kernels.md", import.meta.url), "utf8");
    for (const { doc } of Object.values(kernels)) expect(prose.replaceAll("`", "")).toContain(`- ${doc}\n`);
  });

  it("draws the same dropout mask whatever the backend, and another one at the next step", async () => {
    const shape = [3, 50];
    const masks: number[][] = [];
    for (const [backend, step] of [
      [backends.cpu, 4],
      [backends.wasm, 4],
      [backends.wasm, 5],
    ] as const) {
      const key = backend.upload(Int32Array.of(1, step), [2]);
      const [mask] = backend.run("dropoutMask", [key], { rate: 0.4, stream: 2, shape }, [{ shape, dtype: "float32" }]);
      if (mask === undefined) throw new Error("one output");
      masks.push([...(await backend.read(mask))]);
      backend.dispose(key);
      backend.dispose(mask);
    }
    expect(masks[1]).toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[0]);
    const dropped = masks[0]?.filter((entry) => entry === 0).length ?? 0;
    expect(dropped).toBeGreaterThan(35);
    expect(dropped).toBeLessThan(85);
  });
});

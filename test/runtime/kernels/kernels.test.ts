import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kernelNamed, kernels } from "../../../src/runtime/kernels/kernels.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { implementations, openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { createRecorder, positions, type Value } from "../../../src/runtime/step/record.js";
import type { DType, Step, ValueInfo } from "../../../src/runtime/step/step.js";
import { transpose } from "../../../src/runtime/step/transpose.js";
import { expectGradient, numbers } from "../differences.js";
import { reference } from "../reference.js";
import { gradientCases, judgeKernels, title } from "./against.js";
import { type Case, cases } from "./cases.js";

const backends = {
  cpu: await openBackend("cpu"),
  wasm: await openBackend("wasm"),
  "wasm without vectors": await openBackend("wasm", { vectors: false }),
};

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

for (const [name, backend] of Object.entries(backends)) judgeKernels(name, backend);

describe("types", () => {
  /** Operands of batch norm from this one on are statistics, which are float32. */
  const statistics: Readonly<Record<string, number>> = { batchNorm: 1, batchNormGradient: 2 };
  const typesOf = (each: Case, float: DType): readonly DType[] => {
    const infos = each.shapes.map((shape, i): ValueInfo => {
      const exact = i >= (statistics[each.kernel] ?? each.shapes.length);
      return { shape, dtype: each.integers?.[i] !== undefined ? "int32" : exact ? "float32" : float };
    });
    return kernelNamed(each.kernel)
      .outputs(infos, each.attributes)
      .map(({ dtype }) => dtype);
  };
  const wide: ReadonlySet<string> = new Set(["constant", "reduceSum", "sumSquares", "oneHot", "dropoutMask", "cast"]);

  it.each([...cases, ...gradientCases].map((each, i) => [title(each, i), each] as const))(
    "of float32 and of bfloat16: %s",
    (_title, each) => {
      const long = typesOf(each, "float32");
      expect(long).toEqual(each.kernel === "maxPool" ? ["float32", "int32"] : long.map(() => "float32"));
      const float = each.shapes.length === 0 || wide.has(each.kernel) ? "float32" : "bfloat16";
      const others = each.kernel === "maxPool" ? "int32" : "float32";
      expect(typesOf(each, "bfloat16")).toEqual(long.map((_, i) => (i === 0 ? float : others)));
    },
  );

  it("of a pointwise kernel are bfloat16 where one operand is; products want one type", () => {
    const [short, long] = (["bfloat16", "float32"] as const).map((dtype): ValueInfo => ({ shape: [2, 2], dtype })) as [
      ValueInfo,
      ValueInfo,
    ];
    const sum = { expression: apply("add", input(0), input(1)), shape: [2, 2] };
    for (const infos of [
      [short, long],
      [long, short],
      [short, short],
    ])
      expect(kernelNamed("pointwise").outputs(infos, sum)).toMatchObject([{ dtype: "bfloat16" }]);
    const product = { transposeA: false, transposeB: false };
    expect(() => kernelNamed("matmul").outputs([short, long], product)).toThrow("matmul of bfloat16 and float32");
    const statistic: ValueInfo = { shape: [2], dtype: "bfloat16" };
    expect(() => kernelNamed("batchNorm").outputs([short, statistic, statistic], { epsilon: 1 })).toThrow("Statistics of bfloat16");
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

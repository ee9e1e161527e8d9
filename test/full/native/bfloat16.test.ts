/** Kernels on bfloat16 against the float64 reference on the same, rounded, operands. */
import { expect, it } from "vitest";
import type { Backend, Tensor } from "../../../src/runtime/kernels/kernel.js";
import { kernelNamed } from "../../../src/runtime/kernels/kernels.js";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { operations } from "../../../src/runtime/ops/index.js";
import type { ValueInfo } from "../../../src/runtime/step/step.js";
import { precision, rounded } from "../../runtime/bfloat16.js";
import { numbers } from "../../runtime/differences.js";
import { gradientCases, title } from "../../runtime/kernels/against.js";
import { type Case, cases, vectorCases } from "../../runtime/kernels/cases.js";
import { reference } from "../../runtime/reference.js";
import { describeNative } from "./native.js";

/** Kernels that take bfloat16, and which of their operands are never of it. */
const float32Operands: Readonly<Record<string, readonly number[]>> = { batchNorm: [1, 2], batchNormGradient: [2, 3, 4] };
const never = ["constant", "oneHot", "dropoutMask"];
/** Kernels that round between operations; all others compute in float32 and round once. */
const stepwise = ["pointwise", "avgPool", "avgPoolGradient", "maxPoolGradient", "scatterRows"];

function infosOf(each: Case): readonly ValueInfo[] {
  return each.shapes.map((shape, i) => {
    if (each.integers?.[i] !== undefined) return { shape, dtype: "int32" };
    return { shape, dtype: float32Operands[each.kernel]?.includes(i) === true ? "float32" : "bfloat16" };
  });
}

/** Numbers that the operand's type has. */
function dataOf(each: Case, info: ValueInfo, index: number): Float32Array | Int32Array {
  const integers = each.integers?.[index];
  if (integers !== undefined) return Int32Array.from(integers);
  const drawn = numbers(sizeOf(info.shape), index + 1).map(info.dtype === "bfloat16" ? rounded : Math.fround);
  const isVariance = each.kernel === "batchNormGradient" && index === 4;
  return Float32Array.from(isVariance ? drawn.map(Math.abs) : drawn);
}

function uploaded(backend: Backend, data: Float32Array | Int32Array, { shape, dtype }: ValueInfo): Tensor {
  const plain = backend.upload(data, shape);
  if (dtype !== "bfloat16") return plain;
  const [narrow] = backend.run("cast", [plain], { dtype }, [{ shape, dtype }]);
  backend.dispose(plain);
  if (narrow === undefined) throw new Error("one output");
  return narrow;
}

async function judge(backend: Backend, each: Case, isStepwise = stepwise.includes(each.kernel)): Promise<void> {
  const infos = infosOf(each);
  const data = infos.map((info, i) => dataOf(each, info, i));
  const outputs = kernelNamed(each.kernel).outputs(infos, each.attributes);
  const arrays = data.map((values, i) => ({ data: Float64Array.from(values), shape: each.shapes[i] ?? [] }));
  const expected = reference[each.kernel]?.(arrays, each.attributes, outputs) ?? [];
  const before = backend.alive();
  const tensors = data.map((values, i) => uploaded(backend, values, infos[i] ?? { shape: [], dtype: "float32" }));
  const made = backend.run(each.kernel, tensors, each.attributes, outputs);
  for (const [i, tensor] of made.entries()) {
    expect(tensor.dtype).toBe(outputs[i]?.dtype);
    const found = await backend.read(tensor);
    const wanted = expected[i]?.data ?? new Float64Array();
    const scale = Math.max(1, ...wanted.filter(Number.isFinite).map(Math.abs));
    expect(found.length).toBe(wanted.length);
    wanted.forEach((value, k) => {
      if (Object.is(found[k], value)) return;
      const once = tensor.dtype === "bfloat16" ? precision * Math.abs(value) : 0;
      const allowed = 4e-6 * scale + (isStepwise ? 4 * precision * scale : once);
      expect(Math.abs((found[k] ?? Number.NaN) - value), `entry ${k}: ${found[k]} against ${value}`).toBeLessThanOrEqual(allowed);
    });
  }
  for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
  expect(backend.alive()).toBe(before);
}

describeNative("node in bfloat16 against the reference", () => {
  const judged = [...cases, ...vectorCases, ...gradientCases].filter(({ kernel }) => !never.includes(kernel));
  it.each(judged.map((each, i) => [title(each, i), each] as const))("%s", async (_title, each) => judge(await openNative("cpu"), each));

  it.each(Object.values(operations).filter(({ kind }) => kind === "pointwise"))("computes $name", async (operation) => {
    if (operation.kind !== "pointwise") return;
    const count = operation.meaning.length;
    const expression = apply(operation.name, ...Array.from({ length: count }, (_, i) => input(i)));
    const shapes = [[40], [40], [40]].slice(0, count);
    await judge(await openNative("cpu"), { kernel: "pointwise", shapes, attributes: { expression, shape: [40] } });
  });

  it("forms long sums in float32: of a window, of a channel, of a product of matrices", async () => {
    const backend = await openNative("cpu");
    const whole = { size: [32, 32], stride: [1, 1], padding: [0, 0, 0, 0] };
    await judge(backend, { kernel: "avgPool", shapes: [[2, 32, 32, 3]], attributes: whole }, false);
    await judge(backend, { kernel: "reduceSum", shapes: [[4096, 3]], attributes: { axes: [0] } });
    await judge(backend, { kernel: "sumSquares", shapes: [[4096]], attributes: {} });
    await judge(backend, {
      kernel: "matmul",
      shapes: [
        [2, 4096],
        [4096, 2],
      ],
      attributes: { transposeA: false, transposeB: false },
    });
  });
});

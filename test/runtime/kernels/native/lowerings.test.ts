/** What can be said of lowerings without the library: that they are whole, and that TensorFlow knows what they ask for. */
import { describe, expect, it } from "vitest";
import { kernelNamed, kernels } from "../../../../src/runtime/kernels/kernels.js";
import { outputsOf } from "../../../../src/runtime/kernels/native/catalogue.js";
import { loweringsFor } from "../../../../src/runtime/kernels/native/lowerings.js";
import type { Device, OpInfo, Ops } from "../../../../src/runtime/kernels/native/ops.js";
import { sizeOf } from "../../../../src/runtime/kernels/shapes.js";
import type { ValueInfo } from "../../../../src/runtime/step/step.js";
import { gradientCases, title } from "../against.js";
import { type Case, cases, vectorCases } from "../cases.js";

/** Operations that are noted instead of run, and checked as those that run are. */
function noting(names: string[]): Ops<OpInfo> {
  return {
    op(name, _inputs, attributes, outputs) {
      expect(outputsOf(name, attributes)).toBeGreaterThanOrEqual(outputs.length);
      names.push(name);
      return outputs;
    },
    constant(values, info) {
      expect(values.length).toBe(sizeOf(info.shape));
      return info;
    },
  };
}

function lowered(each: Case, device: Device, own: boolean): readonly string[] {
  const infos = each.shapes.map((shape, i): ValueInfo => ({ shape, dtype: each.integers?.[i] === undefined ? "float32" : "int32" }));
  const outputs = kernelNamed(each.kernel).outputs(infos, each.attributes);
  const names: string[] = [];
  const made = loweringsFor(device, own)[each.kernel]?.(noting(names), infos, each.attributes, outputs);
  expect(made?.map(({ shape, dtype }) => ({ shape: [...shape], dtype }))).toEqual(
    outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype })),
  );
  return names;
}

const all = [...cases, ...vectorCases, ...gradientCases].map((each, i) => [title(each, i), each] as const);

describe("lowerings to TensorFlow's operations", () => {
  it("are there for every kernel", () => {
    expect(Object.keys(loweringsFor("cpu", true))).toEqual(expect.arrayContaining(Object.keys(kernels)));
  });

  it.each(all)("ask for what TensorFlow knows: %s", (_title, each) => {
    const onCpu = lowered(each, "cpu", false);
    const onGpu = lowered(each, "gpu", false);
    lowered(each, "cpu", true);
    expect([...onCpu, ...onGpu].filter((name) => name.startsWith("Facec"))).toEqual([]);
    // Gradients of the third version want memory that nobody kept.
    expect(onGpu).not.toContain("FusedBatchNormGradV3");
  });
});

describe("the catalogue of TensorFlow's operations", () => {
  const T = { kind: "type", value: "float32" } as const;

  it("refuses what TensorFlow would pass over: a misspelled attribute, one of another type, a missing one, an unknown operation", () => {
    expect(outputsOf("Sum", { T, keep_dims: { kind: "bool", value: true } })).toBe(1);
    expect(() => outputsOf("Sum", { T, keepdims: { kind: "bool", value: true } })).toThrow("Sum has no attribute keepdims");
    expect(() => outputsOf("Sum", { T, keep_dims: { kind: "int", value: 1 } })).toThrow("keep_dims of Sum is bool?, not int");
    expect(() => outputsOf("Sum", {})).toThrow("Sum needs its attribute T");
    expect(() => outputsOf("Summ", { T })).toThrow("Summ is not in the catalogue");
  });

  it("counts outputs, of lists too", () => {
    const int = (value: number) => ({ kind: "int", value }) as const;
    const counts = { floats: int(1), halves: int(0), wholes: int(0), floatOutputs: int(2), halfOutputs: int(1) };
    expect(outputsOf("FacecLoop", { ...counts, program: { kind: "string", value: "" } })).toBe(3);
  });
});

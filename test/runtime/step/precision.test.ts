/** precision bfloat16 on a backend that rounds float32 after each kernel: what has which type, and what it does to numbers. */
import { describe, expect, it } from "vitest";
import { sgd } from "../../../src/runtime/declare.js";
import type { Precision } from "../../../src/runtime/experiment.js";
import { avgpool, bn, conv, dense, globalpool, relu } from "../../../src/runtime/layers/index.js";
import { embeddingStep, trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { optimize } from "../../../src/runtime/step/fuse.js";
import { createRecorder, type Value } from "../../../src/runtime/step/record.js";
import { peakBytes } from "../../../src/runtime/step/schedule.js";
import type { DType, Node, Step } from "../../../src/runtime/step/step.js";
import { transpose } from "../../../src/runtime/step/transpose.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { emulated, precision, rounded } from "../bfloat16.js";
import { at, backends, classes, feeds, losses, small, trainingOf } from "./fixture.js";

const backend = emulated(backends.cpu);
const short = trainingStep(trainingOf({ precision: "bfloat16" }), classes);
const typeOf = (step: Step, ref: number): DType | undefined => step.values[ref]?.dtype;
const pooled = [
  conv({ kernel: 3, filters: 4 }),
  bn(),
  relu(),
  avgpool(),
  conv({ kernel: 3, filters: 6 }),
  globalpool(),
  dense({ features: 3 }),
  bn(),
];

describe("a step recorded in bfloat16", () => {
  it("holds weights, moments and statistics in float32, is fed and read in float32, and updates in it", () => {
    const outside = [
      ...short.variables.map(({ value }) => value),
      ...short.updates.map(({ value }) => value),
      ...Object.values(short.outputs),
    ];
    for (const ref of outside) expect(typeOf(short, ref)).toBe("float32");
    expect(short.fed.map(({ name, value }) => `${name} ${typeOf(short, value)}`)).toEqual(
      trainingStep(trainingOf(), classes).fed.map(({ name }) => `${name} ${name === "labels" || name === "key" ? "int32" : "float32"}`),
    );
    expect(short.variables.map(({ name, shape }) => [name, shape])).toEqual(
      trainingStep(trainingOf(), classes).variables.map(({ name, shape }) => [name, shape]),
    );
  });

  it("multiplies in bfloat16 in the network, and knows nothing of it in loss, gradient norm and update", () => {
    const products = short.nodes.filter(({ kernel, path }) => /^(conv|matmul)/.test(kernel) && path.startsWith("small"));
    expect(products.length).toBeGreaterThan(8);
    for (const node of products) for (const ref of [...node.inputs, ...node.outputs]) expect(typeOf(short, ref)).toBe("bfloat16");
    const exact = short.nodes.filter(({ path }) => /^(loss|gradient norm|update)/.test(path));
    expect(exact.length).toBeGreaterThan(30);
    for (const { outputs } of exact) for (const ref of outputs) expect(typeOf(short, ref)).not.toBe("bfloat16");
  });

  it("lets no float32 map through the network but a mask before it is cast", () => {
    const inside = short.nodes.filter(({ kernel, path }) => path.startsWith("small") && kernel !== "cast");
    const wide = inside.filter(({ outputs }) =>
      outputs.some((ref) => typeOf(short, ref) === "float32" && (short.values[ref]?.shape.length ?? 0) > 1),
    );
    expect(wide.map(({ kernel }) => kernel)).toEqual(["dropoutMask"]);
  });

  it("casts each weight of a product once, and its gradient back; slopes, scales and biases never", () => {
    const cast = (step: Step): readonly Node[] => step.nodes.filter(({ kernel }) => kernel === "cast");
    const masters = short.variables.filter(({ kind }) => kind === "weight");
    for (const { name, value, group } of masters) {
      const readers = cast(short).filter(({ inputs }) => inputs[0] === value);
      expect(readers.length, name).toBe(group === "weight" ? 1 : 0);
    }
    const products = masters.filter(({ group }) => group === "weight").length;
    // Beside weights and their gradients: images, the mask, the embedding and its gradient.
    expect(cast(short).length).toBe(2 * products + 4);
  });

  it.each([
    ["small", small],
    ["pooled", pooled],
  ] as const)("has no cast of a cast: %s", (_name, layers) => {
    const backbone = { name: "net", input: [8, 7, 1], layers, at } as const;
    const step = trainingStep(trainingOf({ backbone, precision: "bfloat16" }), classes);
    const made = new Map(step.nodes.flatMap((node) => node.outputs.map((ref) => [ref, node] as const)));
    const casts = step.nodes.filter(({ kernel }) => kernel === "cast");
    expect(casts.length).toBeGreaterThan(4);
    for (const { inputs, path } of casts) expect(made.get(inputs[0] ?? -1)?.kernel, path).not.toBe("cast");
  });

  it("takes about half the memory where maps are most of it", () => {
    const large = (each: Precision): number => {
      const backbone = {
        name: "net",
        input: [32, 32, 3],
        layers: [conv({ kernel: 3, filters: 16 }), bn(), relu(), globalpool(), dense({ features: 4 })],
        at,
      } as const;
      return peakBytes(optimize(trainingStep(trainingOf({ backbone, batch: 8, precision: each }), classes)));
    };
    expect(large("bfloat16") / large("float32")).toBeGreaterThan(0.5);
    expect(large("bfloat16") / large("float32")).toBeLessThan(0.6);
  });

  it("is another step than that in float32, which has no bfloat16 at all", () => {
    const long = trainingStep(trainingOf(), classes);
    expect(long.values.some(({ dtype }) => dtype === "bfloat16")).toBe(false);
    expect(long.nodes.some(({ kernel }) => kernel === "cast")).toBe(false);
    expect(long).not.toEqual(short);
  });

  it("embeds in the same arithmetic, and gives float32", () => {
    const step = embeddingStep(trainingOf().backbone, 2, "bfloat16");
    expect(typeOf(step, step.outputs.embeddings ?? -1)).toBe("float32");
    const product = step.nodes.find(({ kernel }) => kernel === "matmul");
    expect(typeOf(step, product?.outputs[0] ?? -1)).toBe("bfloat16");
  });
});

describe("casts", () => {
  const recorded = (): { readonly recorder: ReturnType<typeof createRecorder>; readonly v: Value } => {
    const recorder = createRecorder();
    return { recorder, v: recorder.feed("images", [2, 3], "float32", ["sample", "feature"]) };
  };

  it("come back to the value itself from bfloat16 by float32, not from float32 by bfloat16", () => {
    const { recorder, v } = recorded();
    const narrow = recorder.cast(v, "bfloat16");
    const wide = recorder.cast(narrow, "float32");
    expect(recorder.cast(v, "float32").ref).toBe(v.ref);
    expect(wide.ref).not.toBe(v.ref);
    expect(recorder.cast({ ...wide, axes: ["class", "feature"] }, "bfloat16")).toMatchObject({
      ref: narrow.ref,
      axes: ["class", "feature"],
    });
  });

  it("give back a gradient in the type of what they were made of", () => {
    const { recorder, v } = recorded();
    const narrow = recorder.cast(v, "bfloat16");
    const seed = { value: narrow, gradient: recorder.cast(v, "bfloat16") };
    const [back] = transpose(recorder, [seed], [v]);
    expect(back).toMatchObject({ dtype: "float32", axes: ["sample", "feature"] });
  });

  it("round to the nearest, to even between two", async () => {
    const given = [1, 1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -20, -3.14, 1e-30, 0, 65535];
    const nearest = [1, 1, 1 + 2 ** -6, 1 + 2 ** -7, -3.140625, rounded(1e-30), 0, 65536];
    expect(given.map(rounded)).toEqual(nearest);
    const tensor = backend.upload(Float32Array.from(given), [8]);
    const [made] = backend.run("cast", [tensor], { dtype: "bfloat16" }, [{ shape: [8], dtype: "bfloat16" }]);
    if (made === undefined) throw new Error("one output");
    const found = await backend.read(made);
    // Splitting breaks ties as it likes.
    given.forEach((value, i) => {
      expect(Math.abs((found[i] ?? Number.NaN) - value)).toBeLessThanOrEqual(precision * Math.abs(value));
    });
    for (const each of [tensor, made]) backend.dispose(each);
  });

  it("are refused where types do not fit", () => {
    const { recorder, v } = recorded();
    const narrow = recorder.cast(v, "bfloat16");
    const product = { transposeA: false, transposeB: true };
    expect(() => recorder.kernel("matmul", [v, narrow], product, [])).toThrow("matmul of float32 and bfloat16");
    recorder.variable({ name: "w", shape: [2, 3], kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", at: null }, [
      "sample",
      "feature",
    ]);
    expect(() => recorder.update("w", narrow)).toThrow("float32");
    expect(() => recorder.cast(v, "int32")).toThrow("cast of float32 to int32");
  });
});

describe("arithmetic in bfloat16", () => {
  /** What one step without clipping, momentum and decay at rate 1 takes from the weights: their gradients. */
  async function gradients(each: Precision): Promise<{ readonly gradients: Map<string, number[]>; readonly loss: number }> {
    const training = trainingOf({ clip: null, optimizer: sgd({ momentum: 0, decay: 0 }), precision: each });
    const step = trainingStep(training, classes);
    const runner = createRunner(step, each === "bfloat16" ? backend : backends.cpu);
    const before = initialValues(step.variables, 1);
    runner.load(before);
    const { loss } = await runner.run({ ...feeds(1), rate: 1 });
    const after = await runner.save();
    runner.dispose();
    const trained = step.variables.filter(({ kind }) => kind === "weight");
    const found = trained.map(
      ({ name }) => [name, Array.from(after.get(name) ?? [], (value, i) => (before.get(name)?.[i] ?? 0) - value)] as const,
    );
    return { gradients: new Map(found), loss: loss?.[0] ?? Number.NaN };
  }

  it("gives the gradients of float32 but for roundings", async () => {
    const [long, rough] = [await gradients("float32"), await gradients("bfloat16")];
    expect(Math.abs(rough.loss - long.loss)).toBeLessThan(4 * precision * long.loss);
    expect(rough.loss).not.toBe(long.loss);
    const norm = (values: readonly number[]): number => Math.hypot(...values);
    for (const [name, expected] of long.gradients) {
      const found = rough.gradients.get(name) ?? [];
      const apart = norm(expected.map((value, i) => value - (found[i] ?? Number.NaN)));
      expect(apart, name).toBeLessThan(4 * precision * norm(expected));
    }
  });

  it("trains along with float32 for some steps, and gives back every tensor", async () => {
    const before = backend.alive();
    const rough = await losses(trainingOf({ precision: "bfloat16" }), backend, 12);
    expect(backend.alive()).toBe(before);
    const long = await losses(trainingOf(), backends.cpu, 12);
    expect(rough).not.toEqual(long);
    rough.forEach((loss, i) => {
      const expected = long[i] ?? Number.NaN;
      expect(Math.abs(loss - expected), `step ${i}`).toBeLessThan(4 * precision * expected);
    });
  });
});

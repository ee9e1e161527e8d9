import { describe, expect, it } from "vitest";
import type { Loss } from "../../../src/runtime/experiment.js";
import { apply, constant, input } from "../../../src/runtime/kernels/pointwise.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { add, maximum, multiply, sum, sumByClass } from "../../../src/runtime/ops/index.js";
import { embeddingStep, lossStep, trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { numbers } from "../differences.js";

import { backends, classes, feeds, lossAt, softmaxLoss, trainingOf } from "./fixture.js";

describe("what a loss owns", () => {
  const owning: Loss<"s" | "k"> = {
    name: "owning",
    formula: "",
    at: lossAt,
    uses: ["x", "y"],
    learned: { s: { axes: [], initial: { kind: "constant", value: 0.5 }, atLeast: 0.4 } },
    states: { k: { axes: ["class", "feature"], initial: 0 } },
    value: ({ x, s }) => ({ perSample: multiply(s, maximum(sum(multiply(x, x), "feature"), 0)) }),
    gradient: ({ x, s, N }) => ({
      x: multiply(multiply(x, s), 2 / N),
      s: multiply(sum(sum(multiply(x, x), "feature"), "sample"), 1 / N),
    }),
    update: ({ x, y, k }) => ({ k: add(k, sumByClass(x, y)) }),
  };

  it("is kept within its bounds, and its states move", async () => {
    const step = trainingStep(trainingOf({ loss: owning, clip: null }), classes);
    expect(step.variables.map(({ name }) => name)).not.toContain("loss/W");
    const runner = createRunner(step, backends.cpu);
    runner.load(initialValues(step.variables, 1));
    await runner.run({ ...feeds(0), rate: 10 });
    const state = await runner.save();
    expect(state.get("loss/s")?.[0]).toBeCloseTo(0.4, 6);
    expect(state.get("loss/k")?.some((value) => value !== 0)).toBe(true);
    runner.dispose();
  });

  it("lossStep gives value and gradients alone, stated or transposed, and changes nothing", async () => {
    const sizes = { N: 4, C: 3, features: 5 };
    const found: Record<string, Float32Array>[] = [];
    for (const derive of [false, true]) {
      const step = lossStep(softmaxLoss, sizes, { derive });
      expect(step.updates).toEqual([]);
      const runner = createRunner(step, backends.wasm);
      runner.load(new Map(step.variables.map(({ name, shape }, i) => [name, Float32Array.from(numbers(sizeOf(shape), i))])));
      found.push(await runner.run({ labels: Int32Array.of(0, 2, 1, 2) }));
      runner.dispose();
    }
    const [stated, transposed] = found;
    expect(Object.keys(stated ?? {}).sort()).toEqual(["gradient/W", "gradient/b", "gradient/x", "loss", "perSample"]);
    for (const [name, values] of Object.entries(stated ?? {})) {
      values.forEach((value, i) => {
        expect(transposed?.[name]?.[i], `${name}[${i}]`).toBeCloseTo(value, 5);
      });
    }
  });
});

describe("embedding", () => {
  it("takes what it needs of a training's state and has no updates", async () => {
    const trained = trainingStep(trainingOf(), classes);
    const step = embeddingStep(trainingOf().backbone, 2);
    expect(step.updates).toEqual([]);
    expect(step.fed.map(({ name }) => name)).toEqual(["images"]);
    const names = new Set(trained.variables.map(({ name }) => name));
    for (const { name } of step.variables) expect(names).toContain(name);
    const runner = createRunner(step, backends.wasm);
    runner.load(initialValues(trained.variables, 3));
    const { embeddings } = await runner.run({ images: Float32Array.from(numbers(2 * 56, 1)) });
    expect(embeddings?.length).toBe(10);
    expect(embeddings?.every(Number.isFinite)).toBe(true);
    runner.dispose();
  });
});

describe("expressions", () => {
  it("are never text from outside: only operations of the table become code", () => {
    const shape = [1];
    const x = backends.cpu.upload(Float32Array.of(1), shape);
    const expression = apply("process.exit", input(0), constant(1));
    expect(() => backends.cpu.run("pointwise", [x], { expression, shape }, [{ shape, dtype: "float32" }])).toThrow(/process.exit/);
    backends.cpu.dispose(x);
  });
});

import { describe, expect, it } from "vitest";
import type { Loss } from "../../../src/runtime/experiment.js";
import { bn, conv, dense, flatten, prelu, residual } from "../../../src/runtime/layers/index.js";
import {
  add,
  divide,
  dot,
  isTarget,
  log,
  logSumExp,
  multiply,
  pick,
  select,
  sin,
  softmax,
  sqrt,
  stop,
  subtract,
  sum,
  withGradient,
} from "../../../src/runtime/ops/index.js";
import { lossStep, trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { erase } from "../../../src/runtime/step/erase.js";
import { fuse, optimize, removeDead } from "../../../src/runtime/step/fuse.js";
import { loops } from "../../../src/runtime/step/loops.js";
import { recompute } from "../../../src/runtime/step/recompute.js";
import { createRecorder, type Value } from "../../../src/runtime/step/record.js";
import { peakBytes, schedule } from "../../../src/runtime/step/schedule.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { evaluateStep } from "../reference.js";

import { backends, classes, givenFor, lossAt, trainingOf } from "./fixture.js";

describe("passes", () => {
  const step = trainingStep(trainingOf(), classes);

  it.each([
    ["erase", erase],
    ["removeDead", removeDead],
    ["fuse", fuse],
    ["optimize", optimize],
    ["recompute", (each: Step) => recompute(erase(each))],
    ["loops", (each: Step) => loops(removeDead(erase(each)))],
  ] as const)("%s keeps outputs and updates", (_name, pass) => {
    const given = givenFor(step);
    const [before, after] = [evaluateStep(step, given), evaluateStep(pass(step), given)];
    for (const ref of [...Object.values(step.outputs), ...step.updates.map(({ value }) => value), step.finite ?? -1]) {
      const [a, b] = [before[ref], after[ref]];
      expect(b?.shape).toEqual(a?.shape);
      a?.data.forEach((value, i) => {
        expect(Math.abs((b?.data[i] ?? Number.NaN) - value)).toBeLessThan(1e-12 * Math.max(1, Math.abs(value)));
      });
    }
  });

  it("fuse merges chains of pointwise nodes", () => {
    const count = (each: Step): number => each.nodes.filter(({ kernel }) => kernel === "pointwise").length;
    expect(count(optimize(step))).toBeLessThan(0.8 * count(removeDead(step)));
    expect(optimize(step).nodes.some(({ kernel }) => kernel === "broadcast")).toBe(false);
  });

  it("loops take in batch norm, activations and sums, and what they keep for the backward pass is less", () => {
    const plain = removeDead(erase(step));
    const looped = loops(plain);
    const kernels = new Set(looped.nodes.map(({ kernel }) => kernel));
    for (const gone of ["pointwise", "batchNorm", "batchNormGradient", "moments", "sumSquares", "broadcast", "constant"]) {
      expect(kernels).not.toContain(gone);
    }
    expect(looped.nodes.length).toBeLessThan(0.6 * plain.nodes.length);
    expect(peakBytes(looped)).toBeLessThan(peakBytes(plain));
    expect(peakBytes(recompute(plain))).toBeLessThanOrEqual(peakBytes(plain));
  });

  it("loops and recompute run every node behind what it reads", () => {
    const unit = [bn(), prelu(), conv({ kernel: 3, filters: 4 })];
    const layers = [conv({ kernel: 3, filters: 4 }), ...unit, residual(unit), flatten(), dense({ features: 5 })];
    const deep = removeDead(erase(trainingStep(trainingOf({ backbone: { name: "deep", input: [8, 7, 1], layers, at: lossAt } }), classes)));
    for (const each of [loops(deep), recompute(deep)]) {
      const made = new Set([...each.fed.map(({ value }) => value), ...each.variables.map(({ value }) => value)]);
      for (const { inputs, outputs, after } of each.nodes) {
        for (const ref of after === undefined ? inputs : [...inputs, after]) expect(made).toContain(ref);
        for (const ref of outputs) made.add(ref);
      }
      // The images alone are read in both passes: all other operands of convolutions are made twice.
      const read = (name: string) => each.nodes.filter(({ kernel }) => kernel === name).map(({ inputs }) => inputs[0]);
      expect(read("conv").filter((ref) => read("convFilterGradient").includes(ref))).toEqual([each.fed[0]?.value]);
      expect(peakBytes(each)).toBeLessThan(peakBytes(deep));
    }
  });

  it("schedule gives every value back once, after its last reader, and nothing that is still needed", () => {
    const fast = optimize(step);
    const frees = schedule(fast);
    const freed = frees.flat();
    expect(new Set(freed).size).toBe(freed.length);
    const kept = new Set([...Object.values(fast.outputs), ...fast.updates.map(({ value }) => value), fast.finite]);
    for (const node of fast.nodes) for (const ref of node.outputs) expect(freed.includes(ref)).toBe(!kept.has(ref));
    fast.nodes.forEach((node, i) => {
      for (const ref of node.inputs) expect(frees.slice(0, i).flat()).not.toContain(ref);
    });
  });

  it("peakBytes counts what lives at once, a reshape once", () => {
    const recorder = createRecorder();
    const x = recorder.feed("images", [4, 4], "float32", ["sample", "feature"]); // 64 bytes
    const [flat] = recorder.kernel("reshape", [x], { shape: [16] }, [["class"]]);
    if (flat === undefined) throw new Error("one output");
    const [total] = recorder.kernel("reduceSum", [add(flat, 1)], { axes: [0] }, [[]]);
    if (total === undefined) throw new Error("one output");
    recorder.output("loss", add(total, add(total, 2)));
    expect(peakBytes(recorder.step())).toBe(64 + 64 + 4);
    expect(peakBytes(optimize(step))).toBeLessThanOrEqual(peakBytes(step));
  });

  it("recording is the same twice, and equal nodes are recorded once", () => {
    expect(trainingStep(trainingOf(), classes)).toEqual(step);
    const recorder = createRecorder();
    const x = recorder.feed("images", [2, 3], "float32", ["sample", "feature"]);
    expect(add(x, 1).ref).toBe(add(x, 1).ref);
    expect(add(x, 1).ref).not.toBe(add(x, 2).ref);
    expect(multiply(x, -0).ref).not.toBe(multiply(x, 0).ref);
  });
});

describe("stop and withGradient", () => {
  const sizes = { N: 6, C: 4, features: 5 };
  /** A weighted loss whose value says what its gradient is, or, with `bare`, does not. */
  const weighted = (bare: boolean): Loss => {
    const held = (v: Value): Value => (bare ? v : stop(v));
    const weight = (x: Value): Value => divide(add(sum(multiply(x, x), "feature"), 1), 2);
    const bent = (z: Value): Value => (bare ? sin(z) : withGradient(sin(z), z));
    return {
      name: "weighted",
      formula: "",
      at: lossAt,
      uses: ["x", "y", "W"],
      value: ({ x, y, W }) => {
        const z = bent(dot(x, W, "feature"));
        const weights = held(weight(x));
        return { perSample: multiply(weights, subtract(logSumExp(z, "class"), pick(z, y))), weights };
      },
      gradient: ({ x, y, W, N }) => {
        const p = softmax(sin(dot(x, W, "feature")), "class");
        const dz = multiply(multiply(weight(x), 1 / N), select(isTarget(y), subtract(p, 1), p));
        return { x: dot(dz, W, "class"), W: dot(dz, x, "sample") };
      },
    };
  };
  const shapeOf = (step: Step) => step.nodes.map(({ kernel, attributes }) => [kernel, attributes]);

  it("hand their first operand on exactly, whatever the other is", async () => {
    const recorder = createRecorder();
    const a = recorder.feed("rate", [2], "float32", ["sample"]);
    const b = recorder.feed("epoch", [3], "float32", ["class"]);
    recorder.output("wide", withGradient(a, b));
    recorder.output("number", withGradient(7, log(b)));
    recorder.output("stopped", stop(a));
    const given = { rate: Float64Array.of(0.1, -3), epoch: Float64Array.of(-1, 0, 1) };
    for (const step of [recorder.step(), optimize(recorder.step())]) {
      const values = evaluateStep(step, given);
      const found = (name: string) => [...(values[step.outputs[name] ?? -1]?.data ?? [])];
      expect(found("wide")).toEqual([0.1, 0.1, 0.1, -3, -3, -3]);
      expect(found("number")).toEqual([7, 7, 7]);
      expect(found("stopped")).toEqual([0.1, -3]);
    }
    for (const backend of Object.values(backends)) {
      const runner = createRunner(recorder.step(), backend);
      const { wide, number } = await runner.run({ rate: Float32Array.of(2, -3), epoch: Float32Array.of(-1, 0, 1) });
      expect([...(wide ?? []), ...(number ?? [])]).toEqual([2, 2, 2, -3, -3, -3, 7, 7, 7]);
      runner.dispose();
    }
  });

  it("let the transposed value have the stated gradient", () => {
    const [stated, derived] = [false, true].map((derive) => lossStep(weighted(false), sizes, { derive }));
    if (stated === undefined || derived === undefined) throw new Error("two steps");
    const [wanted, found] = [stated, derived].map((step) => ({ step, values: evaluateStep(step, givenFor(step)) }));
    for (const name of ["gradient/x", "gradient/W"]) {
      const expected = wanted?.values[stated.outputs[name] ?? -1];
      expect(expected?.data.some((v) => Math.abs(v) > 1e-3)).toBe(true);
      expected?.data.forEach((v, i) => {
        expect(found?.values[derived.outputs[name] ?? -1]?.data[i]).toBeCloseTo(v, 12);
      });
    }
  });

  it("leave nothing behind: the step that runs is that of the loss without them", () => {
    const [marked, bare] = [weighted(false), weighted(true)].map((loss) => optimize(trainingStep(trainingOf({ loss }), classes)));
    if (marked === undefined || bare === undefined) throw new Error("two steps");
    expect(shapeOf(marked)).toEqual(shapeOf(bare));
    expect(peakBytes(marked)).toBe(peakBytes(bare));
    expect(shapeOf(optimize(lossStep(weighted(false), sizes)))).toEqual(shapeOf(optimize(lossStep(weighted(true), sizes))));
  });

  it.each(Object.entries(backends))("may be outputs and updates, and leak nothing on %s", async (_name, backend) => {
    const recorder = createRecorder();
    const x = recorder.feed("images", [2], "float32", ["sample"]);
    const made = { shape: [2], kind: "state", initial: { kind: "constant", value: 0 }, group: "learned", at: null } as const;
    const [a, b, c] = ["a", "b", "c"].map((name) => recorder.variable({ ...made, name }, ["sample"]));
    if (a === undefined || b === undefined || c === undefined) throw new Error("three variables");
    const next = add(a, x);
    recorder.update("a", stop(next)); // a and b become one value, c the old a
    recorder.update("b", withGradient(next, x));
    recorder.update("c", stop(a));
    recorder.output("fed", stop(x));
    recorder.output("kept", stop(c));
    recorder.output("next", next);
    const empty = backend.alive();
    const runner = createRunner(recorder.step(), backend);
    runner.load(new Map(["a", "b", "c"].map((name, i) => [name, Float32Array.of(i, 10 * i)])));
    let before = Number.NaN;
    for (let i = 0; i < 4; i++) {
      const { fed, kept, next: after } = await runner.run({ images: Float32Array.of(1, 2) });
      expect([fed, kept, after].map((each) => [...(each ?? [])])).toEqual([
        [1, 2],
        i === 0 ? [2, 20] : [i - 1, 2 * (i - 1)],
        [i + 1, 2 * (i + 1)],
      ]);
      // From the first step on, a and b share their entries.
      if (i === 0) before = backend.alive();
      expect(backend.alive()).toBe(before);
    }
    const state = await runner.save();
    expect(["a", "b", "c"].map((name) => [...(state.get(name) ?? [])])).toEqual([
      [4, 8],
      [4, 8],
      [3, 6],
    ]);
    runner.dispose();
    expect(backend.alive()).toBe(empty);
  });

  it("do not count where a step is not finite: of g nothing is computed", async () => {
    const recorder = createRecorder();
    const x = recorder.feed("images", [2], "float32", ["sample"]);
    const [total] = recorder.kernel("reduceSum", [withGradient(sqrt(x), log(multiply(x, 0)))], { axes: [0] }, [[]]);
    if (total === undefined) throw new Error("one output");
    recorder.output("loss", total);
    recorder.finite(total);
    const runner = createRunner(recorder.step(), backends.wasm);
    const { loss } = await runner.run({ images: Float32Array.of(4, 9) });
    expect([...(loss ?? [])]).toEqual([5]);
    await expect(runner.run({ images: Float32Array.of(-4, 9) })).rejects.toThrow(/pointwise/);
    runner.dispose();
  });
});

describe("the recorder", () => {
  it("joins axes by name, whatever their order", async () => {
    const recorder = createRecorder();
    const a = recorder.feed("images", [2, 3], "float32", ["sample", "feature"]);
    const [turned] = recorder.kernel("transpose", [a], { permutation: [1, 0] }, [["feature", "sample"]]);
    if (turned === undefined) throw new Error("one output");
    recorder.output("twice", add(a, turned));
    const row = recorder.feed("rate", [2], "float32", ["sample"]);
    recorder.output("moved", add(a, row));
    const runner = createRunner(recorder.step(), backends.cpu);
    const { twice, moved } = await runner.run({ images: Float32Array.of(1, 2, 3, 4, 5, 6), rate: Float32Array.of(10, 20) });
    expect([...(twice ?? [])]).toEqual([2, 4, 6, 8, 10, 12]);
    expect([...(moved ?? [])]).toEqual([11, 12, 13, 24, 25, 26]);
  });

  it("refuses what cannot be: other sizes under one name, two updates, an unknown kernel", () => {
    const recorder = createRecorder();
    const a = recorder.feed("images", [2], "float32", ["sample"]);
    const b = recorder.feed("rate", [3], "float32", ["sample"]);
    expect(() => add(a, b)).toThrow(/sample/);
    expect(() => recorder.kernel("nothing", [a], {}, [])).toThrow(/nothing/);
    expect(() => recorder.update("nothing", a)).toThrow(/nothing/);
  });
});

import { describe, expect, it } from "vitest";
import { add, multiply } from "../../../src/runtime/ops/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { fuse, optimize, removeDead } from "../../../src/runtime/step/fuse.js";
import { createRunner } from "../../../src/runtime/step/interpret.js";
import { createRecorder } from "../../../src/runtime/step/record.js";
import { peakBytes, schedule } from "../../../src/runtime/step/schedule.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { evaluateStep } from "../reference.js";

import { backends, classes, givenFor, trainingOf } from "./fixture.js";

describe("passes", () => {
  const step = trainingStep(trainingOf(), classes);

  it.each([
    ["removeDead", removeDead],
    ["fuse", fuse],
    ["optimize", optimize],
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

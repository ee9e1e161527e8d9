import { describe, expect, it } from "vitest";
import { sgd } from "../../../src/runtime/declare.js";
import { openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { evaluateStep } from "../reference.js";

import { backends, classes, feeds, givenFor, losses, trainingOf } from "./fixture.js";

describe("training", () => {
  it("20 steps agree to 4 digits between cpu and wasm, and the loss falls", async () => {
    const [cpu, wasm] = [await losses(trainingOf(), backends.cpu, 20), await losses(trainingOf(), backends.wasm, 20)];
    cpu.forEach((loss, i) => {
      expect(Math.abs((wasm[i] ?? Number.NaN) - loss), `step ${i}: ${loss} and ${wasm[i]}`).toBeLessThan(1e-4 * loss);
    });
  });

  it("20 steps agree to 4 digits on wasm with and without vectors", async () => {
    const scalar = await openBackend("wasm", { vectors: false });
    expect(scalar.library).not.toBe(backends.wasm.library);
    const [plain, vectors] = [await losses(trainingOf(), scalar, 20), await losses(trainingOf(), backends.wasm, 20)];
    plain.forEach((loss, i) => {
      expect(Math.abs((vectors[i] ?? Number.NaN) - loss), `step ${i}`).toBeLessThan(1e-4 * loss);
    });
  });

  it("is the same bits twice", async () => {
    expect(await losses(trainingOf(), backends.wasm, 5)).toEqual(await losses(trainingOf(), backends.wasm, 5));
  });

  it("goes on from saved variables as if nothing had happened", async () => {
    const step = trainingStep(trainingOf(), classes);
    const whole = createRunner(step, backends.wasm);
    whole.load(initialValues(step.variables, 1));
    for (let i = 0; i < 5; i++) await whole.run(feeds(i));
    const first = createRunner(step, backends.wasm);
    first.load(initialValues(step.variables, 1));
    for (let i = 0; i < 3; i++) await first.run(feeds(i));
    const second = createRunner(step, backends.wasm);
    second.load(await first.save());
    first.dispose();
    for (let i = 3; i < 5; i++) await second.run(feeds(i));
    expect(await second.save()).toEqual(await whole.save());
    for (const runner of [whole, second]) runner.dispose();
  });

  it("leaks no tensor in 200 steps", async () => {
    for (const backend of [backends.wasm, backends.cpu]) {
      const step = trainingStep(trainingOf(), classes);
      const before = backend.alive();
      const runner = createRunner(step, backend);
      runner.load(initialValues(step.variables, 1));
      const loaded = backend.alive();
      expect(loaded).toBe(before + step.variables.length);
      for (let i = 0; i < 200; i++) {
        await runner.run(feeds(i % 10));
        expect(backend.alive()).toBe(loaded);
      }
      runner.load(await runner.save());
      expect(backend.alive()).toBe(loaded);
      runner.dispose();
      expect(backend.alive()).toBe(before);
    }
  });

  it("updates by momentum, decay and clipping as PyTorch's SGD does", async () => {
    const training = trainingOf();
    const step = trainingStep(training, classes);
    const given = Object.fromEntries(Object.entries(givenFor(step)).map(([name, data]) => [name, Float64Array.from(data, Math.fround)]));
    const values = evaluateStep(step, given);
    const norm = values[step.outputs.gradientNorm ?? -1]?.data[0] ?? Number.NaN;
    expect(norm).toBeGreaterThan(2); // so that clipping does something
    const unclipped = trainingStep(trainingOf({ clip: null, optimizer: sgd({ momentum: 0, decay: 0 }) }), classes);
    const plain = evaluateStep(unclipped, { ...given, rate: Float64Array.of(1) });
    for (const [name, decay] of [
      ["small/conv 1/weight", 1e-3],
      ["small/bn 1/scale", 0],
      ["loss/W", 1e-3],
    ] as const) {
      const next = (of: Step, from: typeof values, variable: string): Float64Array =>
        from[of.updates.find((update) => update.variable === variable)?.value ?? -1]?.data ?? new Float64Array();
      const weight = given[name] ?? new Float64Array();
      const moment = given[`momentum/${name}`] ?? new Float64Array();
      const stepped = next(unclipped, plain, name);
      const [found, foundMoment] = [next(step, values, name), next(step, values, `momentum/${name}`)];
      expect(found.length).toBe(weight.length);
      weight.forEach((w, i) => {
        const gradient = ((w - (stepped[i] ?? 0)) * 2) / norm + decay * w;
        const expected = 0.9 * (moment[i] ?? 0) + gradient;
        expect(foundMoment[i]).toBeCloseTo(expected, 10);
        expect(found[i]).toBeCloseTo(w - (given.rate?.[0] ?? 0) * expected, 10);
      });
    }
  });

  it("looks ahead along the moment with Nesterov's", () => {
    const given = givenFor(trainingStep(trainingOf(), classes));
    const next = (nesterov: "yes" | "no", name: string): Float64Array => {
      const step = trainingStep(trainingOf({ optimizer: sgd({ momentum: 0.8, nesterov }) }), classes);
      return evaluateStep(step, given)[step.updates.find(({ variable }) => variable === name)?.value ?? -1]?.data ?? new Float64Array();
    };
    const [weight, moment, rate] = [given["loss/W"], given["momentum/loss/W"], given.rate?.[0] ?? 0];
    const moved = next("yes", "momentum/loss/W");
    expect(moved).toEqual(next("no", "momentum/loss/W"));
    next("yes", "loss/W").forEach((found, i) => {
      const gradient = (moved[i] ?? 0) - 0.8 * (moment?.[i] ?? 0);
      expect(found).toBeCloseTo((weight?.[i] ?? 0) - rate * (gradient + 0.8 * (moved[i] ?? 0)), 10);
    });
  });

  it("learns by the transposed network what central differences say, through loss, batch norm and pools", () => {
    const step = trainingStep(trainingOf({ clip: null, optimizer: sgd({ momentum: 0 }) }), classes);
    const given: Record<string, Float64Array> = { ...givenFor(step), rate: Float64Array.of(1) };
    const name = "small/conv 1/weight";
    const weight = given[name] ?? new Float64Array();
    const next = evaluateStep(step, given)[step.updates.find(({ variable }) => variable === name)?.value ?? -1]?.data;
    const loss = (i: number, by: number): number => {
      const moved = weight.slice();
      moved[i] = (moved[i] ?? 0) + by;
      return evaluateStep(step, { ...given, [name]: moved })[step.outputs.loss ?? -1]?.data[0] ?? Number.NaN;
    };
    for (const i of [0, 7, 20, 35]) {
      const expected = (loss(i, 1e-5) - loss(i, -1e-5)) / 2e-5;
      expect((weight[i] ?? 0) - (next?.[i] ?? 0)).toBeCloseTo(expected, 6);
    }
  });
});

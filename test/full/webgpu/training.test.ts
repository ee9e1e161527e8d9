import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Loss, Training } from "../../../src/runtime/experiment.js";
import { openWebgpu } from "../../../src/runtime/kernels/webgpu/index.js";
import { conv, dense, flatten } from "../../../src/runtime/layers/index.js";
import { dot, log, pick, subtract } from "../../../src/runtime/ops/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { at, backends, classes, feeds, lossAt, losses, softmaxLoss, trainingOf } from "../../runtime/step/fixture.js";
import { prepareVulkan } from "./vulkan.js";

const missing = prepareVulkan();

if (missing !== null) it.skip(missing);
else {
  const webgpu = await openWebgpu();

  const broken: Loss = {
    ...softmaxLoss,
    name: "broken",
    value: (inputs) => ({ perSample: log(subtract(pick(dot(inputs.x, inputs.W, "feature"), inputs.y), 1e6)) }),
  };

  async function failure(training: Training, fed: ReturnType<typeof feeds>) {
    const step = trainingStep(training, classes);
    const runner = createRunner(step, webgpu);
    runner.load(initialValues(step.variables, 1));
    const [before, alive] = [await runner.save(), webgpu.alive()];
    const error: unknown = await runner.run(fed).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const leaked = webgpu.alive() - alive;
    const after = await runner.save();
    const changed = [...before].some(([name, data]) => data.some((value, i) => !Object.is(value, after.get(name)?.[i])));
    runner.dispose();
    if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
    return { found: error.diagnostics[0], changed, leaked };
  }

  describe("training on webgpu", () => {
    it("20 steps agree with cpu to 4 digits", async () => {
      const [cpu, gpu] = [await losses(trainingOf(), backends.cpu, 20), await losses(trainingOf(), webgpu, 20)];
      cpu.forEach((loss, i) => {
        expect(Math.abs((gpu[i] ?? Number.NaN) - loss), `step ${i}: ${loss} and ${gpu[i]}`).toBeLessThan(1e-4 * loss);
      });
    });

    it("is the same bits twice", async () => {
      expect(await losses(trainingOf(), webgpu, 5)).toEqual(await losses(trainingOf(), webgpu, 5));
    });

    it("goes on from saved variables as if nothing had happened", async () => {
      const step = trainingStep(trainingOf(), classes);
      const whole = createRunner(step, webgpu);
      whole.load(initialValues(step.variables, 1));
      for (let i = 0; i < 4; i++) await whole.run(feeds(i));
      const first = createRunner(step, webgpu);
      first.load(initialValues(step.variables, 1));
      for (let i = 0; i < 2; i++) await first.run(feeds(i));
      const second = createRunner(step, webgpu);
      second.load(await first.save());
      for (let i = 2; i < 4; i++) await second.run(feeds(i));
      expect(await second.save()).toEqual(await whole.save());
      for (const runner of [whole, first, second]) runner.dispose();
    });

    it("keeps no tensor of a step", async () => {
      const step = trainingStep(trainingOf(), classes);
      const before = webgpu.alive();
      const runner = createRunner(step, webgpu);
      runner.load(initialValues(step.variables, 1));
      const loaded = webgpu.alive();
      for (let i = 0; i < 10; i++) {
        await runner.run(feeds(i));
        expect(webgpu.alive()).toBe(loaded);
      }
      runner.dispose();
      expect(webgpu.alive()).toBe(before);
    });
  });

  describe("a step that is not finite on webgpu", () => {
    it("changes nothing and names the tensor and the line of the loss", async () => {
      const { found, changed, leaked } = await failure(trainingOf({ loss: broken }), feeds(4));
      expect({ changed, leaked }).toEqual({ changed: false, leaked: 0 });
      expect(found).toMatchObject({ code: "not-finite", place: lossAt });
      expect(found?.wording.text).toContain("loss broken (pointwise)");
      expect(found?.wording.text).toContain("step 5");
    });

    it("names what is fed when that is not finite", async () => {
      const fed = feeds(1);
      fed.images[3] = Number.NaN;
      const { found, changed } = await failure(trainingOf(), fed);
      expect(changed).toBe(false);
      expect(found?.wording.text).toContain("images");
    });

    it("names the layer whose output overflows", async () => {
      const huge = [conv({ kernel: 3, filters: 2 }, { file: "net.face", line: 30 }), flatten(), dense({ features: 2 })];
      const fed = feeds(1);
      fed.images.fill(3e38);
      const { found, changed } = await failure(trainingOf({ backbone: { name: "huge", input: [8, 7, 1], layers: huge, at } }), fed);
      expect(changed).toBe(false);
      expect(found?.place).toEqual({ file: "net.face", line: 30 });
      expect(found?.wording.text).toContain("huge/conv 1");
    });
  });
}

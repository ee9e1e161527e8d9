import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Loss, Training } from "../../../src/runtime/experiment.js";
import { conv, dense, flatten } from "../../../src/runtime/layers/index.js";
import { dot, log, pick, subtract } from "../../../src/runtime/ops/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { initialValues } from "../../../src/runtime/train/initial.js";

import { at, backends, classes, feeds, lossAt, softmaxLoss, trainingOf } from "./fixture.js";

describe("a step that is not finite", () => {
  const broken: Loss = {
    ...softmaxLoss,
    name: "broken",
    value: (inputs) => ({ perSample: log(subtract(pick(dot(inputs.x, inputs.W, "feature"), inputs.y), 1e6)) }),
  };

  async function failure(
    training: Training,
    fed: ReturnType<typeof feeds>,
  ): Promise<{ error: FaceError; changed: boolean; leaked: number }> {
    const step = trainingStep(training, classes);
    const runner = createRunner(step, backends.wasm);
    runner.load(initialValues(step.variables, 1));
    const [before, alive] = [await runner.save(), backends.wasm.alive()];
    const error: unknown = await runner.run(fed).then(
      () => null,
      (thrown: unknown) => thrown,
    );
    const leaked = backends.wasm.alive() - alive;
    const after = await runner.save();
    const changed = [...before].some(([name, data]) => data.some((value, i) => !Object.is(value, after.get(name)?.[i])));
    runner.dispose();
    if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
    return { error, changed, leaked };
  }

  it("changes nothing and names the tensor and the line of the loss", async () => {
    const { error, changed, leaked } = await failure(trainingOf({ loss: broken }), feeds(4));
    expect({ changed, leaked }).toEqual({ changed: false, leaked: 0 });
    const [found] = error.diagnostics;
    expect(found?.code).toBe("not-finite");
    expect(found?.place).toEqual(lossAt);
    expect(found?.wording.text).toContain("loss broken (pointwise)");
    expect(found?.wording.text).toContain("step 5");
  });

  it("names what is fed when that is not finite", async () => {
    const fed = feeds(1);
    fed.images[3] = Number.NaN;
    const { error, changed } = await failure(trainingOf(), fed);
    expect(changed).toBe(false);
    expect(error.diagnostics[0]?.wording.text).toContain("images");
  });

  it("names the layer whose output overflows", async () => {
    const huge = [conv({ kernel: 3, filters: 2 }, { file: "net.face", line: 30 }), flatten(), dense({ features: 2 })];
    const fed = feeds(1);
    fed.images.fill(3e38);
    const { error, changed } = await failure(trainingOf({ backbone: { name: "huge", input: [8, 7, 1], layers: huge, at } }), fed);
    expect(changed).toBe(false);
    expect(error.diagnostics[0]?.place).toEqual({ file: "net.face", line: 30 });
    expect(error.diagnostics[0]?.wording.text).toContain("huge/conv 1");
  });
});

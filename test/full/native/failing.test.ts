/** Steps that fail on the native library: the state stays to the bit, and the spec line of what failed is named. */
import { expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Loss } from "../../../src/runtime/experiment.js";
import { conv, dense, flatten } from "../../../src/runtime/layers/index.js";
import { dot, log, pick, subtract } from "../../../src/runtime/ops/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import type { Feeds } from "../../../src/runtime/step/runner.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { at, classes, feeds, lossAt, softmaxLoss, trainingOf } from "../../runtime/step/fixture.js";
import { describeNative } from "./native.js";

async function failure(step: Step, fed: Feeds) {
  const backend = await loadBackend("node");
  const runner = createRunner(step, backend);
  runner.load(initialValues(step.variables, 1));
  await runner.run(feeds(0));
  const [before, alive] = [await runner.save(), backend.alive()];
  const error: unknown = await runner.run(fed).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(backend.alive()).toBe(alive);
  expect(await runner.save()).toEqual(before);
  // It goes on as if the failing step had not been.
  const after = await runner.run(feeds(1));
  runner.dispose();
  const untouched = createRunner(step, backend);
  untouched.load(before);
  expect(await untouched.run(feeds(1))).toEqual(after);
  untouched.dispose();
  if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
  return error.diagnostics[0];
}

describeNative("a step that fails on the native library", () => {
  const broken: Loss = {
    ...softmaxLoss,
    name: "broken",
    value: ({ x, y, W }) => ({ perSample: log(subtract(pick(dot(x, W, "feature"), y), subtract(pick(dot(x, W, "feature"), y), 1))) }),
  };

  it("names what is fed when that is not finite", async () => {
    const fed = feeds(1);
    fed.images[3] = Number.NaN;
    const found = await failure(trainingStep(trainingOf(), classes), fed);
    expect(found?.code).toBe("not-finite");
    expect(found?.wording.text).toContain("images");
  });

  it("names the layer whose output overflows", async () => {
    const huge = [conv({ kernel: 3, filters: 2 }, { file: "net.face", line: 30 }), flatten(), dense({ features: 2 })];
    const fed = feeds(1);
    fed.images.fill(3e38);
    const found = await failure(trainingStep(trainingOf({ backbone: { name: "huge", input: [8, 7, 1], layers: huge, at } }), classes), fed);
    expect(found?.code).toBe("not-finite");
    expect(found?.place).toEqual({ file: "net.face", line: 30 });
    expect(found?.wording.text).toContain("huge/conv 1");
  });

  it("names the line of the loss", async () => {
    const step = trainingStep(trainingOf({ loss: broken, clip: null }), classes);
    const fed = feeds(4);
    fed.images.fill(1e20);
    const found = await failure(step, fed);
    expect(found?.code).toBe("not-finite");
    expect(found?.place).not.toBeNull();
  });

  it("puts what the library refuses at the spec line of the node that it names", async () => {
    const fed = feeds(1);
    fed.labels[2] = classes + 7;
    const found = await failure(trainingStep(trainingOf(), classes), fed);
    expect(found?.code).toBe("library-failed");
    expect(found?.place).toEqual(lossAt);
    expect(found?.wording.text).toContain("loss softmax");
  });
});

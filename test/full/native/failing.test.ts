/** Steps that fail on the native library: the state stays to the bit, and the spec line of what failed is named. */
import { expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Loss } from "../../../src/runtime/experiment.js";
import { conv, dense, flatten } from "../../../src/runtime/layers/index.js";
import { dot, log, pick, subtract } from "../../../src/runtime/ops/index.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { createRecorder, type Value } from "../../../src/runtime/step/record.js";
import type { Feeds, Runner } from "../../../src/runtime/step/runner.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { at, classes, feeds, lossAt, small, softmaxLoss, trainingOf } from "../../runtime/step/fixture.js";
import { describeNative } from "./native.js";

async function failure(step: Step, fed: Feeds, begins = true) {
  const backend = await loadBackend("node");
  const runner = createRunner(step, backend);
  runner.load(initialValues(step.variables, 1));
  if (begins) await runner.run(feeds(0));
  const [before, alive] = [await runner.save(), backend.alive()];
  const error: unknown = await runner.run(fed).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(backend.alive()).toBe(alive);
  expect(await runner.save()).toEqual(before);
  if (begins) await goesOn(runner, step, before);
  runner.dispose();
  if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
  return error.diagnostics[0];
}

/** The runner's next step is that of one which never failed. */
async function goesOn(runner: Runner, step: Step, state: ReadonlyMap<string, Float32Array>): Promise<void> {
  const untouched = createRunner(step, await loadBackend("node"));
  untouched.load(state);
  expect(await runner.run(feeds(1))).toEqual(await untouched.run(feeds(1)));
  expect(await runner.save()).toEqual(await untouched.save());
  untouched.dispose();
}

describeNative("a step that fails on the native library", () => {
  const broken: Loss = {
    ...softmaxLoss,
    name: "broken",
    value: ({ x, y, W }) => ({ perSample: log(subtract(pick(dot(x, W, "feature"), y), 1e6)) }),
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
    const found = await failure(step, feeds(4), false);
    expect(found?.code).toBe("not-finite");
    expect(found?.place).toEqual(lossAt);
    expect(found?.wording.text).toContain("loss broken");
  });

  it.each([
    ["one operation", small.filter(({ kind }) => kind !== "maxpool" && kind !== "dropout")],
    ["many", small],
  ])("names the line of the loss where a label is no class, in a step of %s", async (_of, layers) => {
    const fed = feeds(1);
    fed.labels[2] = classes;
    const found = await failure(trainingStep(trainingOf({ backbone: { name: "small", input: [8, 7, 1], layers, at } }), classes), fed);
    expect(found?.place).toEqual(lossAt);
  });

  it("says at the spec line of the layer that the memory does not suffice", async () => {
    const recorder = createRecorder();
    const x = recorder.feed("images", [6, 56], "float32", ["sample", "feature"]);
    const shape = [4, 4];
    recorder.variable({ name: "w", shape, kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", at: null }, [
      "row",
      "column",
    ]);
    const sum = recorder.within("huge/conv 3", { file: "net.face", line: 31 }, () => {
      // 4 TB.
      const large = first(recorder.kernel("broadcast", [x], { shape: [3_000_000_000, 6, 56] }, [["copy", "sample", "feature"]]));
      return first(recorder.kernel("reduceMax", [large], { axes: [0, 1, 2] }, [[]]));
    });
    recorder.output("loss", sum);
    recorder.finite(sum);
    recorder.update("w", first(recorder.kernel("broadcast", [sum], { shape }, [["row", "column"]])));
    const step = recorder.step();
    const runner = createRunner(step, await loadBackend("node"));
    const before = new Map([["w", Float32Array.from({ length: 16 }, (_, i) => i)]]);
    runner.load(before);
    const error: unknown = await runner.run({ images: feeds(0).images }).catch((thrown: unknown) => thrown);
    if (!(error instanceof FaceError)) throw new Error(`a FaceError was expected, not ${error}`);
    expect(error.diagnostics[0]?.code).toBe("out-of-memory");
    expect(error.diagnostics[0]?.place).toEqual({ file: "net.face", line: 31 });
    expect(error.diagnostics[0]?.wording.text).toContain("huge/conv 3");
    expect(await runner.save()).toEqual(before);
    runner.dispose();
  });
});

function first(values: readonly Value[]): Value {
  const [value] = values;
  if (value === undefined) throw new Error("the kernel has no output");
  return value;
}

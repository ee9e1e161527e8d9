/** Thousands of steps: memory stays where it was. */
import { expect, it } from "vitest";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { classes, feeds, trainingOf } from "../../runtime/step/fixture.js";
import { describeNative } from "./native.js";

describeNative("2,000 steps on the native library", () => {
  it("leave the resident memory within 5 % of that after 200", { timeout: 300_000 }, async () => {
    const step = trainingStep(trainingOf(), classes);
    const runner = createRunner(step, await loadBackend("node"));
    runner.load(initialValues(step.variables, 1));
    let early = 0;
    for (let i = 0; i < 2000; i++) {
      await runner.run(feeds(i));
      if (i % 100 === 0) await runner.save();
      if (i === 200) early = process.memoryUsage.rss();
    }
    expect(process.memoryUsage.rss()).toBeLessThan(1.05 * early);
    runner.dispose();
  });
});

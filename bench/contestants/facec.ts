/** Our side: the training of a compiled spec, as one step after another on a backend. `node facec.js TASK.json` */
import { sizeOf } from "../../src/runtime/kernels/shapes.js";
import { parseOptions } from "../../src/runtime/options.js";
import { trainingStep } from "../../src/runtime/step/build.js";
import { createRunner } from "../../src/runtime/step/create.js";
import { stepKey } from "../../src/runtime/step/draw.js";
import { chosenBackend, loadBackend } from "../../src/runtime/train/backend.js";
import { initialValues } from "../../src/runtime/train/initial.js";
import { givenTraining } from "./runtime.js";
import { readTask, serve } from "./serve.js";

const task = readTask();
await import(task.program);
const training = givenTraining();
const chosen = chosenBackend(parseOptions(["--backend", task.backend, "--threads", String(task.threads)], "."));
const backend = await loadBackend(chosen.name, chosen.threads);
const step = trainingStep(training, task.classes);
const runner = createRunner(step, backend, { eager: task.eager });
runner.load(initialValues(step.variables, 1));
const trained = step.variables.filter(({ kind }) => kind === "weight" || kind === "learned");
const parameters = trained.reduce((sum, { shape }) => sum + sizeOf(shape), 0);

await serve(task, { parameters, library: backend.library, threads: backend.threads }, async ({ images, labels }, done) => {
  const feeds = { images, labels, rate: task.rate, epoch: 0, step: done, progress: 0, key: stepKey(1, done) };
  const { loss } = await runner.run(feeds);
  return loss?.[0] ?? Number.NaN;
});
process.exit(0);

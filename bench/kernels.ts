/**
 * Where the time of a step goes when it is run kernel by kernel: milliseconds of each kernel of a training of bench/specs.
 *
 *     npx tsx bench/kernels.ts quickstart.face quickstart [backend = wasm] [steps = 20]
 */
import type { Backend } from "../src/runtime/kernels/kernel.js";
import { parseOptions } from "../src/runtime/options.js";
import { stream } from "../src/runtime/random.js";
import { trainingStep } from "../src/runtime/step/build.js";
import { createRunner } from "../src/runtime/step/create.js";
import { stepKey } from "../src/runtime/step/draw.js";
import { chosenBackend, loadBackend } from "../src/runtime/train/backend.js";
import { initialValues } from "../src/runtime/train/initial.js";
import { bundled } from "./measure/bundle.js";
import { classesOf, prepareWork } from "./measure/work.js";

/** Steps before anything is timed. */
const warm = 3;

function timed(backend: Backend, times: Map<string, number>): Backend {
  return {
    ...backend,
    name: backend.name,
    pointwise: backend.pointwise,
    bfloat16: backend.bfloat16,
    capture: null,
    upload: (data, shape) => backend.upload(data, shape),
    read: (tensor) => backend.read(tensor),
    dispose: (tensor) => backend.dispose(tensor),
    alive: () => backend.alive(),
    run(kernel, inputs, attributes, outputs) {
      const start = performance.now();
      const made = backend.run(kernel, inputs, attributes, outputs);
      times.set(kernel, (times.get(kernel) ?? 0) + performance.now() - start);
      return made;
    },
  };
}

const [, , spec = "quickstart.face", train = "quickstart", name = "wasm", stepsText = "20"] = process.argv;
const steps = Number(stepsText);
const bundle = await bundled();
process.on("exit", () => bundle.remove());
const { training, remove } = await prepareWork(spec, train, "", bundle);
remove();
const chosen = chosenBackend(parseOptions(["--backend", name], "."));
const backend = await loadBackend(chosen.name, chosen.threads);
const { batch } = training;
const classes = classesOf(training);
const step = trainingStep(training, classes);
const times = new Map<string, number>();
const runner = createRunner(step, timed(backend, times), { eager: true });
runner.load(initialValues(step.variables, 1));
const random = stream(1, "bench");
const pixels = batch * training.backbone.input.reduce((product, entries) => product * entries, 1);
const images = Float32Array.from({ length: pixels }, () => random.normal());
const labels = Int32Array.from({ length: batch }, () => random.integer(classes));
let start = performance.now();
let used = process.cpuUsage();
for (let i = 0; i < steps + warm; i++) {
  if (i === warm) {
    times.clear();
    start = performance.now();
    used = process.cpuUsage();
  }
  await runner.run({ images, labels, rate: 0.01, epoch: 0, step: i, progress: 0, key: stepKey(1, i) });
}
const each = (performance.now() - start) / steps;
const { user, system } = process.cpuUsage(used);
const busy = (user + system) / 1000 / steps;
console.log(`${train} of ${spec} on ${backend.library}, batch ${batch}: ${each.toFixed(1)} ms a step, ${busy.toFixed(1)} ms of processor`);
for (const [kernel, ms] of [...times].sort((a, b) => b[1] - a[1])) console.log(`  ${kernel.padEnd(20)} ${(ms / steps).toFixed(2)} ms`);
runner.dispose();
process.exit();

/** Speed of training steps: milliseconds by kernel and images a second. `npx tsx bench/step.ts [wasm|cpu]`. */
import type { Backend } from "../src/runtime/kernels/kernel.js";
import { openBackend } from "../src/runtime/kernels/portable/index.js";
import { stream } from "../src/runtime/random.js";
import { trainingStep } from "../src/runtime/step/build.js";
import { createRunner } from "../src/runtime/step/create.js";
import { stepKey } from "../src/runtime/step/draw.js";
import { initialValues } from "../src/runtime/train/initial.js";
import { smallResidual, smallStrided, tiny, trainingOf } from "./nets.js";

const steps = Number(process.argv[3] ?? 20);

function timed(backend: Backend, times: Map<string, number>): Backend {
  return {
    ...backend,
    name: backend.name,
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

const backend = await openBackend(process.argv[2] === "cpu" ? "cpu" : "wasm");
for (const [title, input, layers] of [
  ["quickstart's Tiny on 32x32x3", [32, 32, 3], tiny()],
  ["residual 16-32-64 on 32x32x1", [32, 32, 1], smallResidual()],
  ["strided 16-32-64 on 56x46x1", [56, 46, 1], smallStrided()],
] as const) {
  const batch = 32;
  const step = trainingStep(trainingOf(input, layers, batch), 26);
  const times = new Map<string, number>();
  const runner = createRunner(step, timed(backend, times));
  runner.load(initialValues(step.variables, 1));
  const random = stream(1, "bench");
  const images = Float32Array.from({ length: batch * input[0] * input[1] * input[2] }, () => random.normal());
  const labels = Int32Array.from({ length: batch }, () => random.integer(26));
  const losses: number[] = [];
  let start = performance.now();
  let used = process.cpuUsage();
  for (let i = 0; i < steps + 3; i++) {
    if (i === 3) {
      times.clear();
      start = performance.now();
      used = process.cpuUsage();
    }
    const { loss } = await runner.run({ images, labels, rate: 0.05, epoch: 0, step: i, progress: 0, key: stepKey(1, i) });
    losses.push(loss?.[0] ?? Number.NaN);
  }
  const each = (performance.now() - start) / steps;
  const { user, system } = process.cpuUsage(used);
  const busy = (user + system) / 1000 / steps; // what a machine of its own would take, at most
  console.log(
    `${title}: ${each.toFixed(1)} ms a step of ${batch}, ${((1000 * batch) / each).toFixed(0)} images/s on ${backend.library} (${busy.toFixed(1)} ms of processor, ${((1000 * batch) / busy).toFixed(0)} images/s)`,
  );
  console.log(
    `  losses ${losses
      .slice(0, 4)
      .map((loss) => loss.toFixed(4))
      .join(" ")} ... ${losses.at(-1)?.toFixed(4)}`,
  );
  for (const [kernel, ms] of [...times].sort((a, b) => b[1] - a[1])) console.log(`  ${kernel.padEnd(20)} ${(ms / steps).toFixed(2)} ms`);
  runner.dispose();
}

/** Whole steps on the native library: as one graph and kernel by kernel they are the same bits, and near those of the other backends. */
import { expect, it } from "vitest";
import { sgd } from "../../../src/runtime/declare.js";
import type { Layer } from "../../../src/runtime/describe.js";
import type { Loss, Training } from "../../../src/runtime/experiment.js";
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { loadBinding } from "../../../src/runtime/kernels/native/binding.js";
import { NativeBackend } from "../../../src/runtime/kernels/native/eager.js";
import { installed } from "../../../src/runtime/kernels/native/installed.js";
import { loweringsFor } from "../../../src/runtime/kernels/native/lowerings.js";
import { stepGraph } from "../../../src/runtime/kernels/native/step-graph.js";
import {
  avgpool,
  bn,
  conv,
  dense,
  dropout,
  flatten,
  globalpool,
  maxpool,
  prelu,
  relu,
  residual,
} from "../../../src/runtime/layers/index.js";
import {
  add,
  arccos,
  cos,
  divide,
  dot,
  exp,
  isTarget,
  log,
  maximum,
  multiply,
  norm,
  pick,
  select,
  sum,
  sumByClass,
} from "../../../src/runtime/ops/index.js";
import { embeddingStep, trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { prepared } from "../../../src/runtime/step/prepared.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { chosenBackend, loadBackend } from "../../../src/runtime/train/backend.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { at, backends, classes, feeds, losses, trainingOf } from "../../runtime/step/fixture.js";
import { describeNative, isInstalled } from "./native.js";

const native: Backend | null = isInstalled ? await loadBackend("node") : null;

function opened(): Backend {
  if (native === null) throw new Error("the native library is not installed");
  return native;
}

/** The library without our own operations, as a GPU has it: each part of a formula is an operation that it could rewrite. */
function withoutLoops(): Backend {
  const found = installed("cpu");
  if (!found.ok) throw new Error(found.why);
  return new NativeBackend("node", "", 1, loadBinding(found.binding), loweringsFor("cpu"), "operations");
}

/** Losses of the steps and all variables after them. */
async function trained(step: Step, steps: number, eager: boolean, backend = opened()) {
  const runner = createRunner(step, backend, { eager });
  runner.load(initialValues(step.variables, 1));
  const outputs: Record<string, Float32Array>[] = [];
  for (let i = 0; i < steps; i++) outputs.push(await runner.run(feeds(i)));
  const state = await runner.save();
  runner.dispose();
  return { outputs, state };
}

/** A cosine margin on normalised vectors, with a state and a learned factor: the operations that margin losses consist of. */
const margin: Loss<"s" | "t" | "centers"> = {
  name: "margin",
  formula: "s * cos(arccos(c) + m)",
  at: { file: "net.face", line: 20 },
  uses: ["x", "y", "W"],
  learned: { s: { axes: [], initial: { kind: "constant", value: 8 }, atLeast: 1, atMost: 64 } },
  states: { t: { axes: [], initial: 0 }, centers: { axes: ["class", "feature"], initial: 0.1 } },
  value: ({ x, y, W, s, t, centers }) => {
    const cosine = divide(dot(x, W, "feature"), multiply(norm(x, "feature"), norm(W, "feature")));
    const angle = arccos(maximum(multiply(cosine, 0.999), -0.999));
    const z = multiply(s, select(isTarget(y), cos(add(angle, 0.3)), add(cosine, multiply(t, 0.1))));
    const shares = divide(exp(z), sum(exp(z), "class"));
    const pull = sum(multiply(centers, centers), "feature");
    return { perSample: add(multiply(-1, log(pick(shares, y))), multiply(1e-3, pick(pull, y))) };
  },
  gradient: ({ x, y, W, N }) => {
    const z = dot(x, W, "feature");
    const dz = divide(add(divide(exp(z), sum(exp(z), "class")), multiply(-1, isTarget(y))), N);
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), s: divide(sum(sum(dz, "class"), "sample"), N) };
  },
  update: ({ x, y, t, centers }) => ({ t: add(multiply(t, 0.9), 0.1), centers: add(multiply(centers, 0.5), sumByClass(x, y)) }),
};

const pools: readonly Layer[] = [
  conv({ kernel: 3, filters: 8 }, at),
  bn({}, at),
  relu({}, at),
  avgpool({}, at),
  residual([conv({ kernel: 3, filters: 8 }), bn(), prelu()], at),
  conv({ kernel: 1, filters: 12 }, at),
  maxpool({}, at),
  globalpool({}, at),
  dense({ features: 5 }, at),
];

const flat: readonly Layer[] = [flatten(), dense({ features: 16 }), relu(), dropout({ rate: 0.5 }), dense({ features: 5 })];

/** What a sequence can do alone: the step is one operation of our own. */
const smallWork: readonly Layer[] = [
  conv({ kernel: 3, filters: 8 }, at),
  bn({}, at),
  prelu({}, at),
  residual([conv({ kernel: 3, filters: 20, stride: 2 }), bn(), prelu(), conv({ kernel: 3, filters: 20 }), bn()], at),
  flatten(),
  dense({ features: 5 }, at),
  bn({}, at),
];

const backbone = (name: string, layers: readonly Layer[]) => ({ name, input: [8, 7, 1] as const, layers, at });

const trainings: Readonly<Record<string, Training>> = {
  "conv, bn, prelu, max pool, residual, dropout, clipping": trainingOf(),
  "a margin loss with states and a learned factor": trainingOf({ loss: margin }),
  "average and global pools, relu, no clipping": trainingOf({ backbone: backbone("pools", pools), clip: null }),
  "dense layers and dropout, Nesterov": trainingOf({
    backbone: backbone("flat", flat),
    optimizer: sgd({ momentum: 0.8, nesterov: "yes", decay: 5e-4 }),
  }),
  "small work alone": trainingOf({ backbone: backbone("small work", smallWork) }),
  "a margin loss with states on small work": trainingOf({
    backbone: backbone("small work", smallWork),
    loss: margin,
  }),
  "precision bfloat16": trainingOf({ precision: "bfloat16" }),
  "no momentum, no decay": trainingOf({ optimizer: sgd({ momentum: 0, decay: 0 }) }),
};

describeNative("a training step on the native library", () => {
  it.each(Object.keys(trainings))("is the same bits as a graph and kernel by kernel: %s", async (name) => {
    const training = trainings[name] ?? trainingOf();
    const step = trainingStep(training, classes);
    const [graph, eager] = [await trained(step, 6, false), await trained(step, 6, true)];
    expect(graph.outputs).toEqual(eager.outputs);
    expect(graph.state).toEqual(eager.state);
    expect(new Set(graph.outputs.map(({ loss }) => loss?.[0])).size).toBe(6);
  });

  it.each(Object.keys(trainings))("is the same bits as a graph and operation by operation: %s", async (name) => {
    const step = trainingStep(trainings[name] ?? trainingOf(), classes);
    const backend = withoutLoops();
    const [graph, eager] = [await trained(step, 6, false, backend), await trained(step, 6, true, backend)];
    expect(graph).toEqual(eager);
  });

  it("is the same bits as a graph and kernel by kernel: embedding", async () => {
    const step = embeddingStep(trainingOf().backbone, 6);
    const state = initialValues(trainingStep(trainingOf(), classes).variables, 3);
    const found = [];
    for (const eager of [false, true]) {
      const runner = createRunner(step, opened(), { eager });
      runner.load(state);
      found.push(await runner.run({ images: feeds(1).images }));
      runner.dispose();
    }
    expect(found[0]).toEqual(found[1]);
  });

  it.each(["conv, bn, prelu, max pool, residual, dropout, clipping", "average and global pools, relu, no clipping", "small work alone"])(
    "20 steps agree to 4 digits with cpu and wasm: %s",
    async (name) => {
      const training = trainings[name] ?? trainingOf();
      const found = await losses(training, opened(), 20);
      for (const other of [backends.cpu, backends.wasm]) {
        const expected = await losses(training, other, 20);
        expected.forEach((loss, i) => {
          expect(Math.abs((found[i] ?? Number.NaN) - loss), `step ${i}: ${loss} on ${other.name}, ${found[i]} here`).toBeLessThan(
            1e-4 * loss,
          );
        });
      }
    },
  );

  it.each(Object.keys(trainings))("is one operation where small work is all there is: %s", (name) => {
    const step = prepared(trainingStep(trainings[name] ?? trainingOf(), classes), { pointwise: "fused" });
    const ops = stepGraph(step, loweringsFor("cpu", true), true).nodes.map(({ op }) => op);
    const sequences = ops.filter((op) => op === "FacecSequence").length;
    if (name === "small work alone") expect([sequences, ops.includes("FacecLoop")]).toEqual([1, false]);
    else expect(ops).toContain("FacecLoop");
  });

  it("is what is known of it before it is loaded", () => {
    const { name, library, threads } = opened();
    expect({ name, library, threads }).toEqual(chosenBackend({ backend: "node", threads: null }));
  });

  it("goes on from saved variables as if nothing had happened", async () => {
    const step = trainingStep(trainingOf({ loss: margin }), classes);
    const whole = await trained(step, 5, false);
    const [first, second] = [createRunner(step, opened()), createRunner(step, opened())];
    first.load(initialValues(step.variables, 1));
    for (let i = 0; i < 3; i++) await first.run(feeds(i));
    second.load(await first.save());
    for (let i = 3; i < 5; i++) expect(await second.run(feeds(i))).toEqual(whole.outputs[i]);
    expect(await second.save()).toEqual(whole.state);
    for (const runner of [first, second]) runner.dispose();
  });

  it("keeps every bit of what is loaded, the smallest numbers and zeros with a sign included", async () => {
    const step = trainingStep(trainingOf(), classes);
    const odd = Float32Array.of(-0, 1e-45, -1e-40, 3.4e38, Number.NaN, Number.POSITIVE_INFINITY);
    const state = new Map(
      step.variables.map(({ name, shape }) => [
        name,
        Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => odd[i % odd.length] ?? 0),
      ]),
    );
    const runner = createRunner(step, opened());
    runner.load(state);
    expect(await runner.save()).toEqual(state);
    runner.dispose();
  });

  it("leaves as many tensors alive as there were", async () => {
    const backend = opened();
    const before = backend.alive();
    const step = trainingStep(trainingOf(), classes);
    const runner = createRunner(step, backend);
    runner.load(initialValues(step.variables, 1));
    const loaded = backend.alive();
    for (let i = 0; i < 20; i++) await runner.run(feeds(i));
    await runner.save();
    expect(backend.alive()).toBe(loaded);
    runner.dispose();
    expect(backend.alive()).toBe(before);
  });
});

import { except, sgd } from "../../../src/runtime/declare.js";
import type { Layer } from "../../../src/runtime/describe.js";
import type { Loss, Training } from "../../../src/runtime/experiment.js";
import { openBackend } from "../../../src/runtime/kernels/portable/index.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import { bn, conv, dense, dropout, flatten, maxpool, prelu, residual } from "../../../src/runtime/layers/index.js";
import { add, divide, dot, isTarget, logSumExp, pick, softmax, subtract, sum } from "../../../src/runtime/ops/index.js";
import { stream } from "../../../src/runtime/random.js";
import { trainingStep } from "../../../src/runtime/step/build.js";
import { createRunner } from "../../../src/runtime/step/create.js";
import { stepKey } from "../../../src/runtime/step/draw.js";
import type { Step } from "../../../src/runtime/step/step.js";
import { initialValues } from "../../../src/runtime/train/initial.js";
import { numbers } from "../differences.js";

export const at = { file: "net.face", line: 3 };
export const lossAt = { file: "net.face", line: 20 };
export const backends = { cpu: await openBackend("cpu"), wasm: await openBackend("wasm") };

export const softmaxLoss: Loss = {
  name: "softmax",
  formula: "cross_entropy(dot(x, W) + b)",
  at: lossAt,
  uses: ["x", "y", "W", "b"],
  value: ({ x, y, W, b }) => {
    const z = add(dot(x, W, "feature"), b);
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient: ({ x, y, W, b, N }) => {
    const z = add(dot(x, W, "feature"), b);
    const dz = divide(subtract(softmax(z, "class"), isTarget(y)), N);
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
};

export const small: readonly Layer[] = [
  conv({ kernel: 3, filters: 4 }, { file: "net.face", line: 5 }),
  bn({}, { file: "net.face", line: 6 }),
  prelu({}, { file: "net.face", line: 7 }),
  maxpool({}, { file: "net.face", line: 8 }),
  residual([conv({ kernel: 3, filters: 6, stride: 2 }), bn()], { file: "net.face", line: 9 }),
  dropout({ rate: 0.2 }),
  flatten(),
  dense({ features: 5 }, { file: "net.face", line: 12 }),
];

export function trainingOf(changes: Partial<Training> = {}): Training {
  const dataset = {
    name: "none",
    source: { kind: "folder", path: "" },
    image: [8, 7, 1],
    resized: false,
    scale: (v: number) => v,
    augment: [],
    split: null,
    at,
  } as const;
  return {
    name: "test",
    at,
    data: { dataset, part: null },
    backbone: { name: "small", input: [8, 7, 1], layers: small, at },
    loss: softmaxLoss,
    optimizer: sgd({ momentum: 0.9, decay: 1e-3 }, except(["bn"], { decay: 0 })),
    schedule: () => 0.1,
    clip: 2,
    batch: 6,
    epochs: 1,
    seed: 1,
    precision: "float32",
    evaluate: null,
    ...changes,
  };
}

export const classes = 4;

export function feeds(i: number) {
  const random = stream(7, "batch", i);
  return {
    images: Float32Array.from({ length: 6 * 56 }, () => random.normal()),
    labels: Int32Array.from({ length: 6 }, () => random.integer(classes)),
    rate: 0.1,
    epoch: i / 10,
    step: i,
    progress: i / 100,
    key: stepKey(1, i),
  };
}

export async function losses(training: Training, backend: (typeof backends)["cpu"], steps: number): Promise<number[]> {
  const step = trainingStep(training, classes);
  const runner = createRunner(step, backend);
  runner.load(initialValues(step.variables, 1));
  const found: number[] = [];
  for (let i = 0; i < steps; i++) found.push((await runner.run(feeds(i))).loss?.[0] ?? Number.NaN);
  runner.dispose();
  return found;
}

export function givenFor(step: Step): Record<string, Float64Array> {
  const fed = feeds(2);
  const given: Record<string, Float64Array> = {};
  for (const [name, value] of Object.entries(fed))
    given[name] = typeof value === "number" ? Float64Array.of(value) : Float64Array.from(value);
  step.variables.forEach(({ name, shape, kind }, i) => {
    given[name] = kind === "moving" ? numbers(sizeOf(shape), i).map(Math.abs) : numbers(sizeOf(shape), i);
  });
  return given;
}

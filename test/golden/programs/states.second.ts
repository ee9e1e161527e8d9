/**
 * Training second.
 * Written by facec from states.face: `at(12)` is line 12 of it.
 *
 *   npx tsx second.ts --backend wasm
 */

import {
  add,
  backbone,
  bn,
  brightness,
  commandLine,
  conv,
  count,
  countByClass,
  crop,
  dense,
  divide,
  dot,
  flip,
  globalpool,
  isTarget,
  logSumExp,
  loss,
  maximum,
  multiply,
  norm,
  origin,
  part,
  pick,
  type Progress,
  relu,
  select,
  sgd,
  softmax,
  stop,
  subtract,
  sum,
  sumByClass,
  synthetic,
  train,
  training,
} from "facec/runtime";

const at = origin("states.face");
const atLosses = origin("std.losses");

const settings = {
  batch: 6,
  epochs: 4,
  seed: 1,
  precision: "bfloat16" as const,
  optimizer: sgd({ momentum: 0, decay: 0 }),
};

const parameters = {
  Small2: { features: 16 },
  csoftmax_running: { rate: 0.5 },
  steps2: { base: 0.1, low: 0 },
};

// Images of 16x16x1: height x width x channels.
const toy = synthetic("toy", { identities: 20, images: 6, labelNoise: 0.05, seed: 7 }, {
  image: [16, 16, 1],
  scale: (v) => (v - 127.5) / 128,
  augment: [flip({ p: 0.5 }), crop({ pad: 2 }), brightness({ amount: 0.2 })],
  split: { parts: { train: 12, validation: 4, test: 4 }, seed: "run" },
  at: at(4),
});

// Small(features = 16): 16 out of 16x16x1, 124 parameters, 2,368 multiply-adds
const Small2 = backbone("Small(features = 16)", { input: [16, 16, 1], at: at(11) }, [
  conv({ kernel: [3, 3], filters: 4, stride: 2 }, at(12)), // 8x8x4
  bn({}, at(13)), // 8x8x4
  relu({}, at(14)), // 8x8x4
  globalpool({}, at(15)), // 4
  dense({ features: parameters.Small2.features }, at(16)), // 16
]);

// std.losses:21: csoftmax_running(rate = 0.5) { state k[class]: feature = 0; update k = k + rate * sum(x - k[y] over
//   sample by class) / max(1, count(over sample by class)); stopped(half_cosine(k[y])) * softmax }
const csoftmax_running = loss({
  name: "csoftmax_running",
  formula: "csoftmax_running(rate = 0.5) { state k[class]: feature = 0; update k = k + rate * sum(x - k[y] over sample by class) / max(1, count(over sample by class)); stopped(half_cosine(k[y])) * softmax }",
  at: atLosses(21),
  uses: ["x", "y", "W", "b"],
  states: { k: { axes: ["class", "feature"], initial: 0 } },
  value({ x, y, W, b, k }) {
    const z = add(dot(x, W, "feature"), b);
    const kOfTarget = pick(k, y);
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(kOfTarget, maximum(norm(kOfTarget, "feature"), 1e-8)),
      "feature",
    );
    const stopped = stop(divide(add(1, c), 2));
    return { perSample: multiply(stopped, subtract(logSumExp(z, "class"), pick(z, y))), weights: stopped };
  },
  gradient({ x, y, W, b, k, N }) {
    const kOfTarget = pick(k, y);
    const p = softmax(add(dot(x, W, "feature"), b), "class");
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(kOfTarget, maximum(norm(kOfTarget, "feature"), 1e-8)),
      "feature",
    );
    const dz = multiply(multiply(1 / N, divide(add(1, c), 2)), select(isTarget(y), subtract(p, 1), p));
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
  update({ x, y, k }) {
    const { rate } = parameters.csoftmax_running;
    const ratio = divide(multiply(rate, sumByClass(subtract(x, pick(k, y)), y)), maximum(1, countByClass(y)));
    return { k: add(k, ratio) };
  },
});

// states.face:19: steps(0.1, low = 0), steps(base = 0.1, low = 0) = max(low, base * 0.1 ^ count(epoch >= e over e in
//   [2, 3]))
function steps2({ epoch }: Progress): number {
  const { base, low } = parameters.steps2;
  const product = base * 0.1 ** count([2, 3], (e) => epoch >= e);
  return Math.max(low, product);
}

const second = training({
  name: "second",
  at: at(34),
  data: part(toy, "train"),
  backbone: Small2,
  loss: csoftmax_running,
  schedule: steps2,
  ...settings,
});

await train(second, commandLine());

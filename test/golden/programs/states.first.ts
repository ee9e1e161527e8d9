/**
 * Training first.
 * Written by facec from states.face: `at(12)` is line 12 of it.
 *
 *   npx tsx first.ts --backend wasm
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
  except,
  flip,
  globalpool,
  isTarget,
  logSumExp,
  loss,
  multiply,
  origin,
  pairs,
  part,
  pick,
  type Progress,
  relu,
  select,
  sgd,
  softmax,
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
  seed: 9,
  clip: 5,
  optimizer: sgd({ momentum: 0.8, decay: 0.0005 }, except(["bn", "bias"], { decay: 0 })),
};

const parameters = {
  Small: { features: 8 },
  centre: { lambda: 0.01, rate: 0.5 },
  steps: { base: 0.1, low: 0.01 },
};

// Images of 16x16x1: height x width x channels.
const toy = synthetic("toy", { identities: 20, images: 6, labelNoise: 0.05, seed: 7 }, {
  image: [16, 16, 1],
  scale: (v) => (v - 127.5) / 128,
  augment: [flip({ p: 0.5 }), crop({ pad: 2 }), brightness({ amount: 0.2 })],
  split: { parts: { train: 12, validation: 4, test: 4 }, seed: "run" },
  at: at(4),
});

// Small: 8 out of 16x16x1, 84 parameters, 2,336 multiply-adds
const Small = backbone("Small", { input: [16, 16, 1], at: at(11) }, [
  conv({ kernel: [3, 3], filters: 4, stride: 2 }, at(12)), // 8x8x4
  bn({}, at(13)), // 8x8x4
  relu({}, at(14)), // 8x8x4
  globalpool({}, at(15)), // 4
  dense({ features: parameters.Small.features }, at(16)), // 8
]);

// std.losses:36: centre(lambda = 0.01), centre(lambda = 0.01, rate = 0.5) { state k[class]: feature = 0; update k = k
//   + rate * sum(x - k[y] over sample by class) / (1 + count(over sample by class)); softmax + lambda / 2 *
//   squared_distance(x, k[y]) }
const centre = loss({
  name: "centre(lambda = 0.01)",
  formula: "centre(lambda = 0.01, rate = 0.5) { state k[class]: feature = 0; update k = k + rate * sum(x - k[y] over sample by class) / (1 + count(over sample by class)); softmax + lambda / 2 * squared_distance(x, k[y]) }",
  at: atLosses(36),
  uses: ["x", "y", "W", "b"],
  states: { k: { axes: ["class", "feature"], initial: 0 } },
  value({ x, y, W, b, k }) {
    const { lambda } = parameters.centre;
    const z = add(dot(x, W, "feature"), b);
    const difference = subtract(x, pick(k, y));
    return {
      perSample: add(
        subtract(logSumExp(z, "class"), pick(z, y)),
        multiply(lambda / 2, sum(multiply(difference, difference), "feature")),
      ),
    };
  },
  gradient({ x, y, W, b, k, N }) {
    const { lambda } = parameters.centre;
    const p = softmax(add(dot(x, W, "feature"), b), "class");
    const dz = multiply(1 / N, select(isTarget(y), subtract(p, 1), p));
    return {
      x: add(multiply(lambda / N, subtract(x, pick(k, y))), dot(dz, W, "class")),
      W: dot(dz, x, "sample"),
      b: sum(dz, "sample"),
    };
  },
  update({ x, y, k }) {
    const { rate } = parameters.centre;
    const ratio = divide(multiply(rate, sumByClass(subtract(x, pick(k, y)), y)), add(1, countByClass(y)));
    return { k: add(k, ratio) };
  },
});

// states.face:19: steps(0.1), steps(base = 0.1, low = 0.01) = max(low, base * 0.1 ^ count(epoch >= e over e in [2,
//   3]))
function steps({ epoch }: Progress): number {
  const { base, low } = parameters.steps;
  const product = base * 0.1 ** count([2, 3], (e) => epoch >= e);
  return Math.max(low, product);
}

const first = training({
  name: "first",
  at: at(21),
  data: part(toy, "train"),
  backbone: Small,
  loss: centre,
  schedule: steps,
  evaluate: { protocol: pairs(part(toy, "validation")), every: 2, keepBest: true },
  ...settings,
});

await train(first, commandLine());

/**
 * Table wide: Networks and weightings.
 * Written by facec from grid.face: `at(12)` is line 12 of it.
 *
 *   npx tsx wide.ts --backend wasm
 */

import {
  add,
  avgpool,
  backbone,
  commandLine,
  conv,
  dense,
  divide,
  dot,
  dropout,
  exp,
  flatten,
  isTarget,
  type Layer,
  logSumExp,
  loss,
  maximum,
  multiply,
  norm,
  origin,
  pairs,
  part,
  pick,
  prelu,
  repeat,
  select,
  sgd,
  softmax,
  subtract,
  sum,
  sumByClass,
  synthetic,
  table,
  training,
} from "facec/runtime";

const at = origin("grid.face");
const atWeightings = origin("std.weightings");

const settings = {
  batch: 8,
  epochs: 2,
  seed: 1,
  optimizer: sgd({ momentum: 0.9, decay: 0 }),
};

const parameters = {
  Deep: { width: 4, features: 8 },
  Deep2: { width: 8, features: 8 },
  nearSoftmax2: { m: 0.3 },
};

// Images of 16x16x1: height x width x channels.
const toy = synthetic("toy", { identities: 20, images: 6 }, {
  image: [16, 16, 1],
  scale: (v) => v,
  split: { parts: { train: 12, test: 8 }, seed: 1 },
  at: at(4),
});

function Step(width: number, kernel: readonly number[] = [3, 3], stride = 1): Layer[] {
  return [
    conv({ kernel, filters: width, stride, bias: "yes" }, at(11)),
    prelu({ slope: 0.1 }, at(12)),
  ];
}

// Deep: 8 out of 16x16x1, 1,116 parameters, 37,504 multiply-adds
const Deep = backbone("Deep", { input: [16, 16, 1], at: at(15) }, [
  ...Step(parameters.Deep.width), // 16x16x4
  repeat(2, () => [
    ...Step(2 * parameters.Deep.width, [3, 3], 2), // 4x4x8
  ], at(17)), // 4x4x8
  ...Step(parameters.Deep.width, [1, 1]), // 4x4x4
  avgpool({}, at(19)), // 2x2x4
  flatten({}, at(20)), // 16
  dropout({ rate: 0.3 }, at(21)), // 16
  dense({ features: parameters.Deep.features }, at(22)), // 8
]);

// Deep(width = 8): 8 out of 16x16x1, 4,016 parameters, 131,328 multiply-adds
const Deep2 = backbone("Deep(width = 8)", { input: [16, 16, 1], at: at(15) }, [
  ...Step(parameters.Deep2.width), // 16x16x8
  repeat(2, () => [
    ...Step(2 * parameters.Deep2.width, [3, 3], 2), // 4x4x16
  ], at(17)), // 4x4x16
  ...Step(parameters.Deep2.width, [1, 1]), // 4x4x8
  avgpool({}, at(19)), // 2x2x8
  flatten({}, at(20)), // 32
  dropout({ rate: 0.3 }, at(21)), // 32
  dense({ features: parameters.Deep2.features }, at(22)), // 8
]);

// grid.face:26: softmax = cross_entropy(dot(x, W) + b)
// computed as logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]
const softmaxLoss = loss({
  name: "softmax",
  formula: "softmax = cross_entropy(dot(x, W) + b)",
  at: at(26),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const z = add(dot(x, W, "feature"), b);
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, b, N }) {
    const p = softmax(add(dot(x, W, "feature"), b), "class");
    const dz = multiply(1 / N, select(isTarget(y), subtract(p, 1), p));
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
});

// std.weightings:4: uniform * softmax where uniform = 1, softmax = cross_entropy(dot(x, W) + b)
// computed as logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]
const uniformSoftmax = loss({
  name: "uniform * softmax",
  formula: "uniform * softmax where uniform = 1, softmax = cross_entropy(dot(x, W) + b)",
  at: atWeightings(4),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const z = add(dot(x, W, "feature"), b);
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, b, N }) {
    const p = softmax(add(dot(x, W, "feature"), b), "class");
    const dz = multiply(1 / N, select(isTarget(y), subtract(p, 1), p));
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
});

// grid.face:25: near(0.3) * softmax where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), softmax =
//   cross_entropy(dot(x, W) + b)
const nearSoftmax2 = loss({
  name: "near(0.3) * softmax",
  formula: "near(0.3) * softmax where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), softmax = cross_entropy(dot(x, W) + b)",
  at: at(25),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const { m } = parameters.nearSoftmax2;
    const WOfTarget = pick(W, y);
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(WOfTarget, maximum(norm(WOfTarget, "feature"), 1e-8)),
      "feature",
    );
    const z = add(dot(x, W, "feature"), b);
    const grown = exp(multiply(m, subtract(c, 1)));
    return { perSample: multiply(grown, subtract(logSumExp(z, "class"), pick(z, y))), weights: grown };
  },
  gradient({ x, y, W, b, N }) {
    const { m } = parameters.nearSoftmax2;
    const WOfTarget = pick(W, y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WOfTargetNorm = maximum(norm(WOfTarget, "feature"), 1e-8);
    const WOfTargetUnit = divide(WOfTarget, WOfTargetNorm);
    const c = dot(xUnit, WOfTargetUnit, "feature");
    const z = add(dot(x, W, "feature"), b);
    const p = softmax(z, "class");
    const grown = exp(multiply(m, subtract(c, 1)));
    const product = multiply(subtract(logSumExp(z, "class"), pick(z, y)), grown);
    const dz = multiply(multiply(1 / N, grown), select(isTarget(y), subtract(p, 1), p));
    const sums = sumByClass(
      divide(multiply(m / N, multiply(product, subtract(xUnit, multiply(c, WOfTargetUnit)))), WOfTargetNorm),
      y,
    );
    return {
      x: add(
        dot(dz, W, "class"),
        multiply(m / N, divide(multiply(product, subtract(WOfTargetUnit, multiply(c, xUnit))), xNorm)),
      ),
      W: add(dot(dz, x, "sample"), sums),
      b: sum(dz, "sample"),
    };
  },
});

// grid.face:29: flat = 0.1
function flat(): number {
  return 0.1;
}

const base = training({
  name: "base",
  at: at(32),
  data: part(toy, "train"),
  backbone: Deep,
  loss: softmaxLoss,
  schedule: flat,
  ...settings,
});

await table({
  name: "wide",
  title: "Networks and weightings",
  at: at(57),
  rows: [
    ["Deep", Deep],
    ["wide", Deep2],
  ],
  columns: [
    ["uniform", uniformSoftmax],
    ["near(0.3)", nearSoftmax2],
  ],
  run: (backbone, loss) => ({ ...base, backbone, loss }),
  seeds: [3],
  cells: [
    { protocol: pairs(part(toy, "test")), measure: { kind: "auc" }, format: "number", spread: false, best: false },
  ],
  published: [],
}, commandLine());

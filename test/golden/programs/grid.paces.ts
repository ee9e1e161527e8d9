/**
 * Table paces: Schedules.
 * Written by facec from grid.face: `at(12)` is line 12 of it.
 *
 *   npx tsx paces.ts --backend wasm
 */

import {
  add,
  avgpool,
  backbone,
  commandLine,
  conv,
  dense,
  dot,
  dropout,
  flatten,
  isTarget,
  type Layer,
  logSumExp,
  loss,
  multiply,
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
  synthetic,
  table,
  training,
} from "facec/runtime";

const at = origin("grid.face");

const settings = {
  batch: 8,
  epochs: 2,
  seed: 1,
  optimizer: sgd({ momentum: 0.9, decay: 0 }),
};

const parameters = {
  Deep: { width: 4, features: 8 },
  scaled: { factor: 0.5 },
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

// grid.face:29: flat = 0.1
function flat(): number {
  return 0.1;
}

// grid.face:30: scaled(0.5), scaled(factor = 0.5) = 0.1 * factor
function scaled(): number {
  const { factor } = parameters.scaled;
  return 0.1 * factor;
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
  name: "paces",
  title: "Schedules",
  at: at(65),
  rows: [
    ["flat", flat],
    ["halved", scaled],
  ],
  columns: [["Deep", Deep]],
  run: (schedule, backbone) => ({ ...base, schedule, backbone }),
  seeds: [3],
  cells: [
    { protocol: pairs(part(toy, "test")), measure: { kind: "eer" }, format: "number", spread: false, best: false },
  ],
  published: [],
}, commandLine());

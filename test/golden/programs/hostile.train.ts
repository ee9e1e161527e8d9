/**
 * Training train.
 * Written by facec from hostile.face: `at(12)` is line 12 of it.
 *
 *   npx tsx train.ts --backend wasm
 */

import {
  add,
  backbone,
  commandLine,
  conv,
  dense,
  dot,
  flatten,
  folder,
  isTarget,
  type Layer,
  logSumExp,
  loss,
  multiply,
  origin,
  part,
  pick,
  type Progress,
  select,
  sgd,
  softmax,
  subtract,
  sum,
  train,
  training,
} from "facec/runtime";

const at = origin("hostile.face");

const settings = {
  batch: 2,
  epochs: 1,
  seed: 1,
  optimizer: sgd({ momentum: 0.9, decay: 0 }),
};

const parameters = {
  awaitSchedule: { process2: 0.1 },
};

// Images of 8x8x1: height x width x channels.
const toy = folder("toy", "*/ ${process.exit(1)} `x` \"; process.exit(1); // \u2028 process.exit(1)", {
  image: [8, 8, 1],
  scale: (v) => v,
  split: { parts: { constructor: 2, toString: 2 }, seed: 1 },
  at: at(4),
});

function addBlock(at2: number, settings2 = 1): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: at2, stride: settings2 }, at(10)),
  ];
}

// backbone: 4 out of 8x8x1, 534 parameters, 1,664 multiply-adds
const backboneBackbone = backbone("backbone", { input: [8, 8, 1], at: at(12) }, [
  ...addBlock(2), // 8x8x2
  flatten({}, at(14)), // 128
  dense({ features: 4 }, at(15)), // 4
]);

// hostile.face:18: loss = softmax
// computed as logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]
const lossLoss = loss({
  name: "loss",
  formula: "loss = softmax",
  at: at(18),
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

// hostile.face:21: await(0.1), await(process = 0.1) = process * epoch
function awaitSchedule({ epoch }: Progress): number {
  const { process2 } = parameters.awaitSchedule;
  return process2 * epoch;
}

const trainTraining = training({
  name: "train",
  at: at(23),
  data: part(toy, "constructor"),
  backbone: backboneBackbone,
  loss: lossLoss,
  schedule: awaitSchedule,
  ...settings,
});

await train(trainTraining, commandLine());

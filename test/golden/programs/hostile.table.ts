/**
 * Table table: * / process.exit(1); /*   `${process.exit(1)}` \u202e @ ts-ignore.
 * Written by facec from hostile.face: `at(12)` is line 12 of it.
 *
 *   npx tsx table.ts --backend wasm
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
  pairs,
  part,
  pick,
  type Progress,
  select,
  sgd,
  softmax,
  subtract,
  sum,
  table,
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
  evalLoss: { parameters2: 2, add: 3 },
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

// hostile.face:19: eval(parameters = 2, add = 3) = parameters * softmax + add * sum(x * x over feature)
// computed as parameters * (logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]) + add * sum(x * x over feature)
const evalLoss = loss({
  name: "eval",
  formula: "eval(parameters = 2, add = 3) = parameters * softmax + add * sum(x * x over feature)",
  at: at(19),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const { parameters2, add: add2 } = parameters.evalLoss;
    const z = add(dot(x, W, "feature"), b);
    return {
      perSample: add(
        multiply(parameters2, subtract(logSumExp(z, "class"), pick(z, y))),
        multiply(add2, sum(multiply(x, x), "feature")),
      ),
    };
  },
  gradient({ x, y, W, b, N }) {
    const { parameters2, add: add2 } = parameters.evalLoss;
    const p = softmax(add(dot(x, W, "feature"), b), "class");
    const dz = multiply(1 / N * parameters2, select(isTarget(y), subtract(p, 1), p));
    return { x: add(multiply(2 * add2 / N, x), dot(dz, W, "class")), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
});

// hostile.face:21: await(0.1), await(process = 0.1) = process * epoch
function awaitSchedule({ epoch }: Progress): number {
  const { process2 } = parameters.awaitSchedule;
  return process2 * epoch;
}

const train = training({
  name: "train",
  at: at(23),
  data: part(toy, "constructor"),
  backbone: backboneBackbone,
  loss: lossLoss,
  schedule: awaitSchedule,
  ...settings,
});

await table({
  name: "table",
  title: "*/ process.exit(1); /* \u2029 `${process.exit(1)}` \u202e @ts-ignore",
  at: at(33),
  rows: [
    ["__proto__", lossLoss],
    ["*/ `${process.exit(1)}` \"", evalLoss],
  ],
  columns: [["backbone", backboneBackbone]],
  run: (loss, backbone) => ({ ...train, loss, backbone }),
  seeds: [1],
  cells: [
    {
      protocol: pairs(part(toy, "toString")),
      measure: { kind: "accuracy" },
      format: "number",
      spread: false,
      best: false,
    },
  ],
  published: [
    {
      source: "\u2028process.exit(1) // */",
      within: null,
      entries: [{ row: "__proto__", column: "backbone", value: 1 }],
    },
  ],
}, commandLine());

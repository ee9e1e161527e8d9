/** A small experiment on drawn faces: seconds on the cpu backend. */
import {
  add,
  type Backbone,
  backbone,
  bn,
  broadcast,
  conv,
  dense,
  divide,
  dot,
  dropout,
  flatten,
  flip,
  isTarget,
  type Loss,
  logSumExp,
  loss,
  multiply,
  origin,
  pairs,
  part,
  pick,
  relu,
  sgd,
  softmax,
  subtract,
  sum,
  synthetic,
  type Table,
  training,
} from "../../src/runtime/index.js";

const at = origin("tiny.face");

export const faces = synthetic(
  "faces",
  { identities: 14, images: 6, labelNoise: 0.1, seed: 3 },
  {
    image: [12, 12, 1],
    scale: (v) => (v - 127.5) / 128,
    augment: [flip({ p: 0.5 })],
    split: { parts: { train: 6, validation: 4, test: 4 }, seed: "run" },
    at: at(1),
  },
);

export const small = backbone("small", { input: [12, 12, 1], at: at(8) }, [
  conv({ kernel: [3, 3], filters: 4, stride: 2 }, at(9)),
  bn({}, at(9)),
  relu({}, at(9)),
  flatten({}, at(10)),
  dropout({ rate: 0.2 }, at(10)),
  dense({ features: 8 }, at(10)),
]);

export const plain = loss({
  name: "softmax",
  formula: "cross_entropy(dot(x, W) + b)",
  at: at(12),
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
});

/** Keeps a state and learns a factor, so that a checkpoint has one of each. */
export const scaled = loss({
  name: "scaled",
  formula: "s * softmax",
  at: at(15),
  uses: ["x", "y", "W", "b"],
  learned: { s: { axes: [], initial: { kind: "constant", value: 1 }, atLeast: 0.5 } },
  states: { k: { axes: ["class"], initial: 0 } },
  value: ({ x, y, W, b, s }) => {
    const z = add(dot(x, W, "feature"), b);
    return { perSample: multiply(s, subtract(logSumExp(z, "class"), pick(z, y))) };
  },
  gradient: ({ x, y, W, b, s, N }) => {
    const z = add(dot(x, W, "feature"), b);
    const dz = multiply(s, divide(subtract(softmax(z, "class"), isTarget(y)), N));
    const each = subtract(logSumExp(z, "class"), pick(z, y));
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample"), s: divide(sum(each, "sample"), N) };
  },
  update: ({ y, k, x }) => ({ k: add(k, multiply(0.1, sum(multiply(isTarget(y), broadcast(sum(x, "feature"), "class")), "sample"))) }),
});

export const tiny = training({
  name: "tiny",
  at: at(20),
  data: part(faces, "train"),
  backbone: small,
  loss: scaled,
  optimizer: sgd({ momentum: 0.9, decay: 5e-4 }),
  schedule: ({ progress }) => 0.1 * (1 - progress / 2),
  clip: 5,
  batch: 8,
  epochs: 6,
  seed: 2,
  evaluate: { protocol: pairs(part(faces, "validation"), { folds: 5 }), every: 1, keepBest: true },
});

/** Rows are losses, the column is the backbone, two seeds: four runs. */
export const tinyTable: Table<Loss, Backbone> = {
  name: "losses",
  title: "Two losses <on> drawn & small faces",
  at: at(30),
  rows: [
    ["softmax", plain],
    ["scaled, twice", scaled],
  ],
  columns: [["small", small]],
  run: (loss, backbone) => ({ ...tiny, loss, backbone, evaluate: null }),
  seeds: [1, 2],
  cells: [
    { protocol: pairs(part(faces, "test"), { folds: 5 }), measure: { kind: "accuracy" }, format: "percent", spread: true, best: true },
  ],
  published: [{ source: "Nobody 2018", within: 5, entries: [{ row: "softmax", column: "small", value: 70 }] }],
};

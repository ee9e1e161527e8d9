/**
 * Table grid: Weightings and losses.
 * Written by facec from grid.face: `at(12)` is line 12 of it.
 *
 *   npx tsx grid.ts --backend wasm
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
  expm1,
  flatten,
  isTarget,
  type Layer,
  logSumExp,
  loss,
  maximum,
  multiply,
  negate,
  norm,
  origin,
  pairs,
  part,
  pick,
  power,
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
  uniformCosface: { s: 16, m: 0.2 },
  focalSoftmax: { gamma: 2 },
  focalCosface: { s: 16, m: 0.2, gamma: 2 },
  nearSoftmax: { m: 0.5 },
  nearCosface: { s: 16, m: 0.2, m2: 0.5 },
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

// std.weightings:4: uniform * cosface where uniform = 1, cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then
//   c - m else c)) where c = cosine(x, W)
const uniformCosface = loss({
  name: "uniform * cosface",
  formula: "uniform * cosface where uniform = 1, cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)",
  at: atWeightings(4),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m } = parameters.uniformCosface;
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const z = multiply(s, select(isTarget(y), subtract(c, m), c));
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, N }) {
    const { s, m } = parameters.uniformCosface;
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const target = isTarget(y);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const c = dot(xUnit, WUnit, "feature");
    const p = softmax(multiply(s, select(target, subtract(c, m), c)), "class");
    const dc = multiply(s / N, select(target, subtract(p, 1), p));
    const dxUnit = dot(dc, WUnit, "class");
    const dWUnit = dot(dc, xUnit, "sample");
    return {
      x: divide(subtract(dxUnit, multiply(dot(xUnit, dxUnit, "feature"), xUnit)), xNorm),
      W: divide(subtract(dWUnit, multiply(dot(WUnit, dWUnit, "feature"), WUnit)), WNorm),
    };
  },
});

// std.weightings:7: focal(2) * softmax where focal(gamma = 2) = (1 - p[y])^gamma, softmax = cross_entropy(dot(x, W) +
//   b)
const focalSoftmax = loss({
  name: "focal(2) * softmax",
  formula: "focal(2) * softmax where focal(gamma = 2) = (1 - p[y])^gamma, softmax = cross_entropy(dot(x, W) + b)",
  at: atWeightings(7),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const { gamma } = parameters.focalSoftmax;
    const z = add(dot(x, W, "feature"), b);
    const crossEntropy = subtract(logSumExp(z, "class"), pick(z, y));
    const raised = power(negate(expm1(negate(crossEntropy))), gamma);
    return { perSample: multiply(raised, crossEntropy), weights: raised };
  },
  gradient({ x, y, W, b, N }) {
    const { gamma } = parameters.focalSoftmax;
    const z = add(dot(x, W, "feature"), b);
    const crossEntropy = subtract(logSumExp(z, "class"), pick(z, y));
    const p = softmax(z, "class");
    const complement = negate(expm1(negate(crossEntropy)));
    const product = multiply(
      gamma,
      multiply(multiply(crossEntropy, power(complement, gamma - 1)), exp(negate(crossEntropy))),
    );
    const dz = multiply(
      multiply(1 / N, add(power(complement, gamma), product)),
      select(isTarget(y), subtract(p, 1), p),
    );
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
  },
});

// std.weightings:7: focal(2) * cosface where focal(gamma = 2) = (1 - p[y])^gamma, cosface(s = 16, m = 0.2) =
//   cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)
const focalCosface = loss({
  name: "focal(2) * cosface",
  formula: "focal(2) * cosface where focal(gamma = 2) = (1 - p[y])^gamma, cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)",
  at: atWeightings(7),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m, gamma } = parameters.focalCosface;
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const z = multiply(s, select(isTarget(y), subtract(c, m), c));
    const crossEntropy = subtract(logSumExp(z, "class"), pick(z, y));
    const raised = power(negate(expm1(negate(crossEntropy))), gamma);
    return { perSample: multiply(raised, crossEntropy), weights: raised };
  },
  gradient({ x, y, W, N }) {
    const { s, m, gamma } = parameters.focalCosface;
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const target = isTarget(y);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const c = dot(xUnit, WUnit, "feature");
    const z = multiply(s, select(target, subtract(c, m), c));
    const crossEntropy = subtract(logSumExp(z, "class"), pick(z, y));
    const p = softmax(z, "class");
    const complement = negate(expm1(negate(crossEntropy)));
    const product = multiply(
      gamma,
      multiply(multiply(crossEntropy, power(complement, gamma - 1)), exp(negate(crossEntropy))),
    );
    const dc = multiply(s / N, multiply(add(power(complement, gamma), product), select(target, subtract(p, 1), p)));
    const dxUnit = dot(dc, WUnit, "class");
    const dWUnit = dot(dc, xUnit, "sample");
    return {
      x: divide(subtract(dxUnit, multiply(dot(xUnit, dxUnit, "feature"), xUnit)), xNorm),
      W: divide(subtract(dWUnit, multiply(dot(WUnit, dWUnit, "feature"), WUnit)), WNorm),
    };
  },
});

// grid.face:25: near * softmax where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), softmax = cross_entropy(dot(x, W)
//   + b)
const nearSoftmax = loss({
  name: "near * softmax",
  formula: "near * softmax where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), softmax = cross_entropy(dot(x, W) + b)",
  at: at(25),
  uses: ["x", "y", "W", "b"],
  value({ x, y, W, b }) {
    const { m } = parameters.nearSoftmax;
    const WOfTarget = pick(W, y);
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(WOfTarget, maximum(norm(WOfTarget, "feature"), 1e-8)),
      "feature",
    );
    const grown = exp(multiply(m, subtract(c, 1)));
    const z = add(dot(x, W, "feature"), b);
    return { perSample: multiply(grown, subtract(logSumExp(z, "class"), pick(z, y))), weights: grown };
  },
  gradient({ x, y, W, b, N }) {
    const { m } = parameters.nearSoftmax;
    const WOfTarget = pick(W, y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WOfTargetNorm = maximum(norm(WOfTarget, "feature"), 1e-8);
    const WOfTargetUnit = divide(WOfTarget, WOfTargetNorm);
    const c = dot(xUnit, WOfTargetUnit, "feature");
    const grown = exp(multiply(m, subtract(c, 1)));
    const z = add(dot(x, W, "feature"), b);
    const p = softmax(z, "class");
    const dz = multiply(multiply(1 / N, grown), select(isTarget(y), subtract(p, 1), p));
    const product = multiply(subtract(logSumExp(z, "class"), pick(z, y)), grown);
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

// grid.face:25: near * cosface where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), cosface(s = 16, m = 0.2) =
//   cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)
const nearCosface = loss({
  name: "near * cosface",
  formula: "near * cosface where near(m = 0.5) = exp(m * (cosine(x, W[y]) - 1)), cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)",
  at: at(25),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m, m2 } = parameters.nearCosface;
    const WOfTarget = pick(W, y);
    const xUnit = divide(x, maximum(norm(x, "feature"), 1e-8));
    const c = dot(xUnit, divide(W, maximum(norm(W, "feature"), 1e-8)), "feature");
    const z = multiply(s, select(isTarget(y), subtract(c, m), c));
    const grown = exp(
      multiply(m2, subtract(dot(xUnit, divide(WOfTarget, maximum(norm(WOfTarget, "feature"), 1e-8)), "feature"), 1)),
    );
    return { perSample: multiply(grown, subtract(logSumExp(z, "class"), pick(z, y))), weights: grown };
  },
  gradient({ x, y, W, N }) {
    const { s, m, m2 } = parameters.nearCosface;
    const WOfTarget = pick(W, y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WOfTargetNorm = maximum(norm(WOfTarget, "feature"), 1e-8);
    const WOfTargetUnit = divide(WOfTarget, WOfTargetNorm);
    const c = dot(xUnit, WOfTargetUnit, "feature");
    const target = isTarget(y);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const c2 = dot(xUnit, WUnit, "feature");
    const z = multiply(s, select(target, subtract(c2, m), c2));
    const p = softmax(z, "class");
    const grown = exp(multiply(m2, subtract(c, 1)));
    const product = multiply(subtract(logSumExp(z, "class"), pick(z, y)), grown);
    const dc = multiply(s / N, multiply(grown, select(target, subtract(p, 1), p)));
    const dWOfTargetUnit = dot(dc, xUnit, "sample");
    const total = add(dot(dc, WUnit, "class"), multiply(multiply(m2 / N, product), WOfTargetUnit));
    const sums = sumByClass(
      divide(multiply(m2 / N, multiply(product, subtract(xUnit, multiply(c, WOfTargetUnit)))), WOfTargetNorm),
      y,
    );
    return {
      x: divide(subtract(total, multiply(dot(xUnit, total, "feature"), xUnit)), xNorm),
      W: add(divide(subtract(dWOfTargetUnit, multiply(dot(WUnit, dWOfTargetUnit, "feature"), WUnit)), WNorm), sums),
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
  name: "grid",
  title: "Weightings and losses",
  at: at(42),
  rows: [
    ["uniform", { softmax: uniformSoftmax, CosFace: uniformCosface }],
    ["focal 2", { softmax: focalSoftmax, CosFace: focalCosface }],
    ["near", { softmax: nearSoftmax, CosFace: nearCosface }],
  ],
  columns: [["softmax", "softmax" as const], ["CosFace", "CosFace" as const]],
  run: (losses, column) => ({ ...base, loss: losses[column] }),
  seeds: [1, 2],
  cells: [
    { protocol: pairs(part(toy, "test")), measure: { kind: "accuracy" }, format: "number", spread: false, best: false },
  ],
  published: [],
}, commandLine());

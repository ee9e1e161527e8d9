/**
 * Training margin.
 * Written by facec from margins.face: `at(12)` is line 12 of it.
 *
 *   npx tsx margin.ts --backend wasm
 */

import {
  add,
  and,
  backbone,
  bn,
  commandLine,
  dense,
  divide,
  dot,
  flatten,
  folder,
  greater,
  greaterEqual,
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
  select,
  sgd,
  softmax,
  sqrt,
  subtract,
  train,
  training,
} from "facec/runtime";

const at = origin("margins.face");
const atLosses = origin("std.losses");

const settings = {
  batch: 8,
  epochs: 3,
  seed: 1,
  optimizer: sgd({ momentum: 0.9, decay: 0 }),
};

const parameters = {
  Flat: { features: 8 },
  arcface: { s: 64, m: 0.5 },
  falling: { base: 0.1 },
};

// Images of 16x16x3: height x width x channels.
const people = folder("people", "people", {
  image: [16, 16, 3],
  resized: true,
  scale: (v) => v / 255,
  split: { parts: { train: 8, test: 4 }, seed: 3 },
  at: at(4),
});

// Flat: 8 out of 16x16x3, 6,168 parameters, 6,144 multiply-adds
const Flat = backbone("Flat", { input: [16, 16, 3], at: at(10) }, [
  flatten({}, at(11)), // 768
  dense({ features: parameters.Flat.features }, at(12)), // 8
  bn({}, at(13)), // 8
]);

// std.losses:58: arcface(s = 64, m = 0.5) = cross_entropy(s * (if target then bent else cos(theta))) where bent = if
//   theta < pi - m then cos(theta + m) else cos(theta) - m * sin(m)
const arcface = loss({
  name: "arcface",
  formula: "arcface(s = 64, m = 0.5) = cross_entropy(s * (if target then bent else cos(theta))) where bent = if theta < pi - m then cos(theta + m) else cos(theta) - m * sin(m)",
  at: atLosses(58),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m } = parameters.arcface;
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const difference = subtract(
      multiply(Math.cos(m), c),
      multiply(Math.sin(m), sqrt(maximum(subtract(1, multiply(c, c)), 1e-12))),
    );
    const chosen = select(greater(c, Math.cos(Math.PI - m)), difference, subtract(c, m * Math.sin(m)));
    const z = multiply(s, select(isTarget(y), chosen, c));
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, N }) {
    const { s, m } = parameters.arcface;
    const target = isTarget(y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const c = dot(xUnit, WUnit, "feature");
    const difference = subtract(1, multiply(c, c));
    const above = greater(c, Math.cos(Math.PI - m));
    const root = sqrt(maximum(difference, 1e-12));
    const chosen = select(
      above,
      subtract(multiply(Math.cos(m), c), multiply(Math.sin(m), root)),
      subtract(c, m * Math.sin(m)),
    );
    const p = softmax(multiply(s, select(target, chosen, c)), "class");
    const total = add(Math.cos(m), select(greaterEqual(difference, 1e-12), multiply(Math.sin(m), divide(c, root)), 0));
    const dc = multiply(s / N, multiply(select(target, subtract(p, 1), p), select(and(target, above), total, 1)));
    const dxUnit = dot(dc, WUnit, "class");
    const dWUnit = dot(dc, xUnit, "sample");
    return {
      x: divide(subtract(dxUnit, multiply(dot(xUnit, dxUnit, "feature"), xUnit)), xNorm),
      W: divide(subtract(dWUnit, multiply(dot(WUnit, dWUnit, "feature"), WUnit)), WNorm),
    };
  },
});

// margins.face:16: falling(0.1), falling(base = 0.1) = base * (1 + cos(pi * progress)) / 2
function falling({ progress }: Progress): number {
  const { base } = parameters.falling;
  return base * (1 + Math.cos(Math.PI * progress)) / 2;
}

const margin = training({
  name: "margin",
  at: at(18),
  data: part(people, "train"),
  backbone: Flat,
  loss: arcface,
  schedule: falling,
  ...settings,
});

await train(margin, commandLine());

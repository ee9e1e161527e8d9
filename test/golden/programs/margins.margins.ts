/**
 * Table margins: Margins.
 * Written by facec from margins.face: `at(12)` is line 12 of it.
 *
 *   npx tsx margins.ts --backend wasm
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
  pairs,
  part,
  pick,
  type Progress,
  select,
  sgd,
  softmax,
  sqrt,
  subtract,
  sum,
  table,
  training,
  withGradient,
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
  arcface_straight: { s: 32, m: 0.5 },
  cosface: { s: 16, m: 0.2 },
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

// std.losses:62: arcface_straight(s = 32), arcface_straight(s = 32, m = 0.5) = cross_entropy(s * (if target then
//   value(cos(theta + m), gradient = cos(theta)) else cos(theta)))
const arcface_straight = loss({
  name: "arcface_straight(s = 32)",
  formula: "arcface_straight(s = 32, m = 0.5) = cross_entropy(s * (if target then value(cos(theta + m), gradient = cos(theta)) else cos(theta)))",
  at: atLosses(62),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m } = parameters.arcface_straight;
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const difference = subtract(
      multiply(Math.cos(m), c),
      multiply(Math.sin(m), sqrt(maximum(subtract(1, multiply(c, c)), 1e-12))),
    );
    const z = multiply(s, select(isTarget(y), withGradient(difference, c), c));
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, N }) {
    const { s, m } = parameters.arcface_straight;
    const target = isTarget(y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const c = dot(xUnit, WUnit, "feature");
    const difference = subtract(
      multiply(Math.cos(m), c),
      multiply(Math.sin(m), sqrt(maximum(subtract(1, multiply(c, c)), 1e-12))),
    );
    const p = softmax(multiply(s, select(target, difference, c)), "class");
    const dc = multiply(s / N, select(target, subtract(p, 1), p));
    const dxUnit = dot(dc, WUnit, "class");
    const dWUnit = dot(dc, xUnit, "sample");
    return {
      x: divide(subtract(dxUnit, multiply(dot(xUnit, dxUnit, "feature"), xUnit)), xNorm),
      W: divide(subtract(dWUnit, multiply(dot(WUnit, dWUnit, "feature"), WUnit)), WNorm),
    };
  },
});

// std.losses:54: cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)
const cosface = loss({
  name: "cosface(s = 16, m = 0.2)",
  formula: "cosface(s = 16, m = 0.2) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)",
  at: atLosses(54),
  uses: ["x", "y", "W"],
  value({ x, y, W }) {
    const { s, m } = parameters.cosface;
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const z = multiply(s, select(isTarget(y), subtract(c, m), c));
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, N }) {
    const { s, m } = parameters.cosface;
    const target = isTarget(y);
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
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

// std.losses:45: normface { learn s = 10, at least 0.01; cross_entropy(s * cosine(x, W)) }
const normface = loss({
  name: "normface",
  formula: "normface { learn s = 10, at least 0.01; cross_entropy(s * cosine(x, W)) }",
  at: atLosses(45),
  uses: ["x", "y", "W"],
  learned: { s: { axes: [], initial: { kind: "constant", value: 10 }, atLeast: 0.01 } },
  value({ x, y, W, s }) {
    const c = dot(
      divide(x, maximum(norm(x, "feature"), 1e-8)),
      divide(W, maximum(norm(W, "feature"), 1e-8)),
      "feature",
    );
    const z = multiply(s, c);
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient({ x, y, W, s, N }) {
    const xNorm = maximum(norm(x, "feature"), 1e-8);
    const xUnit = divide(x, xNorm);
    const WNorm = maximum(norm(W, "feature"), 1e-8);
    const WUnit = divide(W, WNorm);
    const dz = dot(xUnit, WUnit, "feature");
    const p = softmax(multiply(s, dz), "class");
    const excess = select(isTarget(y), subtract(p, 1), p);
    const dc = multiply(1 / N, multiply(s, excess));
    const dxUnit = dot(dc, WUnit, "class");
    const dWUnit = dot(dc, xUnit, "sample");
    return {
      x: divide(subtract(dxUnit, multiply(dot(xUnit, dxUnit, "feature"), xUnit)), xNorm),
      W: divide(subtract(dWUnit, multiply(dot(WUnit, dWUnit, "feature"), WUnit)), WNorm),
      s: sum(dot(dz, multiply(1 / N, excess), "sample"), "class"),
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

await table({
  name: "margins",
  title: "Margins",
  at: at(28),
  rows: [
    ["ArcFace", arcface],
    ["straight", arcface_straight],
    ["CosFace", cosface],
    ["normface", normface],
  ],
  columns: [["Flat", Flat]],
  run: (loss, backbone) => ({ ...margin, loss, backbone }),
  seeds: [1, 5],
  cells: [
    {
      protocol: pairs(part(people, "test")),
      measure: { kind: "accuracy" },
      format: "percent",
      spread: true,
      best: false,
    },
  ],
  published: [
    {
      source: "Nobody 2026, table 1",
      within: 0.5,
      entries: [
        { row: "ArcFace", column: "Flat", value: 91.5 },
        { row: "CosFace", column: "Flat", value: 92 },
      ],
    },
  ],
}, commandLine());

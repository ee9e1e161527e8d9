/** Networks and a loss for measuring steps: what the compiler would emit for them, by hand. */
import { loss, sgd, synthetic, training, part, backbone } from "../src/runtime/declare.js";
import type { Layer } from "../src/runtime/describe.js";
import type { Loss, Training } from "../src/runtime/experiment.js";
import { bn, conv, dense, flatten, globalpool, maxpool, prelu, relu, repeat, residual } from "../src/runtime/layers/index.js";
import { add, dot, logSumExp, pick, softmax, spread, subtract, multiply } from "../src/runtime/ops/index.js";

const at = { file: "bench.face", line: 1 };

/** Softmax cross entropy with weights and biases. */
export const softmaxLoss: Loss = loss({
  name: "softmax",
  formula: "cross_entropy(dot(x, W) + b)",
  at,
  uses: ["x", "y", "W", "b"],
  value: ({ x, y, W, b }) => {
    const z = add(dot(x, W, "feature"), b);
    return { perSample: subtract(logSumExp(z, "class"), pick(z, y)) };
  },
  gradient: ({ x, y, W, b, N }) => {
    const z = add(dot(x, W, "feature"), b);
    const p = multiply(softmax(z, "class"), 1 / N);
    const one = multiply(subtract(pick(p, y), pick(p, y)), 0);
    const dz = subtract(p, spread(add(one, 1 / N), y));
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: dot(dz, add(multiply(pick(z, y), 0), 1), "sample") };
  },
});

function basic(width: number, stride = 1): Layer[] {
  return [
    residual([conv({ kernel: [3, 3], filters: width, stride }), bn(), relu(), conv({ kernel: [3, 3], filters: width }), bn()]),
    relu(),
  ];
}

/** conv-BN residual net of 16, 32, 64 filters. */
export function smallResidual(features = 64): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: 16 }),
    bn(),
    prelu(),
    ...basic(16),
    ...basic(32, 2),
    ...basic(64, 2),
    globalpool(),
    dense({ features }),
    bn(),
  ];
}

/** Strided stem, three stages, as a small net for faces of 56x46 or 64x64. */
export function smallStrided(features = 64): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: 16, stride: 2 }),
    bn(),
    prelu(),
    ...basic(16),
    ...basic(32, 2),
    ...basic(64, 2),
    flatten(),
    dense({ features }),
    bn(),
  ];
}

/** conv-BN-PReLU-maxpool-dense. */
export function pooled(features = 16): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: 8 }),
    bn(),
    prelu(),
    maxpool(),
    repeat(1, () => [conv({ kernel: [3, 3], filters: 12 }), bn(), prelu(), maxpool()]),
    flatten(),
    dense({ features }),
  ];
}

export function trainingOf(input: readonly [number, number, number], layers: Layer[], batch: number): Training {
  const data = part(synthetic("faces", { identities: 10, images: 10 }, { image: input, scale: (v) => v / 255, at }));
  return training({
    name: "bench",
    at,
    data,
    backbone: backbone("small", { input, at }, layers),
    loss: softmaxLoss,
    optimizer: sgd({ momentum: 0.9, decay: 5e-4 }),
    schedule: () => 0.05,
    clip: 5,
    batch,
    epochs: 1,
  });
}

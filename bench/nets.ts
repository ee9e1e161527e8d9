/** Networks and a loss for measuring steps: what the compiler would emit for them, by hand. */
import { backbone, loss, part, sgd, synthetic, training } from "../src/runtime/declare.js";
import type { Layer } from "../src/runtime/describe.js";
import type { Loss, Training } from "../src/runtime/experiment.js";
import { bn, conv, dense, flatten, globalpool, prelu, relu, residual } from "../src/runtime/layers/index.js";
import { add, dot, isTarget, logSumExp, multiply, pick, select, softmax, subtract, sum } from "../src/runtime/ops/index.js";

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
    const dz = multiply(subtract(softmax(z, "class"), select(isTarget(y), 1, 0)), 1 / N);
    return { x: dot(dz, W, "class"), W: dot(dz, x, "sample"), b: sum(dz, "sample") };
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

/** The network of specs/quickstart.face. */
export function tiny(features = 64): Layer[] {
  const block = (width: number): Layer[] => [
    residual([conv({ kernel: [3, 3], filters: width, stride: 2 }), bn(), prelu(), conv({ kernel: [3, 3], filters: width }), bn()]),
    prelu(),
  ];
  return [
    conv({ kernel: [3, 3], filters: 16 }),
    bn(),
    prelu(),
    ...block(16),
    ...block(32),
    ...block(64),
    flatten(),
    dense({ features }),
    bn(),
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

function basicPrelu(width: number, stride = 1): Layer[] {
  return [
    residual([conv({ kernel: [3, 3], filters: width, stride }), bn(), prelu(), conv({ kernel: [3, 3], filters: width }), bn()]),
    prelu(),
  ];
}

/** The backbone of specs/quickstart.face. */
export function quickstartNet(features = 64): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: 16 }),
    bn(),
    prelu(),
    ...basicPrelu(16, 2),
    ...basicPrelu(32, 2),
    ...basicPrelu(64, 2),
    flatten(),
    dense({ features }),
    bn(),
  ];
}

/** The backbone of specs/orl.face, without its dropout: a peer draws other masks. */
export function orlNet(features = 128): Layer[] {
  return [
    conv({ kernel: [3, 3], filters: 16, stride: 2 }),
    bn(),
    prelu(),
    ...basicPrelu(32, 2),
    ...basicPrelu(64, 2),
    ...basicPrelu(128, 2),
    flatten(),
    dense({ features }),
    bn(),
  ];
}

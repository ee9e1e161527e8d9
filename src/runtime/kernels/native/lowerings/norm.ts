/** Batch normalisation, by the library's fused operations. */
import { at, numberOf, sizeOf } from "../../shapes.js";
import type { Device, Lowering, OpAttributes, OpInfo, Ops } from "../ops.js";
import { bool, float, operand, reshaped, result, scalar, text, type, typed } from "./support.js";

/** The operations take maps only: everything but the channels becomes one dimension of them. */
function asMap<T extends OpInfo>(ops: Ops<T>, v: T): T {
  if (v.shape.length === 4) return v;
  const channels = at(v.shape, v.shape.length - 1);
  return reshaped(ops, v, [sizeOf(v.shape) / channels, 1, 1, channels]);
}

function backTo<T extends OpInfo>(ops: Ops<T>, v: T, shape: readonly number[]): T {
  return shape.length === 4 ? v : reshaped(ops, v, shape);
}

function training(x: OpInfo, epsilon: number): OpAttributes {
  return { T: type(x.dtype), U: type("float32"), epsilon: float(epsilon), data_format: text("NHWC"), is_training: bool(true) };
}

const batchNorm: Lowering = (ops, inputs, attributes, outputs) => {
  const [source, scale, offset] = [operand(inputs, 0), operand(inputs, 1), operand(inputs, 2)];
  const x = asMap(ops, source);
  const none = ops.constant([], { shape: [0], dtype: "float32" });
  const channels: OpInfo = { shape: scale.shape, dtype: "float32" };
  const [y, mean, unbiased] = ops.op(
    "FusedBatchNormV3",
    [x, scale, offset, none, none],
    { ...training(x, numberOf(attributes, "epsilon")), exponential_avg_factor: float(1) },
    [{ shape: x.shape, dtype: x.dtype }, channels, channels],
  );
  if (y === undefined || mean === undefined || unbiased === undefined) throw new Error("FusedBatchNormV3 made too few tensors.");
  // Its last outputs hold the biased variance on the CPU and something else on a GPU; this one is the same everywhere.
  const count = sizeOf(x.shape) / at(scale.shape, 0);
  const biased = typed(ops, "Mul", [unbiased, scalar(ops, (count - 1) / count, "float32")], channels);
  return [backTo(ops, y, result(outputs).shape), mean, biased];
};

/** What the gradient wants to know of the variance: on the CPU itself, on a GPU the inverse deviation. */
function spread<T extends OpInfo>(ops: Ops<T>, device: Device, variance: T, epsilon: number): T {
  if (device === "cpu") return variance;
  const info: OpInfo = { shape: variance.shape, dtype: "float32" };
  return typed(ops, "Rsqrt", [typed(ops, "AddV2", [variance, scalar(ops, epsilon, "float32")], info)], info);
}

function batchNormGradient(device: Device): Lowering {
  return (ops, inputs, attributes, outputs) => {
    const [dy, x, scale] = [asMap(ops, operand(inputs, 0)), asMap(ops, operand(inputs, 1)), operand(inputs, 2)];
    const epsilon = numberOf(attributes, "epsilon");
    const operands = [dy, x, scale, operand(inputs, 3), spread(ops, device, operand(inputs, 4), epsilon)];
    const channels: OpInfo = { shape: scale.shape, dtype: "float32" };
    const infos: readonly OpInfo[] = [{ shape: x.shape, dtype: x.dtype }, channels, channels];
    // The third version takes what cuDNN has reserved in the forward pass, which a kernel does not hand on.
    const [dx, dscale, doffset] =
      device === "cpu"
        ? ops.op("FusedBatchNormGradV3", [...operands, scalar(ops, 0, "float32")], training(x, epsilon), infos)
        : ops.op("FusedBatchNormGradV2", operands, training(x, epsilon), infos);
    if (dx === undefined || dscale === undefined || doffset === undefined) throw new Error("FusedBatchNormGrad made too few tensors.");
    return [backTo(ops, dx, result(outputs).shape), dscale, doffset];
  };
}

export function normLowerings(device: Device): Readonly<Record<string, Lowering>> {
  return { batchNorm, batchNormGradient: batchNormGradient(device) };
}

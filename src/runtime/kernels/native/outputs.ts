/** How operations name their outputs: inside a function of a graph, edges go by these names. */
import type { GraphAttribute } from "./proto.js";

/** Operations with one output that is not called `output`, by what it is called. */
const single: Readonly<Record<string, readonly string[]>> = {
  y: [
    ...["Abs", "Acos", "Asin", "Cast", "Ceil", "Cos", "DeepCopy", "Erf", "Erfc", "Exp", "Expm1", "Floor", "IsFinite", "Log", "Log1p"],
    ...["LogicalNot", "Neg", "OnesLike", "Reciprocal", "Round", "Rsqrt", "Sigmoid", "Sign", "Sin", "Sqrt", "Square", "Tanh"],
    ...["Transpose", "ZerosLike"],
  ],
  z: [
    ...["Add", "AddV2", "BitwiseAnd", "BitwiseOr", "BitwiseXor", "Div", "DivNoNan", "Equal", "FloorDiv", "FloorMod", "Greater"],
    ...["GreaterEqual", "LeftShift", "Less", "LessEqual", "LogicalAnd", "LogicalOr", "Maximum", "Minimum", "Mod", "Mul", "NotEqual"],
    ...["Pow", "RealDiv", "RightShift", "RsqrtGrad", "SquaredDifference", "Sub", "TruncateDiv", "Xdivy"],
  ],
  activations: ["Elu", "LeakyRelu", "Relu", "Selu", "Softplus"],
  backprops: ["EluGrad", "LeakyReluGrad", "ReluGrad", "SoftplusGrad"],
  logsoftmax: ["LogSoftmax"],
  product: ["MatMul"],
  softmax: ["Softmax"],
  sum: ["AddN"],
  value: ["ReadVariableOp"],
};

/** Operations with several outputs. */
const several: Readonly<Record<string, readonly string[]>> = {
  FusedBatchNormV3: ["y", "batch_mean", "batch_variance", "reserve_space_1", "reserve_space_2", "reserve_space_3"],
  FusedBatchNormGradV2: ["x_backprop", "scale_backprop", "offset_backprop", "reserve_space_3", "reserve_space_4"],
  FusedBatchNormGradV3: ["x_backprop", "scale_backprop", "offset_backprop", "reserve_space_4", "reserve_space_5"],
  MaxPoolWithArgmax: ["output", "argmax"],
  SparseSoftmaxCrossEntropyWithLogits: ["loss", "backprop"],
  StatelessRandomGetKeyCounter: ["key", "counter"],
  TopKV2: ["values", "indices"],
};

/** Operations with one output that is a list. */
const lists = new Set(["IdentityN", "Split", "SplitV", "Unpack"]);

/** Operations whose outputs are lists, each as long as an attribute says. */
const counted: Readonly<Record<string, readonly (readonly [name: string, count: string])[]>> = {
  FacecLoop: [
    ["x", "floatOutputs"],
    ["y", "halfOutputs"],
  ],
};

const names = new Map([
  ...Object.entries(single).flatMap(([name, ops]) => ops.map((op) => [op, [name]] as const)),
  ...Object.entries(several),
]);

/** The output `index` of an operation as a function refers to it: `Conv2D` has `output:0`. A wrong one is refused at loading. */
export function outputArgument(op: string, index: number, attributes: Readonly<Record<string, GraphAttribute>>): string {
  if (lists.has(op)) return `output:${index}`;
  const groups = counted[op];
  if (groups !== undefined) return inGroups(op, groups, index, attributes);
  const name = (names.get(op) ?? ["output"])[index];
  if (name === undefined) throw new Error(`${op} has no output ${index}.`);
  return `${name}:0`;
}

function inGroups(
  op: string,
  groups: readonly (readonly [name: string, count: string])[],
  index: number,
  attributes: Readonly<Record<string, GraphAttribute>>,
): string {
  let left = index;
  for (const [name, count] of groups) {
    const attribute = attributes[count];
    const entries = attribute?.kind === "int" ? attribute.value : 0;
    if (left < entries) return `${name}:${left}`;
    left -= entries;
  }
  throw new Error(`${op} has no output ${index}.`);
}

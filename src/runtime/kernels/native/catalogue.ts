/**
 * TensorFlow's operations that kernels are lowered to: attributes with their types, and how many outputs each has, from the
 * library's own registry. TensorFlow drops an attribute that is spelled wrongly without a word, and then computes with its default.
 */
import type { OpAttribute, OpAttributes } from "./ops.js";

type Kind = OpAttribute["kind"];

interface Described {
  /** Type of each attribute; a `?` after it: it has a default and may be left out. */
  readonly attributes: Readonly<Record<string, Kind | `${Kind}?`>>;
  /** How many outputs; or the attributes that say so, added up. */
  readonly outputs: number | readonly string[];
}

function of(attributes: Described["attributes"], outputs: Described["outputs"] = 1): Described {
  return { attributes, outputs };
}

const T = of({ T: "type" });
const reduction = of({ T: "type", Tidx: "type?", keep_dims: "bool?" });
const logical = of({});
const convolution = of({
  T: "type",
  strides: "ints",
  padding: "string",
  explicit_paddings: "ints?",
  data_format: "string?",
  dilations: "ints?",
  use_cudnn_on_gpu: "bool?",
});
const averagePool = of({ T: "type", ksize: "ints", strides: "ints", padding: "string", data_format: "string?" });
const normGradient = of({ T: "type", U: "type", epsilon: "float?", data_format: "string?", is_training: "bool?" }, 5);
const equality = of({ T: "type", incompatible_shape_error: "bool?" });

const catalogue: Readonly<Record<string, Described>> = {
  // Value by value.
  Abs: T,
  Acos: T,
  AddV2: T,
  Cos: T,
  Equal: equality,
  Exp: T,
  Expm1: T,
  Floor: T,
  FloorDiv: T,
  Greater: T,
  GreaterEqual: T,
  Less: T,
  LessEqual: T,
  Log: T,
  Log1p: T,
  LogicalAnd: logical,
  LogicalNot: logical,
  LogicalOr: logical,
  Maximum: T,
  Minimum: T,
  Mul: T,
  Neg: T,
  NotEqual: equality,
  Pow: T,
  RealDiv: T,
  Relu: T,
  ReluGrad: T,
  Rsqrt: T,
  SelectV2: T,
  Sign: T,
  Sin: T,
  Softplus: T,
  Sqrt: T,
  Square: T,
  Sub: T,
  // Arrays.
  Bitcast: of({ T: "type", type: "type" }),
  BroadcastTo: of({ T: "type", Tidx: "type?" }),
  Cast: of({ SrcT: "type", DstT: "type", Truncate: "bool?" }),
  ConcatV2: of({ N: "int", T: "type", Tidx: "type?" }),
  DeepCopy: T,
  Fill: of({ T: "type", index_type: "type?" }),
  Identity: T,
  L2Loss: T,
  MatMul: of({ T: "type", transpose_a: "bool?", transpose_b: "bool?", grad_a: "bool?", grad_b: "bool?" }),
  Max: reduction,
  Pack: of({ N: "int", T: "type", axis: "int?" }),
  PadV2: of({ T: "type", Tpaddings: "type?" }),
  Reshape: of({ T: "type", Tshape: "type?" }),
  Slice: of({ T: "type", Index: "type" }),
  Sum: reduction,
  Transpose: of({ T: "type", Tperm: "type?" }),
  // Labels.
  GatherV2: of({ Tparams: "type", Tindices: "type", Taxis: "type", batch_dims: "int?" }),
  OneHot: of({ T: "type", TI: "type?", axis: "int?" }),
  ScatterNd: of({ T: "type", Tindices: "type", bad_indices_policy: "string?" }),
  UnsortedSegmentSum: of({ T: "type", Tindices: "type", Tnumsegments: "type?" }),
  // Maps.
  AvgPool: averagePool,
  AvgPoolGrad: averagePool,
  Conv2D: convolution,
  Conv2DBackpropFilter: convolution,
  Conv2DBackpropInput: convolution,
  FusedBatchNormGradV2: normGradient,
  FusedBatchNormGradV3: normGradient,
  FusedBatchNormV3: of(
    { T: "type", U: "type", epsilon: "float?", exponential_avg_factor: "float?", data_format: "string?", is_training: "bool?" },
    6,
  ),
  MaxPoolWithArgmax: of(
    { T: "type", Targmax: "type?", ksize: "ints", strides: "ints", padding: "string", include_batch_in_index: "bool?" },
    2,
  ),
  // Random numbers.
  StatelessRandomUniformFullIntV2: of({ dtype: "type?", Tshape: "type?" }),
  // Our own, in `native/`.
  FacecLoop: of({ floats: "int", halves: "int", wholes: "int", floatOutputs: "int", halfOutputs: "int", program: "string" }, [
    "floatOutputs",
    "halfOutputs",
  ]),
  FacecSequence: of({ floats: "int", wholes: "int", outputs: "int", shapes: "ints", program: "string" }, ["outputs"]),
  FacecConv3: of({ before: "ints", moved: "ints", rotated: "bool" }),
  FacecConv3FilterGradient: of({ before: "ints" }),
  FacecMaxPool: of({ T: "type", size: "ints", stride: "ints", before: "ints", pooled: "ints" }, 2),
  FacecMaxPoolGradient: of({ T: "type", shape: "ints" }),
};

/** Checks an operation's attributes, and says how many outputs it has. Throws where a lowering is wrong. */
export function outputsOf(name: string, attributes: OpAttributes): number {
  const described = catalogue[name];
  if (described === undefined) throw new Error(`${name} is not in the catalogue of TensorFlow's operations.`);
  for (const [key, { kind }] of Object.entries(attributes)) {
    const wanted = described.attributes[key];
    if (wanted === undefined) throw new Error(`${name} has no attribute ${key}.`);
    if (wanted !== kind && wanted !== `${kind}?`) throw new Error(`Attribute ${key} of ${name} is ${wanted}, not ${kind}.`);
  }
  for (const [key, wanted] of Object.entries(described.attributes)) {
    if (!wanted.endsWith("?") && attributes[key] === undefined) throw new Error(`${name} needs its attribute ${key}.`);
  }
  const { outputs } = described;
  if (typeof outputs === "number") return outputs;
  return outputs.reduce((sum, key) => sum + countOf(attributes[key]), 0);
}

function countOf(attribute: OpAttribute | undefined): number {
  return attribute?.kind === "int" ? attribute.value : 0;
}

/**
 * The seam to the array library: the list of kernels, each with its output shapes and its gradient in terms of
 * kernels. `docs/kernels.md` is the pinned prose of this list. Only folders below this one import TensorFlow.js.
 */
import type { Recorder, Value } from "../step/record.js";
import type { Attributes, DType, Ref, Step, ValueInfo } from "../step/step.js";

export interface Kernel {
  readonly name: string;
  /** One line: operands with their shapes, attributes with their meaning. */
  readonly doc: string;
  /** Shapes and dtypes of the outputs; throws only on a bug of ours. */
  outputs(inputs: readonly ValueInfo[], attributes: Attributes): readonly ValueInfo[];
  /**
   * Records the gradients of the inputs, given those of the outputs (null: none flows). Null entries: no gradient.
   * Null itself: the kernel is never differentiated through.
   */
  readonly gradient:
    | ((
        recorder: Recorder,
        inputs: readonly Value[],
        outputs: readonly Value[],
        dys: readonly (Value | null)[],
        attributes: Attributes,
      ) => readonly (Value | null)[])
    | null;
}

/** A tensor of a backend: opaque to everybody but that backend. */
export interface Tensor {
  readonly id: unknown;
  readonly shape: readonly number[];
  readonly dtype: DType;
}

/** Runs kernels, or whole steps. One per process; `portable/` makes those of cpu and wasm, `native/` those of node and gpu. */
export interface Backend {
  readonly name: string; // "cpu", "wasm", "node", "gpu", "webgpu"
  /** Library and version, part of a run's key: "tfjs-backend-wasm 4.22.0", "tensorflow-cpu 2.21.0". */
  readonly library: string;
  readonly threads: number;
  /** Whether kernels take and give bfloat16. */
  readonly bfloat16: boolean;
  /**
   * How a pointwise kernel runs: one loop for the whole expression, which makes longer ones cheaper, or an operation each.
   * "fused": there is the kernel `loop` too, which takes in sums and gives several values.
   */
  readonly pointwise: "loop" | "operations" | "fused";
  upload(data: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  /** A copy of the values; bfloat16 comes as float32. */
  read(tensor: Tensor): Promise<Float32Array | Int32Array>;
  run(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): readonly Tensor[];
  dispose(tensor: Tensor): void;
  /** Tensors alive: a run of many steps must leave it where it was. */
  alive(): number;
  /** Makes one program of the library out of a whole step, with the variables inside; null where there is no such thing. */
  readonly capture: ((step: Step) => CapturedStep) | null;
}

/** A step inside the array library: what is fed goes in, what is read comes out, the variables stay there. */
export interface CapturedStep {
  /** Sets the variables, all of them; each is asked for once, and may be made then. */
  load(initial: (variable: string) => Float32Array): void;
  /**
   * Runs the step once; `fed` by the step's own values. Null: what must be finite is not, and nothing was changed. What
   * the library itself says of a failing node is a FaceError at the spec line of that node.
   */
  run(fed: ReadonlyMap<Ref, Float32Array | Int32Array>): Promise<Record<string, Float32Array> | null>;
  /** A copy of the variables. */
  save(): Promise<Map<string, Float32Array>>;
  dispose(): void;
}

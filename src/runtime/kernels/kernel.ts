/**
 * The seam to the array library: the list of kernels, each with its output shapes and its gradient in terms of
 * kernels. `docs/kernels.md` is the pinned prose of this list. Only folders below this one import TensorFlow.js.
 */
import type { Recorder, Value } from "../step/record.js";
import type { Attributes, ValueInfo } from "../step/step.js";

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
  readonly dtype: "float32" | "int32";
}

/** Runs kernels: what `interpret` needs. One per process; `portable/` makes those of cpu and wasm. */
export interface Backend {
  readonly name: string; // "cpu", "wasm"
  /** Library and version, part of a run's key: "tfjs-backend-wasm 4.22.0". */
  readonly library: string;
  readonly threads: number;
  upload(data: Float32Array | Int32Array, shape: readonly number[]): Tensor;
  /** A copy of the values. */
  read(tensor: Tensor): Promise<Float32Array | Int32Array>;
  run(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): readonly Tensor[];
  dispose(tensor: Tensor): void;
  /** Tensors alive: a run of many steps must leave it where it was. */
  alive(): number;
}

/** The portable backends: every kernel on the cpu and wasm backends of TensorFlow.js, or written here where those lack it. */
import type { Attributes, ValueInfo } from "../../step/step.js";
import type { Backend, Tensor } from "../kernel.js";
import { broadcast, cast, constant, matmul, reshape, transpose } from "./array.js";
import { conv, convFilterGradient, convInputGradient } from "./conv.js";
import { gatherRows, oneHot, pickColumns, scatterRows, spreadColumns } from "./label.js";
import type { Data, Implementation } from "./memory.js";
import { batchNorm, batchNormGradient } from "./norm.js";
import { pointwise } from "./pointwise.js";
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from "./pool.js";
import { dropoutMask } from "./random.js";
import { reduceMax, reduceSum, sumSquares } from "./reduce.js";
import type { OpenMemory } from "./tensorflow.js";

export const implementations: Readonly<Record<string, Implementation>> = {
  pointwise,
  constant,
  reduceSum,
  reduceMax,
  sumSquares,
  matmul,
  reshape,
  transpose,
  broadcast,
  cast,
  gatherRows,
  scatterRows,
  pickColumns,
  spreadColumns,
  oneHot,
  conv,
  convInputGradient,
  convFilterGradient,
  batchNorm,
  batchNormGradient,
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  dropoutMask,
};

const opened = new Map<string, Promise<Backend>>();

/**
 * Starts a backend, once a process. TensorFlow.js is loaded here, not before. `vectors` false: wasm computes as it does
 * where its memory cannot be shared with vector loops.
 */
export function openBackend(name: "cpu" | "wasm", { vectors = true }: { readonly vectors?: boolean } = {}): Promise<Backend> {
  const key = `${name} ${vectors}`;
  const before = opened.get(key);
  if (before !== undefined) return before;
  const opening = import("./tensorflow.js").then(async ({ openMemory }) => new PortableBackend(name, await openMemory(name, vectors)));
  opened.set(key, opening);
  return opening;
}

class PortableBackend implements Backend {
  readonly bfloat16 = false;
  readonly pointwise = "loop";
  readonly capture = null;
  readonly library: string;
  readonly threads: number;

  constructor(
    readonly name: string,
    private readonly memory: OpenMemory,
  ) {
    this.library = memory.library;
    this.threads = memory.threads;
  }

  upload(data: Data, shape: readonly number[]): Tensor {
    return this.memory.write(data, shape);
  }
  async read(tensor: Tensor): Promise<Data> {
    return this.memory.copy(tensor);
  }
  run(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): readonly Tensor[] {
    const implementation = implementations[kernel];
    if (implementation === undefined) throw new Error(`${this.name} has no kernel ${kernel}.`);
    return implementation(this.memory, inputs, attributes, outputs);
  }
  dispose(tensor: Tensor): void {
    this.memory.free(tensor);
  }
  alive(): number {
    return this.memory.alive();
  }
}

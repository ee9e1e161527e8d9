import type { Attributes, ValueInfo } from "../../step/step.js";
import type { Backend, Tensor } from "../kernel.js";
import { sizeOf } from "../shapes.js";
import { constant, matmul, transpose } from "./array.js";
import { conv, convFilterGradient, convInputGradient } from "./conv.js";
import type { Device, Memory } from "./device.js";
import { gatherRows, oneHot, pickColumns, scatterRows, spreadColumns } from "./label.js";
import { batchNorm, batchNormGradient } from "./norm.js";
import { openDevice } from "./open.js";
import type { Plan, Planner, Slot } from "./plan.js";
import { broadcast, pointwise } from "./pointwise.js";
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from "./pool.js";
import { dropoutMask } from "./random.js";
import { reduceMax, reduceSum, sumSquares } from "./reduce.js";

/** All kernels but those that only look at the same memory in another way: `reshape` and `cast`. */
export const planners: Readonly<Record<string, Planner>> = {
  pointwise,
  constant,
  reduceSum,
  reduceMax,
  sumSquares,
  matmul,
  transpose,
  broadcast,
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

export const views: readonly string[] = ["reshape", "cast"];

let opened: Promise<Backend> | null = null;

/** Starts WebGPU, once a process. A FaceError says what is missing. */
export function openWebgpu(): Promise<Backend> {
  opened ??= openDevice().then(({ device, library }) => new WebgpuBackend(device, library));
  return opened;
}

class WebgpuTensor implements Tensor {
  constructor(
    readonly id: Memory,
    readonly shape: readonly number[],
    readonly dtype: Tensor["dtype"],
  ) {}
}

class WebgpuBackend implements Backend {
  readonly name = "webgpu";
  readonly threads = 1;
  readonly bfloat16 = false;
  readonly pointwise = "loop";
  readonly capture = null;
  private readonly plans = new WeakMap<Attributes, Map<string, Plan>>();
  private tensors = 0;

  constructor(
    private readonly device: Device,
    readonly library: string,
  ) {}

  upload(data: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    return this.tensor(this.device.write(data), shape, data instanceof Float32Array ? "float32" : "int32");
  }

  async read(tensor: Tensor): Promise<Float32Array | Int32Array> {
    const bytes = await this.device.read(memoryOf(tensor), 4 * sizeOf(tensor.shape));
    return tensor.dtype === "int32" ? new Int32Array(bytes) : new Float32Array(bytes);
  }

  run(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): readonly Tensor[] {
    if (outputs.some(({ dtype }) => dtype === "bfloat16")) throw new Error("WebGPU has no bfloat16.");
    if (views.includes(kernel)) return outputs.map((info) => this.view(inputs[0], info));
    const plan = this.planOf(kernel, inputs, attributes, outputs);
    const made = outputs.map(({ shape, dtype }) => this.tensor(this.device.take(4 * sizeOf(shape)), shape, dtype));
    const scratch = plan.scratch.map((entries) => this.device.take(4 * entries));
    const memories = { input: inputs.map(memoryOf), output: made.map(memoryOf), scratch };
    const find = ({ of, index }: Slot): Memory => {
      const found = memories[of][index];
      if (found === undefined) throw new Error(`${kernel} has no ${of} ${index}.`);
      return found;
    };
    for (const { code, bindings, groups } of plan.dispatches) this.device.dispatch(code, bindings.map(find), groups);
    for (const memory of scratch) this.device.give(memory);
    return made;
  }

  dispose(tensor: Tensor): void {
    this.tensors--;
    this.device.give(memoryOf(tensor));
  }

  alive(): number {
    return this.tensors;
  }

  private tensor(memory: Memory, shape: readonly number[], dtype: Tensor["dtype"]): Tensor {
    this.tensors++;
    return new WebgpuTensor(memory, [...shape], dtype);
  }

  private view(from: Tensor | undefined, { shape, dtype }: ValueInfo): Tensor {
    if (from === undefined) throw new Error("There is nothing to look at.");
    const memory = memoryOf(from);
    memory.users++;
    return this.tensor(memory, shape, dtype);
  }

  /** Steps hand in the same attributes again and again. */
  private planOf(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): Plan {
    const key = `${kernel} ${inputs.map(({ shape, dtype }) => `${dtype}[${shape}]`).join(" ")}`;
    let known = this.plans.get(attributes);
    if (known === undefined) {
      known = new Map();
      this.plans.set(attributes, known);
    }
    let plan = known.get(key);
    if (plan === undefined) {
      const planner = planners[kernel];
      if (planner === undefined) throw new Error(`WebGPU has no kernel ${kernel}.`);
      plan = planner(inputs, attributes, outputs, this.device.mostBindings);
      known.set(key, plan);
    }
    return plan;
  }
}

function memoryOf(tensor: Tensor): Memory {
  if (tensor instanceof WebgpuTensor) return tensor.id;
  throw new Error("This tensor belongs to another backend.");
}

/**
 * The cpu and wasm backends of TensorFlow.js, below its engine: nothing is taped, and every tensor is given back by
 * hand. This file alone imports TensorFlow.js.
 */
import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import { BackendWasm, getThreadsCount, version_wasm } from "@tensorflow/tfjs-backend-wasm";
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "../kernel.js";
import { sizeOf } from "../shapes.js";
import type { Data, Memory, Shape } from "./memory.js";
import { Simd } from "./simd/index.js";

/** A backend's memory, and what a `Backend` needs beyond it. */
export interface OpenMemory extends Memory {
  readonly library: string;
  readonly threads: number;
  write(data: Data, shape: Shape): Tensor;
  copy(tensor: Tensor): Data;
  alive(): number;
}

/** `vectors`: whether wasm may use vector loops over its memory. */
export async function openMemory(name: "cpu" | "wasm", vectors: boolean): Promise<OpenMemory> {
  tf.env().set("PROD", true);
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js cannot start its ${name} backend.`);
  await tf.ready();
  const backend = tf.backend();
  if (name === "cpu" && backend instanceof MathBackendCPU) return new CpuMemory(backend);
  if (name === "wasm" && backend instanceof BackendWasm) return new WasmMemory(backend, vectors ? memoryOf(backend) : null);
  throw new Error(`TensorFlow.js started another backend than ${name}.`);
}

type DataId = tf.DataId;

/** TensorFlow.js calls data by objects that it makes; ours hold them unseen. */
function dataIdOf(tensor: Tensor): DataId {
  const { id } = tensor;
  if (typeof id !== "object" || id === null) throw new Error("This tensor belongs to another backend.");
  return id;
}

/** A type that TensorFlow.js has. */
function typeOf(dtype: Tensor["dtype"]): "float32" | "int32" {
  if (dtype === "bfloat16") throw new Error("The portable backends have no bfloat16.");
  return dtype;
}

function infoOf(tensor: Tensor): tf.TensorInfo {
  return { dataId: dataIdOf(tensor), shape: [...tensor.shape], dtype: typeOf(tensor.dtype) };
}

function tensorOf(info: tf.TensorInfo, shape: Shape): Tensor {
  if (info.dtype !== "float32" && info.dtype !== "int32") throw new Error(`A kernel made a tensor of ${info.dtype}.`);
  return { id: info.dataId, shape, dtype: info.dtype };
}

function asFloats(values: unknown): Float32Array {
  if (!(values instanceof Float32Array)) throw new Error("A tensor of float32 was expected.");
  return values;
}

function asIntegers(values: unknown): Int32Array {
  if (!(values instanceof Int32Array)) throw new Error("A tensor of int32 was expected.");
  return values;
}

/** Runs a registered kernel; one output. */
function runNative(
  backend: tf.KernelBackend,
  backendName: string,
  kernel: string,
  inputs: Readonly<Record<string, Tensor>>,
  attributes: Readonly<Record<string, unknown>>,
): Tensor {
  const config = tf.getKernel(kernel, backendName);
  if (config === undefined || config === null) throw new Error(`${backendName} has no kernel ${kernel}.`);
  const infos: tf.NamedTensorInfoMap = {};
  for (const [name, tensor] of Object.entries(inputs)) infos[name] = infoOf(tensor);
  const made = config.kernelFunc({ inputs: infos, backend, attrs: { ...attributes } as tf.NamedAttrMap });
  const info = Array.isArray(made) ? made[0] : made;
  if (info === undefined) throw new Error(`${kernel} made no tensor.`);
  return tensorOf(info, info.shape);
}

/** What both backends do alike. */
abstract class TensorMemory<B extends tf.KernelBackend> {
  constructor(protected readonly backend: B) {}

  abstract floats(tensor: Tensor): Float32Array;
  abstract integers(tensor: Tensor): Int32Array;

  copy(tensor: Tensor): Data {
    return tensor.dtype === "float32" ? this.floats(tensor).slice() : this.integers(tensor).slice();
  }
  alias(tensor: Tensor, shape: Shape): Tensor {
    this.backend.incRef(dataIdOf(tensor));
    return { ...tensor, shape };
  }
  free(tensor: Tensor): void {
    this.backend.disposeData(dataIdOf(tensor));
  }
  alive(): number {
    return this.backend.numDataIds();
  }
}

class CpuMemory extends TensorMemory<MathBackendCPU> implements OpenMemory {
  readonly library = `tfjs-backend-cpu ${tf.version_core}`;
  readonly threads = 1;
  readonly transposesFirst = false;
  readonly simd = null;

  make(shape: Shape, dtype: Tensor["dtype"] = "float32"): Tensor {
    const size = sizeOf(shape);
    return this.adopt(dtype === "float32" ? new Float32Array(size) : new Int32Array(size), shape, dtype);
  }
  write(data: Data, shape: Shape): Tensor {
    return this.adopt(data.slice(), shape, data instanceof Float32Array ? "float32" : "int32");
  }
  floats(tensor: Tensor): Float32Array {
    return asFloats(this.values(tensor));
  }
  integers(tensor: Tensor): Int32Array {
    return asIntegers(this.values(tensor));
  }
  native(kernel: string, inputs: Readonly<Record<string, Tensor>>, attributes: Readonly<Record<string, unknown>>): Tensor {
    return runNative(this.backend, "cpu", kernel, inputs, attributes);
  }
  address(): number {
    throw new Error("The cpu backend has no addresses.");
  }
  private values(tensor: Tensor): unknown {
    return this.backend.data.get(dataIdOf(tensor)).values;
  }
  private adopt(data: Data, shape: Shape, dtype: Tensor["dtype"]): Tensor {
    return tensorOf(this.backend.makeTensorInfo([...shape], typeOf(dtype), data), shape);
  }
}

/**
 * The backend's memory as WebAssembly has it, by which other modules can share it; null where it cannot be found, or
 * is shared by threads, which our modules do not declare.
 */
function memoryOf(backend: BackendWasm): WebAssembly.Memory | null {
  const exported: unknown = Reflect.get(backend.wasm, "asm");
  if (typeof exported !== "object" || exported === null) return null;
  const memory: unknown = Object.values(exported).find((each) => each instanceof WebAssembly.Memory);
  const heap: unknown = Reflect.get(backend.wasm, "HEAPU8");
  if (!(memory instanceof WebAssembly.Memory) || !(heap instanceof Uint8Array)) return null;
  return memory.buffer === heap.buffer && heap.buffer instanceof ArrayBuffer ? memory : null;
}

class WasmMemory extends TensorMemory<BackendWasm> implements OpenMemory {
  /** Without vectors sums are formed in another order, so the last bits of the numbers are others. */
  readonly library: string;
  readonly threads = getThreadsCount();
  readonly transposesFirst = true;
  readonly simd: Simd | null;

  constructor(backend: BackendWasm, memory: WebAssembly.Memory | null) {
    super(backend);
    this.simd = memory === null ? null : new Simd(memory);
    this.library = `tfjs-backend-wasm ${version_wasm}${memory === null ? " without vectors" : ""}`;
  }

  make(shape: Shape, dtype: Tensor["dtype"] = "float32"): Tensor {
    return this.checked(tensorOf(this.backend.makeOutput([...shape], typeOf(dtype)), shape));
  }
  write(data: Data, shape: Shape): Tensor {
    const dtype = data instanceof Float32Array ? "float32" : "int32";
    return this.checked({ id: this.backend.write(data, [...shape], dtype), shape, dtype });
  }
  floats(tensor: Tensor): Float32Array {
    return asFloats(this.backend.typedArrayFromHeap(infoOf(tensor)));
  }
  integers(tensor: Tensor): Int32Array {
    return asIntegers(this.backend.typedArrayFromHeap(infoOf(tensor)));
  }
  native(kernel: string, inputs: Readonly<Record<string, Tensor>>, attributes: Readonly<Record<string, unknown>>): Tensor {
    return this.checked(runNative(this.backend, "wasm", kernel, inputs, attributes));
  }
  address(tensor: Tensor): number {
    return this.backend.getMemoryOffset(dataIdOf(tensor));
  }

  /** The backend does not look whether memory was left: address 0 means that there was none. */
  private checked(tensor: Tensor): Tensor {
    if (this.address(tensor) === 0) throw new Error(`The wasm backend has no memory left for [${tensor.shape}]: use a smaller batch.`);
    return tensor;
  }
}

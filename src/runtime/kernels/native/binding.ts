/**
 * The addon that speaks to TensorFlow: the binding of tfjs-node 4.22, loaded by itself, without its JavaScript. Tensors are
 * numbers that it hands out; each has to be given back by `deleteTensor`.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { quietName } from "./installed.js";

export type TensorData = Float32Array | Int32Array | Uint8Array;

/** What the addon says of a tensor that it made. */
export interface MadeTensor {
  readonly id: number;
  readonly shape: readonly number[];
  /** DataType of tensorflow/core/framework/types.proto. */
  readonly dtype: number;
}

/** An attribute as the addon takes it; `type` is TF_AttrType of tensorflow/c/tf_attrtype.h. */
export interface NativeAttribute {
  readonly name: string;
  readonly type: number;
  readonly value: string | number | boolean | readonly number[];
}

/** TF_AttrType of tensorflow/c/tf_attrtype.h; lists have the type of their entries. */
export const attributeTypes = { string: 0, int: 1, float: 2, bool: 3, type: 4, ints: 1 } as const;

export interface Binding {
  readonly TF_Version: string;
  /** On the CPU the tensor is in the memory of `data`, which must not change while the tensor lives. */
  createTensor(shape: readonly number[], dtype: number, data: TensorData): number;
  deleteTensor(id: number): void;
  /** A copy: Float32Array of float32, Int32Array of int32, Uint8Array of bool. Throws for bfloat16. */
  tensorDataSync(id: number): unknown;
  /** Runs an operation at once. Attributes that it does not know are ignored; `outputs` has to be the number it gives. */
  executeOp(name: string, attributes: readonly NativeAttribute[], inputs: readonly number[], outputs: number): readonly MadeTensor[];
  /** Tags and names are lists with commas. The folder may go as soon as this returns. */
  loadSavedModel(folder: string, tags: string): number;
  deleteSavedModel(model: number): void;
  runSavedModel(model: number, inputs: readonly number[], inputNames: string, outputNames: string): readonly MadeTensor[];
  getNumOfTensors(): number;
  isUsingGpuDevice(): boolean;
}

let loaded: { readonly path: string; readonly binding: Binding } | null = null;

/**
 * Loads the addon at this absolute path. A process holds one: TensorFlow's libraries cannot be there twice. What the library
 * reads of the environment (threads, log level) has to be there before.
 */
export function loadBinding(path: string): Binding {
  if (loaded !== null) {
    if (loaded.path !== path) throw new Error(`TensorFlow was loaded by ${loaded.path} already; ${path} has to wait for another process.`);
    return loaded.binding;
  }
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "3";
  const found = quietly(path);
  if (!isBinding(found)) throw new Error(`${path} is not the binding of tfjs-node.`);
  loaded = { path, binding: found };
  return found;
}

/** The addon, without the two lines that TensorFlow writes to standard error before it looks at its log level. */
function quietly(path: string): unknown {
  const load = createRequire(import.meta.url);
  const quiet = join(dirname(path), quietName);
  if (process.env.TF_CPP_MIN_LOG_LEVEL !== "3" || !existsSync(quiet)) return load(path);
  const { hush, speak }: { readonly hush: () => void; readonly speak: () => void } = load(quiet);
  hush();
  try {
    return load(path);
  } finally {
    speak();
  }
}

const functions = ["createTensor", "deleteTensor", "tensorDataSync", "executeOp", "loadSavedModel", "runSavedModel", "getNumOfTensors"];

function isBinding(found: unknown): found is Binding {
  if (typeof found !== "object" || found === null) return false;
  return functions.every((name) => typeof Reflect.get(found, name) === "function");
}

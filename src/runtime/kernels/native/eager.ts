/** Runs operations on the spot: the backend to debug with, and the one that every graph is compared with. */
import type { Attributes, DType, Step, ValueInfo } from "../../step/step.js";
import type { Backend, CapturedStep, Tensor } from "../kernel.js";
import { LibraryError } from "../library-error.js";
import { sameShape, sizeOf } from "../shapes.js";
import { attributeTypes, type Binding, type MadeTensor, type NativeAttribute, type TensorData } from "./binding.js";
import { captureStep } from "./capture.js";
import { outputsOf } from "./catalogue.js";
import { bfloat16Bits } from "./graph.js";
import type { Lowering, OpAttribute, OpAttributes, OpInfo, Ops, OpType } from "./ops.js";
import { typeNumbers } from "./proto.js";

type Lowerings = Readonly<Record<string, Lowering>>;

interface NativeTensor extends OpInfo {
  readonly id: number;
}

export class NativeBackend implements Backend {
  readonly bfloat16 = true;
  readonly capture: (step: Step) => CapturedStep;
  private readonly constants: Constants;

  constructor(
    readonly name: string,
    readonly library: string,
    readonly threads: number,
    private readonly binding: Binding,
    private readonly lowerings: Lowerings,
    readonly pointwise: "operations" | "fused" = "operations",
  ) {
    this.constants = new Constants(binding);
    this.capture = (step) => captureStep(binding, lowerings, step, pointwise === "fused");
  }

  upload(data: Float32Array | Int32Array, shape: readonly number[]): Tensor {
    const dtype = data instanceof Float32Array ? "float32" : "int32";
    // The tensor stays in the memory that it is given, which is the caller's.
    return { id: this.binding.createTensor(shape, typeNumbers[dtype], data.slice()), shape, dtype };
  }

  async read(tensor: Tensor): Promise<Float32Array | Int32Array> {
    const { id, shape, dtype } = native(tensor);
    const isNarrow = dtype === "bfloat16";
    const plain = isNarrow
      ? this.execute("Cast", [id], { SrcT: type(dtype), DstT: type("float32") }, [{ shape, dtype: "float32" }])[0]
      : id;
    if (plain === undefined) throw new Error("Cast made no tensor.");
    const data = this.binding.tensorDataSync(plain);
    if (isNarrow) this.binding.deleteTensor(plain);
    if (data instanceof Float32Array || data instanceof Int32Array) return data;
    throw new Error(`A tensor of ${dtype} cannot be read.`);
  }

  run(kernel: string, inputs: readonly Tensor[], attributes: Attributes, outputs: readonly ValueInfo[]): readonly Tensor[] {
    const lowering = this.lowerings[kernel];
    if (lowering === undefined) throw new Error(`${kernel} is not lowered to TensorFlow's operations.`);
    const made: NativeTensor[] = [];
    const kept = new Set<number>();
    try {
      const results = lowering(this.ops(made), inputs.map(native), attributes, outputs);
      return outputs.map((info, i) => {
        const result = results[i];
        if (result === undefined || result.dtype !== info.dtype || !sameShape(result.shape, info.shape))
          throw new Error(
            `${kernel} was lowered to ${results.length} tensors, of which number ${i} is no [${info.shape}] of ${info.dtype}.`,
          );
        const own = made.some(({ id }) => id === result.id) && !kept.has(result.id) ? result : this.shared(result);
        kept.add(own.id);
        return { id: own.id, shape: info.shape, dtype: info.dtype };
      });
    } catch (error) {
      for (const id of kept) if (!made.some((tensor) => tensor.id === id)) this.binding.deleteTensor(id);
      kept.clear();
      throw error;
    } finally {
      for (const { id } of made) if (!kept.has(id)) this.binding.deleteTensor(id);
    }
  }

  dispose(tensor: Tensor): void {
    this.binding.deleteTensor(native(tensor).id);
  }

  alive(): number {
    return this.binding.getNumOfTensors() - this.constants.count;
  }

  /** Operations whose tensors are noted in `made`. */
  private ops(made: NativeTensor[]): Ops<NativeTensor> {
    return {
      op: (name, inputs, attributes, outputs) => {
        const ids = this.execute(
          name,
          inputs.map(({ id }) => id),
          attributes,
          outputs,
        );
        const tensors = outputs.map((info, i) => ({ id: ids[i] ?? -1, shape: info.shape, dtype: info.dtype }));
        made.push(...tensors);
        return tensors;
      },
      constant: (values, info) => ({ ...info, id: this.constants.get(values, info) }),
    };
  }

  /** Runs an operation and gives the ids of those outputs that were asked for. */
  private execute(name: string, inputs: readonly number[], attributes: OpAttributes, outputs: readonly OpInfo[]): readonly number[] {
    const count = outputsOf(name, attributes);
    const results = this.asked(name, attributes, inputs, count);
    const wrong = outputs.findIndex((info, i) => !isSame(results[i], info));
    for (const { id } of wrong >= 0 ? results : results.slice(outputs.length)) this.binding.deleteTensor(id);
    if (wrong >= 0) {
      const { shape = [], dtype = 0 } = results[wrong] ?? {};
      throw new Error(
        `Output ${wrong} of ${name} is [${shape}] of type ${dtype}, not [${outputs[wrong]?.shape}] of ${outputs[wrong]?.dtype}.`,
      );
    }
    return results.slice(0, outputs.length).map(({ id }) => id);
  }

  private asked(name: string, attributes: OpAttributes, inputs: readonly number[], outputs: number): readonly MadeTensor[] {
    try {
      return this.binding.executeOp(name, Object.entries(attributes).map(nativeAttribute), inputs, outputs);
    } catch (error) {
      throw new LibraryError(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }

  /** The same memory as a tensor of its own. */
  private shared(tensor: NativeTensor): NativeTensor {
    const [id = -1] = this.execute("Identity", [tensor.id], { T: type(tensor.dtype) }, [tensor]);
    return { ...tensor, id };
  }
}

/** Constants by their values, made once a process. */
class Constants {
  private readonly ids = new Map<string, number>();

  constructor(private readonly binding: Binding) {}

  get count(): number {
    return this.ids.size;
  }

  get(values: readonly number[], { shape, dtype }: OpInfo): number {
    if (values.length !== sizeOf(shape)) throw new Error(`A constant [${shape}] has ${values.length} values.`);
    const key = `${dtype} ${shape}|${values.map((value) => (Object.is(value, -0) ? "-0" : value)).join()}`;
    const known = this.ids.get(key);
    if (known !== undefined) return known;
    const id = this.make(values, shape, dtype);
    this.ids.set(key, id);
    return id;
  }

  private make(values: readonly number[], shape: readonly number[], dtype: OpType): number {
    const [data, made, times] = encoded(values, dtype);
    if (made === dtype) return this.binding.createTensor(shape, typeNumbers[dtype], data);
    // The addon takes few types: the rest are bits of those.
    const bits = this.binding.createTensor(times === 1 ? shape : [...shape, times], typeNumbers[made], data);
    try {
      const attributes = Object.entries({ T: type(made), type: type(dtype) }).map(nativeAttribute);
      const [constant] = this.binding.executeOp("Bitcast", attributes, [bits], 1);
      if (constant === undefined) throw new Error("Bitcast made no tensor.");
      return constant.id;
    } finally {
      this.binding.deleteTensor(bits);
    }
  }
}

/** Values in a type that the addon takes, and how many of its entries are one of theirs. */
function encoded(values: readonly number[], dtype: OpType): readonly [TensorData, OpType, number] {
  switch (dtype) {
    case "float32":
      return [Float32Array.from(values), "float32", 1];
    case "int32":
      return [Int32Array.from(values), "int32", 1];
    case "uint32":
      return [Int32Array.from(values), "int32", 1];
    case "int64":
    case "uint64":
      return [new Int32Array(BigInt64Array.from(values.map(BigInt)).buffer), "int32", 2];
    case "bool":
      return [Uint8Array.from(values, (value) => (value === 0 ? 0 : 1)), "bool", 1];
    case "uint8":
      return [Uint8Array.from(values), "uint8", 1];
    case "bfloat16":
      return [new Uint8Array(Uint16Array.from(values, bfloat16Bits).buffer), "uint8", 2];
  }
}

function nativeAttribute([name, attribute]: readonly [string, OpAttribute]): NativeAttribute {
  const value = attribute.kind === "type" ? typeNumbers[attribute.value] : attribute.value;
  return { name, type: attributeTypes[attribute.kind], value };
}

function isSame(made: MadeTensor | undefined, info: OpInfo): boolean {
  return made !== undefined && made.dtype === typeNumbers[info.dtype] && sameShape(made.shape, info.shape);
}

function type(value: OpType): OpAttribute {
  return { kind: "type", value };
}

function native(tensor: Tensor): NativeTensor & { readonly dtype: DType } {
  const { id, shape, dtype } = tensor;
  if (typeof id !== "number") throw new Error("This tensor belongs to another backend.");
  return { id, shape, dtype };
}

/** What lowerings are written with. */
import type { ValueInfo } from "../../../step/step.js";
import type { OpAttribute, OpAttributes, OpInfo, Ops, OpType } from "../ops.js";

export const type = (value: OpType): OpAttribute => ({ kind: "type", value });
export const int = (value: number): OpAttribute => ({ kind: "int", value });
export const ints = (value: readonly number[]): OpAttribute => ({ kind: "ints", value });
export const float = (value: number): OpAttribute => ({ kind: "float", value });
export const bool = (value: boolean): OpAttribute => ({ kind: "bool", value });
export const text = (value: string): OpAttribute => ({ kind: "string", value });

/** Operand `index` of a kernel. */
export function operand<T>(inputs: readonly T[], index: number): T {
  const found = inputs[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found;
}

/** Output `index` of a kernel. */
export function result(outputs: readonly ValueInfo[], index = 0): ValueInfo {
  const found = outputs[index];
  if (found === undefined) throw new Error(`There is no output ${index}.`);
  return found;
}

/** An operation of which one output is wanted. */
export function one<T extends OpInfo>(ops: Ops<T>, name: string, inputs: readonly T[], attributes: OpAttributes, info: OpInfo): T {
  const [made] = ops.op(name, inputs, attributes, [info]);
  if (made === undefined) throw new Error(`${name} made no tensor.`);
  return made;
}

/** An operation with the one attribute that most have: the type of its operands. */
export function typed<T extends OpInfo>(ops: Ops<T>, name: string, inputs: readonly T[], info: OpInfo): T {
  return one(ops, name, inputs, { T: type(operand(inputs, 0).dtype) }, info);
}

/** Axes, sizes or places: whole numbers in the memory of the host. */
export function list<T extends OpInfo>(ops: Ops<T>, values: readonly number[]): T {
  return ops.constant(values, { shape: [values.length], dtype: "int32" });
}

export function scalar<T extends OpInfo>(ops: Ops<T>, value: number, dtype: OpType): T {
  return ops.constant([value], { shape: [], dtype });
}

export function reshaped<T extends OpInfo>(ops: Ops<T>, v: T, shape: readonly number[]): T {
  return one(ops, "Reshape", [v, list(ops, shape)], { T: type(v.dtype), Tshape: type("int32") }, { shape, dtype: v.dtype });
}

/** `v` as `dtype`; itself where it is that already. */
export function cast<T extends OpInfo>(ops: Ops<T>, v: T, dtype: OpType): T {
  if (v.dtype === dtype) return v;
  return one(ops, "Cast", [v], { SrcT: type(v.dtype), DstT: type(dtype), Truncate: bool(false) }, { shape: v.shape, dtype });
}

export function broadcast<T extends OpInfo>(ops: Ops<T>, v: T, shape: readonly number[]): T {
  return one(ops, "BroadcastTo", [v, list(ops, shape)], { T: type(v.dtype), Tidx: type("int32") }, { shape, dtype: v.dtype });
}

export function filled<T extends OpInfo>(ops: Ops<T>, value: number, { shape, dtype }: OpInfo): T {
  return one(ops, "Fill", [list(ops, shape), scalar(ops, value, dtype)], { T: type(dtype), index_type: type("int32") }, { shape, dtype });
}

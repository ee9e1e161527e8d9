/**
 * Writes the few protocol buffers that make a TensorFlow graph: SavedModel, MetaGraphDef, GraphDef, NodeDef,
 * AttrValue, TensorProto. Field numbers are those of tensorflow/core/framework/*.proto and core/protobuf/*.proto.
 */
import type { OpAttribute, OpType } from "./ops.js";

/** DataType of tensorflow/core/framework/types.proto. */
export const typeNumbers: Readonly<Record<OpType, number>> = {
  float32: 1,
  int32: 3,
  uint8: 4,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint32: 22,
  uint64: 23,
};

export interface TensorValue {
  readonly dtype: OpType;
  readonly shape: readonly number[];
  /** Little-endian, as the library has it in memory. */
  readonly content: Uint8Array;
}

/** What a graph needs beside the attributes of lowerings. */
export type GraphAttribute =
  | OpAttribute
  | { readonly kind: "shape"; readonly value: readonly number[] }
  | { readonly kind: "types"; readonly value: readonly OpType[] }
  | { readonly kind: "tensor"; readonly value: TensorValue };

export interface NodeDef {
  readonly name: string;
  readonly op: string;
  /** `name`, `name:1`; control inputs `^name` last. */
  readonly inputs: readonly string[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
}

type Bytes = readonly Uint8Array[];

/** A SavedModel without variables of its own: one graph, found by the tag `serve`. */
export function savedModel(nodes: readonly NodeDef[]): Uint8Array {
  const versions = message(4, [integer(1, 1087)]); // `producer`: any from the last years will do
  const graph = [...nodes.map((node) => message(1, nodeDef(node))), versions].flat();
  const metaGraph = [message(1, [text(4, "serve")]), message(2, graph)].flat();
  return Buffer.concat([integer(1, 1), ...message(2, metaGraph)]);
}

function nodeDef({ name, op, inputs, attributes }: NodeDef): Bytes {
  const attrs = Object.entries(attributes).map(([key, value]) => message(5, [text(1, key), ...message(2, attributeValue(value))]));
  return [text(1, name), text(2, op), ...inputs.map((input) => text(3, input)), ...attrs.flat()];
}

function attributeValue(attribute: GraphAttribute): Bytes {
  switch (attribute.kind) {
    case "type":
      return [integer(6, typeNumbers[attribute.value])];
    case "int":
      return [integer(3, attribute.value)];
    case "float":
      return [float(4, attribute.value)];
    case "bool":
      return [integer(5, attribute.value ? 1 : 0)];
    case "string":
      return [text(2, attribute.value)];
    case "ints":
      return message(
        1,
        attribute.value.map((value) => integer(3, value)),
      );
    case "types":
      return message(
        1,
        attribute.value.map((value) => integer(6, typeNumbers[value])),
      );
    case "shape":
      return message(7, shape(attribute.value));
    case "tensor": {
      const { dtype, shape: sizes, content } = attribute.value;
      return message(8, [integer(1, typeNumbers[dtype]), ...message(2, shape(sizes)), bytes(4, content)]);
    }
  }
}

function shape(sizes: readonly number[]): Bytes {
  return sizes.flatMap((size) => message(2, [integer(1, size)]));
}

const WIRE = { integer: 0, bytes: 2, fixed32: 5 } as const;

function varint(value: number | bigint): number[] {
  const list: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    list.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  list.push(Number(rest));
  return list;
}

function integer(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint((field << 3) | WIRE.integer), ...varint(value)]);
}

function float(field: number, value: number): Uint8Array {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  return Uint8Array.from([...varint((field << 3) | WIRE.fixed32), ...four]);
}

function bytes(field: number, value: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from([...varint((field << 3) | WIRE.bytes), ...varint(value.length)]), value]);
}

function text(field: number, value: string): Uint8Array {
  return bytes(field, Buffer.from(value, "utf8"));
}

/** A message as a field of another: its head, then its parts as they are. */
function message(field: number, parts: Bytes): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [Uint8Array.from([...varint((field << 3) | WIRE.bytes), ...varint(length)]), ...parts];
}

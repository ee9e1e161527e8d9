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

/** Bytes of a message: a plain list grows fastest where most parts are a few bytes long. */
type Bytes = number[];

/** A SavedModel without variables of its own: one graph, found by the tag `serve`. */
export function savedModel(nodes: readonly NodeDef[]): Uint8Array {
  const parts = nodes.map((node) => Uint8Array.from(field(1, nodeDef(node))));
  const versions = field(4, integers(1, [1087])); // `producer`: any from the last years will do
  const length = parts.reduce((sum, part) => sum + part.length, versions.length);
  const tags = field(1, field(4, Buffer.from("serve")));
  const metaGraph = [...tags, ...head(2, length)];
  const model = [...integers(1, [1]), ...head(2, metaGraph.length + length)]; // schema version
  return Buffer.concat([Uint8Array.from([...model, ...metaGraph]), ...parts, Uint8Array.from(versions)]);
}

function field(number: number, body: ArrayLike<number>): Bytes {
  const to: Bytes = [];
  message(to, number, body);
  return to;
}

/** What stands before a message of this length. */
function head(number: number, length: number): Bytes {
  const to: Bytes = [];
  varint(to, (number << 3) | WIRE.bytes);
  varint(to, length);
  return to;
}

function nodeDef({ name, op, inputs, attributes }: NodeDef): Bytes {
  const to: Bytes = [];
  text(to, 1, name);
  text(to, 2, op);
  for (const input of inputs) text(to, 3, input);
  for (const [key, value] of Object.entries(attributes)) {
    const entry: Bytes = [];
    text(entry, 1, key);
    message(entry, 2, attributeValue(value));
    message(to, 5, entry);
  }
  return to;
}

function attributeValue(attribute: GraphAttribute): Bytes {
  const to: Bytes = [];
  switch (attribute.kind) {
    case "type":
      integer(to, 6, typeNumbers[attribute.value]);
      break;
    case "int":
      integer(to, 3, attribute.value);
      break;
    case "float":
      float(to, 4, attribute.value);
      break;
    case "bool":
      integer(to, 5, attribute.value ? 1 : 0);
      break;
    case "string":
      text(to, 2, attribute.value);
      break;
    case "ints":
      message(to, 1, integers(3, attribute.value));
      break;
    case "types":
      message(
        to,
        1,
        integers(
          6,
          attribute.value.map((value) => typeNumbers[value]),
        ),
      );
      break;
    case "shape":
      message(to, 7, shape(attribute.value));
      break;
    case "tensor":
      message(to, 8, tensor(attribute.value));
      break;
  }
  return to;
}

function tensor({ dtype, shape: sizes, content }: TensorValue): Bytes {
  const to: Bytes = [];
  integer(to, 1, typeNumbers[dtype]);
  message(to, 2, shape(sizes));
  message(to, 4, content);
  return to;
}

function shape(sizes: readonly number[]): Bytes {
  const to: Bytes = [];
  for (const size of sizes) message(to, 2, integers(1, [size]));
  return to;
}

function integers(field: number, values: readonly number[]): Bytes {
  const to: Bytes = [];
  for (const value of values) integer(to, field, value);
  return to;
}

const WIRE = { integer: 0, bytes: 2, fixed32: 5 } as const;

/** Seven bits a byte, low ones first; negative numbers as 64 bits of two's complement. */
function varint(to: Bytes, value: number): void {
  let rest = value;
  if (value < 0) {
    let wide = BigInt.asUintN(64, BigInt(value));
    for (; wide > 127n; wide >>= 7n) to.push(Number(wide & 127n) | 128);
    rest = Number(wide);
  }
  for (; rest > 127; rest = Math.floor(rest / 128)) to.push((rest % 128) | 128);
  to.push(rest);
}

function integer(to: Bytes, field: number, value: number): void {
  varint(to, (field << 3) | WIRE.integer);
  varint(to, value);
}

function float(to: Bytes, field: number, value: number): void {
  const four = Buffer.alloc(4);
  four.writeFloatLE(value);
  varint(to, (field << 3) | WIRE.fixed32);
  to.push(...four);
}

const utf8 = new TextEncoder();

function text(to: Bytes, field: number, value: string): void {
  message(to, field, utf8.encode(value));
}

/** A message, or plain bytes, as a field of another. */
function message(to: Bytes, field: number, body: ArrayLike<number>): void {
  varint(to, (field << 3) | WIRE.bytes);
  varint(to, body.length);
  for (let i = 0; i < body.length; i++) to.push(body[i] ?? 0);
}

/** Writes operations into a graph: nodes and edges as data, and `Ops` over them, so that every lowering can be written down. */
import { outputsOf } from "./catalogue.js";
import type { NodeNames, Origin } from "./names.js";
import type { OpAttributes, OpInfo, Ops, OpType } from "./ops.js";
import type { GraphAttribute, NodeDef } from "./proto.js";

/** What stands at the near end of an edge: an output of a node. */
export interface Edge {
  readonly node: GraphNode;
  readonly index: number;
}

export interface GraphNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly Edge[];
  readonly attributes: Readonly<Record<string, GraphAttribute>>;
  /** Nodes that have to have run before. */
  readonly control: readonly GraphNode[];
}

/** A value of the graph whose shape is known. */
export interface GraphTensor extends OpInfo, Edge {}

/** Collects the nodes of a graph. */
export class GraphWriter {
  private readonly list: GraphNode[] = [];
  private readonly constants = new Map<string, GraphTensor>();

  constructor(readonly names: NodeNames) {}

  add(
    name: string,
    op: string,
    inputs: readonly Edge[],
    attributes: Readonly<Record<string, GraphAttribute>>,
    control: readonly GraphNode[] = [],
  ): GraphNode {
    const node = { name, op, inputs, attributes, control };
    this.list.push(node);
    return node;
  }

  /** A constant; equal ones are one node. */
  constant(values: readonly number[], info: OpInfo): GraphTensor {
    const content = constantBytes(values, info);
    const key = `${info.dtype} ${info.shape} ${content.toString("latin1")}`;
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const node = this.add(this.names.plain("constants/Const"), "Const", [], {
      dtype: { kind: "type", value: info.dtype },
      value: { kind: "tensor", value: { dtype: info.dtype, shape: info.shape, content } },
    });
    const made = { node, index: 0, ...info };
    this.constants.set(key, made);
    return made;
  }

  nodeDefs(): readonly NodeDef[] {
    return this.list.map(({ name, op, inputs, attributes, control }) => ({
      name,
      op,
      inputs: [...inputs.map(reference), ...new Set(control.map((node) => `^${node.name}`))],
      attributes,
    }));
  }
}

function reference({ node, index }: Edge): string {
  return index === 0 ? node.name : `${node.name}:${index}`;
}

/**
 * `Ops` for one kernel: what it writes is named after it, and waits for `after` where the kernel is computed again, late.
 * That wait is also what keeps the library from merging it with its first computation.
 */
export function graphOps(graph: GraphWriter, origin: Origin, after: readonly GraphNode[]): Ops<GraphTensor> {
  return {
    op(name: string, inputs: readonly GraphTensor[], attributes: OpAttributes, outputs: readonly OpInfo[]) {
      if (outputsOf(name, attributes) < outputs.length) throw new Error(`${name} has fewer than ${outputs.length} outputs.`);
      const node = graph.add(graph.names.fresh(origin, name), name, inputs, attributes, after);
      return outputs.map((info, index) => ({ node, index, ...info }));
    },
    constant: (values, info) => graph.constant(values, info),
  };
}

function constantBytes(values: readonly number[], { shape, dtype }: OpInfo): Buffer {
  const count = shape.reduce((product, size) => product * size, 1);
  if (values.length !== count) throw new Error(`A constant [${shape}] has ${values.length} values.`);
  return littleEndian[dtype](values);
}

const littleEndian: Readonly<Record<OpType, (values: readonly number[]) => Buffer>> = {
  float32: (values) => written(values, 4, (buffer, value, at) => buffer.writeFloatLE(value, at)),
  int32: (values) => written(values, 4, (buffer, value, at) => buffer.writeInt32LE(value, at)),
  uint32: (values) => written(values, 4, (buffer, value, at) => buffer.writeUInt32LE(value, at)),
  int64: (values) => written(values, 8, (buffer, value, at) => buffer.writeBigInt64LE(BigInt(value), at)),
  uint64: (values) => written(values, 8, (buffer, value, at) => buffer.writeBigUInt64LE(BigInt(value), at)),
  uint8: (values) => Buffer.from(values),
  bool: (values) => Buffer.from(values.map((value) => (value === 0 ? 0 : 1))),
  bfloat16: (values) => written(values, 2, (buffer, value, at) => buffer.writeUInt16LE(bfloat16Bits(value), at)),
};

function written(values: readonly number[], width: number, write: (buffer: Buffer, value: number, at: number) => void): Buffer {
  const buffer = Buffer.alloc(width * values.length);
  values.forEach((value, i) => {
    write(buffer, value, i * width);
  });
  return buffer;
}

const float = new Float32Array(1);
const bits = new Uint32Array(float.buffer);

/** The upper half of the float32, rounded to nearest, ties to even. */
export function bfloat16Bits(value: number): number {
  float[0] = value;
  const whole = bits[0] ?? 0;
  if (Number.isNaN(value)) return 0x7fc0;
  return ((whole + 0x7fff + ((whole >>> 16) & 1)) >>> 16) & 0xffff;
}

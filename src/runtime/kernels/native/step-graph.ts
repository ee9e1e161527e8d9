/** A step as a graph: variables, operations, the finite test, updates that wait for all reads, and the names to run it by. */
import type { Node, Ref, Step, ValueInfo, Variable } from "../../step/step.js";
import { sizeOf } from "../shapes.js";
import { type GraphNode, type GraphTensor, GraphWriter, graphOps } from "./graph.js";
import { NodeNames } from "./names.js";
import type { Lowering, OpType } from "./ops.js";
import { type GraphAttribute, type NodeDef, savedModel } from "./proto.js";
import { placeOf, type WholeSequence, wholeSequence } from "./sequence/whole.js";

export type Lowerings = Readonly<Record<string, Lowering>>;

/** The node that fails where what must be finite is not. */
export const ASSERTION = "finite/Assert";

/** Bytes of variables that are set or read by one run: many of them at once, and no second copy of a large state. */
const GROUP_BYTES = 32e6;

/** A tensor of variables: one, or several side by side, each from an entry on. */
export interface Held {
  readonly name: string;
  readonly shape: readonly number[];
  readonly parts: readonly { readonly variable: Variable; readonly from: number }[];
}

/** Tensors of variables that are set by one run, and read by another. */
export interface Group {
  readonly tensors: readonly Held[];
  /** What is fed to set them, in their order, and what is fetched when they are. */
  readonly fed: string;
  readonly set: string;
  readonly read: string;
}

export interface StepGraph {
  readonly nodes: readonly NodeDef[];
  readonly names: NodeNames;
  readonly groups: readonly Group[];
  readonly fed: readonly { readonly ref: Ref; readonly info: ValueInfo; readonly name: string }[];
  readonly outputs: readonly { readonly output: string; readonly name: string }[];
}

/** `own`: whether a step that consists of nothing else may become one operation of our own. */
export function stepGraph(step: Step, lowerings: Lowerings, own: boolean): StepGraph {
  const writer = new StepWriter(step, lowerings);
  const whole = own ? wholeSequence(step) : null;
  return whole === null ? writer.written() : writer.writtenWhole(whole);
}

/** The file that the library loads. */
export function fileOf({ nodes }: StepGraph): Uint8Array {
  return savedModel(nodes);
}

class StepWriter {
  private readonly names = new NodeNames();
  private readonly graph = new GraphWriter(this.names);
  private readonly values = new Map<Ref, GraphTensor>();
  private readonly handles = new Map<string, GraphNode>();
  private readonly reads = new Map<string, GraphNode>();

  constructor(
    private readonly step: Step,
    private readonly lowerings: Lowerings,
  ) {}

  written(): StepGraph {
    const { step } = this;
    const fed = step.fed.map(({ name, value }) => this.feed(name, value));
    for (const variable of step.variables) this.variable(variable);
    const groups = grouped(step.variables).map((variables, i) => this.group(variables.map(alone), i));
    for (const node of step.nodes) this.lower(node);
    const gate = this.gate();
    const updates = step.updates.map(({ variable, value }) => this.assign(`update/${variable}`, variable, this.own(value), [gate]));
    return { groups, fed, ...this.finished(gate, updates) };
  }

  /** The step as one operation between one variable, which holds all of them, and what is fed and comes out. */
  writtenWhole(whole: WholeSequence): StepGraph {
    const { step, graph } = this;
    const fed = step.fed.map(({ name, value }) => this.feed(name, value));
    const held = {
      name: ALL,
      shape: [whole.entries],
      parts: step.variables.map((variable) => ({ variable, from: placeOf(whole.places, variable) })),
    };
    const variables = held.parts.length === 0 ? [] : [this.hold(ALL, held.shape)];
    const groups = held.parts.length === 0 ? [] : [this.group([held], 0)];
    const { blamed } = whole;
    const origin = { path: blamed?.path ?? "", kernel: "step", at: blamed?.at ?? null };
    const infos = [
      ...(step.updates.length > 0 ? [{ shape: held.shape, dtype: "float32" } as const] : []),
      ...whole.results.map((ref) => this.info(ref)),
    ];
    const made = graphOps(graph, origin, []).op(
      "FacecSequence",
      [...variables, ...whole.fed.map((ref) => this.value(ref))],
      whole.attributes,
      infos,
    );
    const results = made.slice(made.length - whole.results.length);
    whole.results.forEach((ref, i) => {
      const tensor = results[i];
      if (tensor !== undefined) this.values.set(ref, tensor);
    });
    const [updated] = step.updates.length > 0 ? made : [];
    const gate = this.gate();
    const updates = updated === undefined ? [] : [this.assign(`update/${ALL}`, ALL, updated, [gate])];
    return { groups, fed, ...this.finished(gate, updates) };
  }

  private feed(name: string, ref: Ref) {
    const info = this.info(ref);
    const node = this.placeholder(`fed/${name}`, info);
    this.values.set(ref, { node, index: 0, ...info });
    return { ref, info, name: `${node.name}:0` };
  }

  private placeholder(name: string, { shape, dtype }: ValueInfo): GraphNode {
    return this.graph.add(this.names.plain(name), "Placeholder", [], { dtype: type(dtype), shape: { kind: "shape", value: shape } });
  }

  private variable({ name, shape, value }: Variable): void {
    this.values.set(value, this.hold(name, shape));
  }

  /** A variable of the graph, read. */
  private hold(name: string, shape: readonly number[]): GraphTensor {
    const handle = this.graph.add(this.names.plain(`variables/${name}`), "VarHandleOp", [], {
      dtype: float32,
      shape: { kind: "shape", value: shape },
      shared_name: { kind: "string", value: name },
      container: { kind: "string", value: "" },
    });
    const read = this.graph.add(this.names.plain(`read/${name}`), "ReadVariableOp", [{ node: handle, index: 0 }], { dtype: float32 });
    this.handles.set(name, handle);
    this.reads.set(name, read);
    return { node: read, index: 0, shape, dtype: "float32" };
  }

  private group(tensors: readonly Held[], number: number): Group {
    const fed = tensors.map((held) => this.placeholder(`load/${held.name}/fed`, { shape: held.shape, dtype: "float32" }));
    const assigns = tensors.map((held, i) => {
      const { name } = held;
      // The memory of what is fed belongs to JavaScript and must go back on its thread: the variable gets a copy.
      const copy = this.graph.add(this.names.plain(`load/${name}/copy`), "DeepCopy", [fed[i] ?? missing(name)].map(output), { T: float32 });
      return this.assign(`load/${name}`, name, output(copy), []);
    });
    const zero: GraphAttribute = { kind: "tensor", value: { dtype: "float32", shape: [], content: new Uint8Array(4) } };
    const set = this.graph.add(this.names.plain(`load/done ${number}`), "Const", [], { dtype: float32, value: zero }, assigns);
    return {
      tensors,
      fed: fed.map(({ name }) => `${name}:0`).join(),
      set: `${set.name}:0`,
      read: tensors.map((held) => `${this.reads.get(held.name)?.name}:0`).join(),
    };
  }

  private lower({ kernel, inputs, outputs, attributes, path, at, after }: Node): void {
    const lowering = this.lowerings[kernel];
    if (lowering === undefined) throw new Error(`${kernel} is not lowered to TensorFlow's operations.`);
    const ops = graphOps(this.graph, { path, kernel, at }, after === undefined ? [] : [this.value(after).node]);
    const operands = inputs.map((ref) => this.value(ref));
    const infos = outputs.map((ref) => this.info(ref));
    const made = lowering(ops, operands, attributes, infos);
    outputs.forEach((ref, i) => {
      const tensor = made[i];
      if (tensor === undefined) throw new Error(`${kernel} was lowered to ${made.length} tensors.`);
      this.values.set(ref, tensor);
    });
  }

  /** What every update waits for: all reads, and that what must be finite is. */
  private gate(): GraphNode {
    const { finite } = this.step;
    const reads = [...this.reads.values()];
    if (finite === null) return this.graph.add(this.names.plain("gate"), "NoOp", [], {}, reads);
    const value = this.value(finite);
    const test = this.graph.add(this.names.plain("finite/IsFinite"), "IsFinite", [value], { T: type(value.dtype) });
    const assert = this.graph.add(this.names.plain(ASSERTION), "Assert", [output(test), value], {
      T: { kind: "types", value: [value.dtype] },
    });
    return this.graph.add(this.names.plain("gate"), "NoOp", [], {}, [assert, ...reads]);
  }

  /** The graph, with outputs that are there once the last of the updates has run. */
  private finished(gate: GraphNode, updates: readonly GraphNode[]): Pick<StepGraph, "nodes" | "names" | "outputs"> {
    const { step, graph, names } = this;
    const done = graph.add(names.plain("updated"), "NoOp", [], {}, [gate, ...updates]);
    const outputs = Object.entries(step.outputs).map(([output, ref]) => ({ output, name: this.output(output, ref, done) }));
    return { nodes: graph.nodeDefs(), names, outputs };
  }

  private assign(name: string, variable: string, value: Pick<GraphTensor, "node" | "index">, after: readonly GraphNode[]): GraphNode {
    const handle = this.handles.get(variable) ?? missing(variable);
    return this.graph.add(this.names.plain(name), "AssignVariableOp", [output(handle), value], { dtype: float32 }, after);
  }

  /** The value in memory of the library's own: what is fed, or only shows it in another shape, is copied. */
  private own(ref: Ref): GraphTensor {
    const value = this.value(ref);
    const maker = this.step.nodes.find(({ outputs }) => outputs.includes(ref))?.kernel;
    if (maker !== undefined && !showing.has(maker)) return value;
    const node = this.graph.add(this.names.plain("update/copy"), "DeepCopy", [value], { T: type(value.dtype) });
    return { ...value, node, index: 0 };
  }

  /** The name by which an output is fetched once all updates are done; as float32 where the addon cannot read its type. */
  private output(name: string, ref: Ref, done: GraphNode): string {
    const value = this.value(ref);
    const [op, attributes] =
      value.dtype === "bfloat16" ? ["Cast", { SrcT: type(value.dtype), DstT: float32 }] : ["Identity", { T: type(value.dtype) }];
    return `${this.graph.add(this.names.plain(`output/${name}`), op, [value], attributes, [done]).name}:0`;
  }

  private value(ref: Ref): GraphTensor {
    const value = this.values.get(ref);
    if (value === undefined) throw new Error(`Value ${ref} is not there when it is read.`);
    return value;
  }

  private info(ref: Ref): ValueInfo {
    const info = this.step.values[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }
}

/** Kernels that may give the memory of their operand. */
const showing = new Set(["reshape", "broadcast", "cast", "transpose"]);

const float32: GraphAttribute = { kind: "type", value: "float32" };

function type(dtype: OpType): GraphAttribute {
  return { kind: "type", value: dtype };
}

/** Name of the variable that holds all of them. */
const ALL = "all";

function alone(variable: Variable): Held {
  return { name: variable.name, shape: variable.shape, parts: [{ variable, from: 0 }] };
}

function output(node: GraphNode) {
  return { node, index: 0 };
}

function missing(variable: string): never {
  throw new Error(`The step has no variable ${variable}.`);
}

function grouped(variables: readonly Variable[]): readonly (readonly Variable[])[] {
  const groups: Variable[][] = [];
  let room = 0;
  for (const variable of variables) {
    const bytes = 4 * sizeOf(variable.shape);
    if (bytes > room || groups.length === 0) {
      groups.push([]);
      room = GROUP_BYTES;
    }
    groups.at(-1)?.push(variable);
    room -= bytes;
  }
  return groups;
}

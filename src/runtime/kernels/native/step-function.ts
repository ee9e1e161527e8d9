/** Lowers a step into a function of a graph: reads, operations, the finite test, and updates that wait for all of them. */
import type { Ref, Step, ValueInfo, Variable } from "../../step/step.js";
import { type Edge, type GraphNode, GraphScope, type GraphTensor, graphOps } from "./graph.js";
import type { NodeNames } from "./names.js";
import type { Lowering, OpType } from "./ops.js";
import type { FunctionDef, GraphAttribute } from "./proto.js";

export type Lowerings = Readonly<Record<string, Lowering>>;

/** The node that fails where what must be finite is not. */
export const ASSERTION = "finite/Assert";

/** The step as a function of a graph; its names are those of `names`. */
export function stepFunction(step: Step, names: NodeNames, lowerings: Lowerings): FunctionDef {
  return new StepFunction(step, names, lowerings).written();
}

/** The function that is the step: arguments are what is fed, then the variables; results are the outputs. */
class StepFunction {
  private readonly scope: GraphScope;
  private readonly values = new Map<Ref, GraphTensor>();
  private readonly reads: GraphNode[] = [];
  private readonly handles = new Map<string, Edge>();

  constructor(
    private readonly step: Step,
    private readonly names: NodeNames,
    private readonly lowerings: Lowerings,
  ) {
    this.scope = new GraphScope(names, "function");
  }

  written(): FunctionDef {
    const { step } = this;
    const fed = step.fed.map(({ name, value }) => this.argument(`fed_${name}`, value));
    const handles = step.variables.map((variable, i) => this.handle(`variable_${i}`, variable));
    for (const node of step.nodes) this.lower(node);
    const done = this.updates(this.gate());
    const results = Object.entries(step.outputs).map(([, ref], i) => this.result(`output_${i}`, ref, done));
    return { name: "step_function", arguments: [...fed, ...handles], results, nodes: this.scope.nodeDefs() };
  }

  private argument(name: string, ref: Ref) {
    const info = infoOf(this.step, ref);
    this.values.set(ref, { node: { argument: name }, index: 0, ...info });
    return { name, dtype: info.dtype };
  }

  private handle(name: string, variable: Variable) {
    const handle: Edge = { node: { argument: name }, index: 0 };
    this.handles.set(variable.name, handle);
    const node = this.scope.add(this.names.plain(`read/${variable.name}`), "ReadVariableOp", [handle], { dtype: type("float32") });
    this.reads.push(node);
    this.values.set(variable.value, { node, index: 0, shape: variable.shape, dtype: "float32" });
    return { name, dtype: "resource" as const };
  }

  private lower({ kernel, inputs, outputs, attributes, path, at, after }: Step["nodes"][number]): void {
    const lowering = this.lowerings[kernel];
    if (lowering === undefined) throw new Error(`${kernel} is not lowered to TensorFlow's operations.`);
    const first = after === undefined ? undefined : this.value(after).node;
    const ops = graphOps(this.scope, { path, kernel, at }, first === undefined || "argument" in first ? [] : [first]);
    const infos = outputs.map((ref) => infoOf(this.step, ref));
    const made = lowering(
      ops,
      inputs.map((ref) => this.value(ref)),
      attributes,
      infos,
    );
    outputs.forEach((ref, i) => {
      const tensor = made[i];
      if (tensor === undefined) throw new Error(`${kernel} was lowered to ${made.length} tensors.`);
      this.values.set(ref, tensor);
    });
  }

  /** What every update waits for: all reads, and that what must be finite is. */
  private gate(): GraphNode {
    const { finite } = this.step;
    if (finite === null) return this.scope.add(this.names.plain("gate"), "NoOp", [], {}, this.reads);
    const value = this.value(finite);
    const test = this.scope.add(this.names.plain("finite/IsFinite"), "IsFinite", [value], { T: type(value.dtype) });
    const assert = this.scope.add(this.names.plain(ASSERTION), "Assert", [{ node: test, index: 0 }, value], {
      T: { kind: "types", value: [value.dtype] },
    });
    return this.scope.add(this.names.plain("gate"), "NoOp", [], {}, [assert, ...this.reads]);
  }

  /** Assigns all updates; what it gives is there after the last of them. */
  private updates(gate: GraphNode): GraphNode {
    const assigns = this.step.updates.map(({ variable, value }) => {
      const handle = this.handles.get(variable);
      if (handle === undefined) throw new Error(`There is no variable ${variable} to update.`);
      return this.scope.add(
        this.names.plain(`update/${variable}`),
        "AssignVariableOp",
        [handle, this.own(value)],
        { dtype: type("float32") },
        [gate],
      );
    });
    return this.scope.add(this.names.plain("updated"), "NoOp", [], {}, [gate, ...assigns]);
  }

  /** The value in memory of the library's own: what is fed, or only shows it in another shape, is copied. */
  private own(ref: Ref): GraphTensor {
    const value = this.value(ref);
    const computed = this.step.nodes.some(({ kernel, outputs }) => outputs.includes(ref) && kernel !== "reshape" && kernel !== "broadcast");
    if (computed) return value;
    const node = this.scope.add(this.names.plain("update/copy"), "DeepCopy", [value], { T: type(value.dtype) });
    return { ...value, node, index: 0 };
  }

  private result(name: string, ref: Ref, done: GraphNode) {
    const value = this.value(ref);
    const node =
      value.dtype === "bfloat16"
        ? this.scope.add(this.names.plain(`result/${name}`), "Cast", [value], { SrcT: type(value.dtype), DstT: type("float32") }, [done])
        : this.scope.add(this.names.plain(`result/${name}`), "Identity", [value], { T: type(value.dtype) }, [done]);
    const dtype: OpType = value.dtype === "bfloat16" ? "float32" : value.dtype;
    return { name, dtype, from: this.scope.reference({ node, index: 0 }) };
  }

  private value(ref: Ref): GraphTensor {
    const value = this.values.get(ref);
    if (value === undefined) throw new Error(`Value ${ref} is not there when it is read.`);
    return value;
  }
}

export function type(dtype: OpType): GraphAttribute {
  return { kind: "type", value: dtype };
}

export function infoOf(step: Step, ref: Ref): ValueInfo {
  const info = step.values[ref];
  if (info === undefined) throw new Error(`The step has no value ${ref}.`);
  return info;
}

/** The graph of a step, as a file and as the names by which a session runs it. */
import type { Ref, Step, ValueInfo, Variable } from "../../step/step.js";
import { type GraphNode, GraphScope } from "./graph.js";
import { NodeNames } from "./names.js";
import { type FunctionDef, type GraphAttribute, plainConfig, savedModel } from "./proto.js";
import { infoOf, type Lowerings, stepFunction, type } from "./step-function.js";

/** A variable outside of the step: how it is set and read. */
interface Access {
  readonly variable: Variable;
  readonly handle: GraphNode;
  /** Fed to set it. */
  readonly fed: string;
  /** Fetched to set it. */
  readonly set: string;
  /** Fetched to read it. */
  readonly read: string;
}

/**
 * The step is a function, called with a configuration of its own: so no rewriting of the library changes a bit. Loading and
 * saving are outside of it, one variable at a time, and start at once.
 */
export class StepGraph {
  readonly names = new NodeNames();
  readonly variables: readonly Access[];
  readonly fed: readonly { readonly ref: Ref; readonly info: ValueInfo; readonly name: string }[];
  readonly outputs: readonly { readonly output: string; readonly name: string }[];
  private readonly main = new GraphScope(this.names, "graph");
  private readonly body: FunctionDef;

  constructor(
    private readonly step: Step,
    lowerings: Lowerings,
  ) {
    this.variables = step.variables.map((variable) => this.access(variable));
    const placeholders = step.fed.map(({ name, value }) => ({
      ref: value,
      info: this.info(value),
      node: this.placeholder(name, this.info(value)),
    }));
    this.fed = placeholders.map(({ ref, info, node }) => ({ ref, info, name: `${node.name}:0` }));
    this.body = stepFunction(step, this.names, lowerings);
    const call = this.main.add(
      this.names.plain("step"),
      "StatefulPartitionedCall",
      [...placeholders, ...this.variables.map(({ handle }) => ({ node: handle }))].map(({ node }) => ({ node, index: 0 })),
      {
        Tin: { kind: "types", value: this.body.arguments.map(({ dtype }) => dtype) },
        Tout: { kind: "types", value: this.body.results.map(({ dtype }) => dtype) },
        f: { kind: "function", name: this.body.name },
        config_proto: { kind: "bytes", value: plainConfig() },
      },
    );
    this.outputs = Object.keys(step.outputs).map((output, index) => ({ output, name: `${call.name}:${index}` }));
  }

  file(): Uint8Array {
    return savedModel(this.main.nodeDefs(), [this.body]);
  }

  private access(variable: Variable): Access {
    const { names, main } = this;
    const base = `variables/${variable.name}`;
    const dtype = type("float32");
    const shape: GraphAttribute = { kind: "shape", value: variable.shape };
    const handle = main.add(names.plain(base), "VarHandleOp", [], {
      dtype,
      shape,
      shared_name: { kind: "string", value: variable.name },
      container: { kind: "string", value: "" },
    });
    const fed = main.add(names.plain(`${base}/fed`), "Placeholder", [], { dtype, shape });
    // The memory of what is fed belongs to JavaScript and must go back on its thread: the variable gets a copy.
    const copy = main.add(names.plain(`${base}/copy`), "DeepCopy", [{ node: fed, index: 0 }], { T: dtype });
    const assign = main.add(
      names.plain(`${base}/assign`),
      "AssignVariableOp",
      [handle, copy].map((node) => ({ node, index: 0 })),
      { dtype },
    );
    const set = main.add(names.plain(`${base}/set`), "Const", [], { dtype, value: zero }, [assign]);
    const read = main.add(names.plain(`${base}/read`), "ReadVariableOp", [{ node: handle, index: 0 }], { dtype });
    return { variable, handle, fed: `${fed.name}:0`, set: `${set.name}:0`, read: `${read.name}:0` };
  }

  private placeholder(name: string, { shape, dtype }: ValueInfo): GraphNode {
    return this.main.add(this.names.plain(`fed/${name}`), "Placeholder", [], {
      dtype: type(dtype),
      shape: { kind: "shape", value: shape },
    });
  }

  private info(ref: Ref): ValueInfo {
    return infoOf(this.step, ref);
  }
}

const zero: GraphAttribute = { kind: "tensor", value: { dtype: "float32", shape: [], content: new Uint8Array(4) } };

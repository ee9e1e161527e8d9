/** A whole step as one graph with resource variables inside, run by TensorFlow's session. */
import type { Ref, Step } from "../../step/step.js";
import type { CapturedStep } from "../kernel.js";
import { sizeOf } from "../shapes.js";
import type { Binding } from "./binding.js";
import { failingNode } from "./failing.js";
import { typeNumbers } from "./proto.js";
import { loadedFrom } from "./saved.js";
import { ASSERTION, fileOf, type Held, type Lowerings, type StepGraph, stepGraph } from "./step-graph.js";

/** `own`: whether the addon has the operations of `native/`. */
export function captureStep(binding: Binding, lowerings: Lowerings, step: Step, own: boolean): CapturedStep {
  return new Captured(binding, stepGraph(step, lowerings, own));
}

/** The values of the variables of a tensor, each where it lies. */
function joined({ shape, parts }: Held, initial: (variable: string) => Float32Array): Float32Array {
  const [first, ...others] = parts;
  if (first !== undefined && others.length === 0 && sizeOf(shape) === sizeOf(first.variable.shape)) return initial(first.variable.name);
  const all = new Float32Array(sizeOf(shape));
  for (const { variable, from } of parts) all.set(initial(variable.name), from);
  return all;
}

class Captured implements CapturedStep {
  private readonly model: number;
  private readonly fedNames: string;
  private readonly outputNames: string;

  constructor(
    private readonly binding: Binding,
    private readonly graph: StepGraph,
  ) {
    this.model = loadedFrom(fileOf(graph), (folder) => binding.loadSavedModel(folder, "serve"));
    this.fedNames = graph.fed.map(({ name }) => name).join();
    this.outputNames = graph.outputs.map(({ name }) => name).join();
  }

  load(initial: (variable: string) => Float32Array): void {
    for (const { tensors, fed, set } of this.graph.groups) {
      const ids: number[] = [];
      try {
        for (const held of tensors) ids.push(this.binding.createTensor(held.shape, typeNumbers.float32, joined(held, initial)));
        for (const { id } of this.binding.runSavedModel(this.model, ids, fed, set)) this.binding.deleteTensor(id);
      } finally {
        for (const id of ids) this.binding.deleteTensor(id);
      }
    }
  }

  async run(fed: ReadonlyMap<Ref, Float32Array | Int32Array>): Promise<Record<string, Float32Array> | null> {
    const ids: number[] = [];
    try {
      for (const { ref, info, name } of this.graph.fed) {
        const data = fed.get(ref);
        if (data === undefined) throw new Error(`The step has to be fed ${name}.`);
        ids.push(this.binding.createTensor(info.shape, typeNumbers[info.dtype], data));
      }
      const made = this.binding.runSavedModel(this.model, ids, this.fedNames, this.outputNames);
      return Object.fromEntries(this.graph.outputs.map(({ output }, i) => [output, this.taken(made[i]?.id)]));
    } catch (error) {
      if (error instanceof Error && error.message.includes(`{{node ${ASSERTION}}}`)) return null;
      return failingNode(error, this.graph.names);
    } finally {
      for (const id of ids) this.binding.deleteTensor(id);
    }
  }

  async save(): Promise<Map<string, Float32Array>> {
    const saved = new Map<string, Float32Array>();
    for (const { tensors, read } of this.graph.groups) {
      const made = this.binding.runSavedModel(this.model, [], "", read);
      tensors.forEach(({ parts }, i) => {
        const data = this.taken(made[i]?.id);
        for (const { variable, from } of parts) {
          const size = sizeOf(variable.shape);
          saved.set(variable.name, data.length === size ? data : data.slice(from, from + size));
        }
      });
    }
    return saved;
  }

  dispose(): void {
    this.binding.deleteSavedModel(this.model);
  }

  /** A copy of a tensor that was fetched, which is given back. */
  private taken(id: number | undefined): Float32Array {
    if (id === undefined) throw new Error("The session gave fewer tensors than were asked for.");
    const data = this.binding.tensorDataSync(id);
    this.binding.deleteTensor(id);
    if (data instanceof Float32Array) return data;
    if (data instanceof Int32Array) return Float32Array.from(data);
    throw new Error("The session gave a tensor that is neither float32 nor int32.");
  }
}

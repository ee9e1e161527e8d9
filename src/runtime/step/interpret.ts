/** Runs a recorded step on a backend, node by node, giving each value back after its last reader. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Backend, Tensor } from "../kernels/kernel.js";
import { failedInLibrary, LibraryError } from "../kernels/library-error.js";
import { sizeOf } from "../kernels/shapes.js";
import { erase } from "./erase.js";
import { removeDead } from "./fuse.js";
import { prepared } from "./prepared.js";
import { type Feeds, fedData, type LoadedState, type Runner } from "./runner.js";
import { type Schedule, schedule } from "./schedule.js";
import type { Line, Node, Ref, Step, ValueInfo } from "./step.js";

/** A runner that computes kernel by kernel; the form to debug with, and the only one of most backends. */
export function interpreted(step: Step, backend: Backend): Runner {
  return new StepRunner(step, backend);
}

class StepRunner implements Runner {
  private readonly fast: Step;
  private readonly frees: Schedule;
  private readonly state = new Map<string, Tensor>();

  constructor(
    private readonly step: Step,
    private readonly backend: Backend,
  ) {
    this.fast = prepared(step, backend);
    this.frees = schedule(this.fast);
  }

  load(state: LoadedState): void {
    for (const { name, shape } of this.step.variables) {
      const data = state.get(name);
      if (data === undefined) throw new Error(`The state has no ${name}.`);
      if (data.length !== sizeOf(shape)) throw new Error(`${name} has ${data.length} entries; the step wants [${shape}].`);
      const before = this.state.get(name);
      this.state.set(name, this.backend.upload(data, shape));
      if (before !== undefined) this.backend.dispose(before);
    }
  }

  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    const values = new Values(this.backend, this.fast);
    try {
      values.enter(this.state, feeds);
      this.fast.nodes.forEach((node, i) => {
        values.compute(node);
        for (const ref of this.frees[i] ?? []) values.free(ref);
      });
      // Asked for together, so that a GPU is waited for once.
      const { outputs, finite } = this.fast;
      const asked = Object.entries(outputs).map(async ([name, ref]) => [name, await values.read(ref)] as const);
      const [judged, ...read] = await Promise.all([finite === null ? null : values.read(finite), ...asked]);
      if (judged !== null && judged !== undefined && !allFinite(judged)) await this.report(feeds);
      this.assign(values);
      return Object.fromEntries(read);
    } finally {
      values.freeAll();
    }
  }

  async save(): Promise<Map<string, Float32Array>> {
    const { variables } = this.step;
    return new Map(
      await Promise.all(variables.map(async ({ name }) => [name, floats(await this.backend.read(this.variable(name)))] as const)),
    );
  }

  dispose(): void {
    for (const tensor of this.state.values()) this.backend.dispose(tensor);
    this.state.clear();
  }

  /** All new values are taken before any old one is given back: an update may be another variable's old value. */
  private assign(values: Values): void {
    const updated = this.fast.updates.map(({ variable, value }) => ({ variable, tensor: values.take(value) }));
    for (const { variable, tensor } of updated) {
      this.backend.dispose(this.variable(variable));
      this.state.set(variable, tensor);
    }
  }

  private variable(name: string): Tensor {
    const tensor = this.state.get(name);
    if (tensor === undefined) throw new Error(`${name} was not loaded.`);
    return tensor;
  }

  /**
   * Runs the step again, first as it was recorded, nothing fused, then as it runs, looking at every value, and reports
   * the first that is not finite. The state is still that before the step.
   */
  private async report(feeds: Feeds): Promise<never> {
    // Fed from 0; people and metrics.jsonl count from 1.
    const number = typeof feeds.step === "number" ? feeds.step + 1 : 1;
    for (const step of [removeDead(erase(this.step)), this.fast]) {
      const found = await this.firstNotFinite(step, feeds);
      if (found !== null) return fail("not-finite", found.at, { tensor: found.tensor, step: number });
    }
    return fail("not-finite", null, { tensor: "the loss or a gradient", step: number });
  }

  private async firstNotFinite(step: Step, feeds: Feeds): Promise<{ readonly tensor: string; readonly at: Line | null } | null> {
    const values = new Values(this.backend, step);
    const isBroken = async (ref: Ref): Promise<boolean> => !allFinite(await values.read(ref));
    try {
      values.enter(this.state, feeds);
      for (const { name, value } of step.fed) if (await isBroken(value)) return { tensor: `what is fed as ${name}`, at: null };
      for (const { name, value, at } of step.variables) if (await isBroken(value)) return { tensor: name, at };
      for (const node of step.nodes) {
        values.compute(node);
        for (const ref of node.outputs) if (await isBroken(ref)) return { tensor: nameOf(node), at: node.at };
      }
      return null;
    } finally {
      values.freeAll();
    }
  }
}

function nameOf(node: Node): string {
  return node.path === "" ? `the output of ${node.kernel}` : `${node.path} (${node.kernel})`;
}

/** The tensors of one run by number. Those it made or was handed are given back; variables are only looked at. */
class Values {
  private readonly tensors = new Map<Ref, Tensor>();
  private readonly own = new Set<Ref>();

  constructor(
    private readonly backend: Backend,
    private readonly step: Step,
  ) {}

  enter(state: ReadonlyMap<string, Tensor>, feeds: Feeds): void {
    for (const { name, value } of this.step.variables) {
      const tensor = state.get(name);
      if (tensor === undefined) throw new Error(`${name} was not loaded.`);
      this.tensors.set(value, tensor);
    }
    for (const { name, value } of this.step.fed) {
      const data = feeds[name];
      if (data === undefined) throw new Error(`The step has to be fed ${name}.`);
      this.keep(value, this.backend.upload(fedData(data, this.info(value), name), this.info(value).shape));
    }
  }

  compute(node: Node): void {
    const inputs = node.inputs.map((ref) => this.get(ref));
    const infos = node.outputs.map((ref) => this.info(ref));
    const made = this.ran(node, () => this.backend.run(node.kernel, inputs, node.attributes, infos));
    node.outputs.forEach((ref, i) => {
      const tensor = made[i];
      if (tensor === undefined) throw new Error(`${node.kernel} made ${made.length} tensors.`);
      this.keep(ref, tensor);
    });
  }

  private ran<T>(node: Node, run: () => T): T {
    try {
      return run();
    } catch (error) {
      if (error instanceof LibraryError) return failedInLibrary(error.message, node);
      throw error;
    }
  }

  async read(ref: Ref): Promise<Float32Array> {
    return floats(await this.backend.read(this.get(ref)));
  }

  /** The tensor as somebody else's: what is not this run's own to give, or was given before, is shared. */
  take(ref: Ref): Tensor {
    const tensor = this.get(ref);
    if (this.own.delete(ref)) return tensor;
    const info = this.info(ref);
    const [shared] = this.backend.run("reshape", [tensor], { shape: info.shape }, [info]);
    if (shared === undefined) throw new Error("reshape made no tensor.");
    return shared;
  }

  free(ref: Ref): void {
    if (this.own.delete(ref)) this.backend.dispose(this.get(ref));
    this.tensors.delete(ref);
  }

  freeAll(): void {
    for (const ref of [...this.own]) this.free(ref);
  }

  private keep(ref: Ref, tensor: Tensor): void {
    this.tensors.set(ref, tensor);
    this.own.add(ref);
  }

  private get(ref: Ref): Tensor {
    const tensor = this.tensors.get(ref);
    if (tensor === undefined) throw new Error(`Value ${ref} is not there when it is read.`);
    return tensor;
  }

  private info(ref: Ref): ValueInfo {
    const info = this.step.values[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }
}

function floats(data: Float32Array | Int32Array): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data);
}

function allFinite(values: Float32Array): boolean {
  for (const value of values) if (!Number.isFinite(value)) return false;
  return true;
}

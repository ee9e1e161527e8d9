import type { Initial } from "../describe.js";
import { kernelNamed } from "../kernels/kernels.js";
import { type Pointwise, pointwiseKey, substitute } from "../kernels/pointwise.js";
import { at, sameShape } from "../kernels/shapes.js";
import { type Axis, canonical } from "../ops/axes.js";
import type { Attribute, Attributes, DType, Fed, Line, Node, Ref, Step, ValueInfo, Variable } from "./step.js";

/** A value of the step being recorded: a number in a list, with axes by name. Reading its entries is impossible on purpose. */
export interface Value {
  readonly recorder: Recorder;
  readonly ref: Ref;
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** One name a dimension; all different. */
  readonly axes: readonly Axis[];
}

/**
 * Writes nodes into a step. Equal nodes (same kernel, attributes and inputs) are recorded once, so that a loss's
 * `value` and `gradient` share what they both compute.
 */
export interface Recorder {
  /** Records one kernel; `axes` names the dimensions of each output. */
  kernel(name: string, inputs: readonly Value[], attributes: Attributes, axes: readonly (readonly Axis[])[]): readonly Value[];
  /**
   * Records a pointwise expression over operands whose axes are joined by name; missing axes broadcast. Axes of the
   * result are the union: in canonical order for formulas, in the order of the first operand that has them all otherwise.
   */
  pointwise(expression: Pointwise, inputs: readonly Value[]): Value;
  constant(value: number): Value;
  /**
   * The value in another type; itself where it has that type. What was only widened from bfloat16 goes back to what it
   * was, so that no pair of casts is left; axes stay.
   */
  cast(value: Value, dtype: DType): Value;
  feed(name: Fed["name"], shape: readonly number[], dtype: DType, axes: readonly Axis[]): Value;
  variable(
    description: {
      readonly name: string;
      readonly shape: readonly number[];
      readonly kind: Variable["kind"];
      readonly initial: Initial;
      readonly group: Variable["group"];
      readonly at: Line | null;
    },
    axes: readonly Axis[],
  ): Value;
  update(variable: string, value: Value): void;
  output(name: string, value: Value): void;
  finite(value: Value): void;
  /** Entries along an axis (N, C, ...) as far as the step has met it. */
  size(axis: Axis): number;
  declare(axis: Axis, size: number): void;
  /** Records under a longer path and at another spec line. */
  within<T>(path: string, at: Line | null, body: () => T): T;
  /** The step so far, as data. */
  step(): Step;
}

/** A recorder whose nodes can be read back: what `transpose` walks. */
export interface Recording extends Recorder {
  nodes(): readonly Node[];
  valueOf(ref: Ref): Value;
}

/** A new, empty step. */
export function createRecorder(): Recording {
  return new StepRecorder();
}

class StepRecorder implements Recording {
  private readonly infos: ValueInfo[] = [];
  private readonly wrapped: Value[] = [];
  private readonly list: Node[] = [];
  private readonly known = new Map<string, Node>();
  private readonly constants = new Map<Ref, number>();
  private readonly widened = new Map<Ref, Ref>(); // from a float32 value to the bfloat16 one that it is a cast of
  private readonly feeds: Fed[] = [];
  private readonly variables: Variable[] = [];
  private readonly outputs: Record<string, Ref> = {};
  private readonly updates: { variable: string; value: Ref }[] = [];
  private readonly declared = new Map<Axis, number>();
  private readonly met = new Map<Axis, number>();
  private finiteRef: Ref | null = null;
  private path = "";
  private at: Line | null = null;

  kernel(name: string, inputs: readonly Value[], attributes: Attributes, axes: readonly (readonly Axis[])[]): readonly Value[] {
    const refs = inputs.map((input) => input.ref);
    const key = `${name}(${refs.join()})${attributesKey(attributes)}`;
    let node = this.known.get(key);
    if (node === undefined) {
      const infos = kernelNamed(name).outputs(inputs, attributes);
      const outputs = infos.map((info) => this.add(info));
      node = { kernel: name, inputs: refs, outputs, attributes, path: this.path, at: this.at };
      this.list.push(node);
      this.known.set(key, node);
    }
    return node.outputs.map((ref, i) => this.wrap(ref, axes[i] ?? positions(this.info(ref).shape.length)));
  }

  pointwise(expression: Pointwise, inputs: readonly Value[]): Value {
    const { inputs: kept, expression: folded } = this.inlineConstants(expression, inputs);
    const axes = joinAxes(kept);
    const sizes = new Map<Axis, number>();
    for (const input of kept) {
      input.axes.forEach((axis, i) => {
        const size = at(input.shape, i);
        const before = sizes.get(axis);
        if (before !== undefined && before !== size) throw new Error(`Axis ${axis} has ${before} and ${size} entries in one expression.`);
        sizes.set(axis, size);
      });
    }
    const shape = axes.map((axis) => sizes.get(axis) ?? 1);
    const aligned = kept.map((input) => this.align(input, axes));
    const [result] = this.kernel("pointwise", aligned, { expression: folded, shape }, [axes]);
    if (result === undefined) throw new Error("pointwise has no output.");
    return result;
  }

  constant(value: number): Value {
    const [result] = this.kernel("constant", [], { value, shape: [] }, [[]]);
    if (result === undefined) throw new Error("constant has no output.");
    this.constants.set(result.ref, value);
    return result;
  }

  cast(value: Value, dtype: DType): Value {
    if (value.dtype === dtype) return value;
    const narrow = this.widened.get(value.ref);
    if (narrow !== undefined) return this.wrap(narrow, value.axes);
    const result = this.first(this.kernel("cast", [value], { dtype }, [value.axes]));
    if (value.dtype === "bfloat16") this.widened.set(result.ref, value.ref);
    return result;
  }

  feed(name: Fed["name"], shape: readonly number[], dtype: DType, axes: readonly Axis[]): Value {
    const found = this.feeds.find((fed) => fed.name === name);
    if (found !== undefined) return this.wrap(found.value, axes);
    const ref = this.add({ shape, dtype });
    this.feeds.push({ name, value: ref });
    return this.wrap(ref, axes);
  }

  variable(description: Omit<Variable, "value">, axes: readonly Axis[]): Value {
    if (this.variables.some((known) => known.name === description.name)) throw new Error(`Variable ${description.name} is recorded twice.`);
    const ref = this.add({ shape: description.shape, dtype: "float32" });
    const { name, shape, kind, initial, group, at: line } = description;
    this.variables.push({ name, shape, kind, initial, group, value: ref, at: line });
    return this.wrap(ref, axes);
  }

  update(variable: string, value: Value): void {
    const target = this.variables.find((known) => known.name === variable);
    if (target === undefined) throw new Error(`There is no variable ${variable} to update.`);
    if (!sameShape(target.shape, value.shape)) throw new Error(`${variable} [${target.shape}] cannot become [${value.shape}].`);
    if (value.dtype !== "float32") throw new Error(`${variable} is float32 and cannot become ${value.dtype}.`);
    if (this.updates.some((known) => known.variable === variable)) throw new Error(`${variable} is updated twice.`);
    this.updates.push({ variable, value: value.ref });
  }

  output(name: string, value: Value): void {
    this.outputs[name] = value.ref;
  }

  finite(value: Value): void {
    if (value.shape.length > 0) throw new Error("What must be finite is a scalar.");
    this.finiteRef = value.ref;
  }

  size(axis: Axis): number {
    const size = this.declared.get(axis) ?? this.met.get(axis);
    if (size === undefined) throw new Error(`The step knows no axis ${axis}.`);
    return size;
  }

  declare(axis: Axis, size: number): void {
    this.declared.set(axis, size);
  }

  within<T>(path: string, line: Line | null, body: () => T): T {
    const before = { path: this.path, at: this.at };
    this.path = before.path === "" ? path : `${before.path}/${path}`;
    this.at = line ?? before.at;
    try {
      return body();
    } finally {
      this.path = before.path;
      this.at = before.at;
    }
  }

  step(): Step {
    return {
      values: [...this.infos],
      fed: [...this.feeds],
      variables: [...this.variables],
      nodes: [...this.list],
      outputs: { ...this.outputs },
      updates: [...this.updates],
      finite: this.finiteRef,
    };
  }

  nodes(): readonly Node[] {
    return this.list;
  }

  valueOf(ref: Ref): Value {
    const found = this.wrapped[ref];
    if (found === undefined) throw new Error(`The step has no value ${ref}.`);
    return found;
  }

  private add(info: ValueInfo): Ref {
    this.infos.push({ shape: [...info.shape], dtype: info.dtype });
    return this.infos.length - 1;
  }

  private info(ref: Ref): ValueInfo {
    const info = this.infos[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }

  private wrap(ref: Ref, axes: readonly Axis[]): Value {
    const info = this.info(ref);
    if (axes.length !== info.shape.length || new Set(axes).size !== axes.length) {
      throw new Error(`Axes {${axes.join(", ")}} do not fit the shape [${info.shape}].`);
    }
    const value: Value = { recorder: this, ref, shape: info.shape, dtype: info.dtype, axes };
    if (this.wrapped[ref] === undefined) this.wrapped[ref] = value;
    axes.forEach((axis, i) => {
      if (!this.met.has(axis)) this.met.set(axis, at(info.shape, i));
    });
    return value;
  }

  /** Recorded constants become numbers of the expression; operands that are the same value become one. */
  private inlineConstants(expression: Pointwise, inputs: readonly Value[]): { inputs: Value[]; expression: Pointwise } {
    const kept: Value[] = [];
    const becomes = inputs.map((input): Pointwise => {
      const constant = this.constants.get(input.ref);
      if (constant !== undefined) return { kind: "constant", value: constant };
      const axes = input.axes.join();
      const before = kept.findIndex((known) => known.ref === input.ref && known.axes.join() === axes);
      return { kind: "input", index: before >= 0 ? before : kept.push(input) - 1 };
    });
    return { inputs: kept, expression: substitute(expression, becomes) };
  }

  /** Brings `value` to the order of `axes`, with size 1 where it has no such axis and others follow. */
  private align(value: Value, axes: readonly Axis[]): Value {
    const order = axes.filter((axis) => value.axes.includes(axis));
    const permutation = order.map((axis) => value.axes.indexOf(axis));
    let aligned = value;
    if (permutation.some((from, to) => from !== to)) {
      aligned = this.first(this.kernel("transpose", [value], { permutation }, [order]));
    }
    const leading = axes.findIndex((axis) => order.includes(axis));
    const needed = leading < 0 ? [] : axes.slice(leading);
    if (needed.length === order.length) return aligned;
    const shape = needed.map((axis) => (order.includes(axis) ? at(aligned.shape, order.indexOf(axis)) : 1));
    return this.first(this.kernel("reshape", [aligned], { shape }, [needed]));
  }

  private first(values: readonly Value[]): Value {
    const [value] = values;
    if (value === undefined) throw new Error("The kernel has no output.");
    return value;
  }
}

function joinAxes(values: readonly Value[]): readonly Axis[] {
  const union = new Set(values.flatMap((value) => [...value.axes]));
  const whole = values.find((value) => value.axes.length === union.size);
  return whole === undefined ? canonical(union) : whole.axes;
}

const positionNames = ["0", "1", "2", "3", "4", "5", "6", "7"];

/** Names for dimensions that have none of their own. */
export function positions(rank: number): readonly Axis[] {
  return positionNames.slice(0, rank);
}

/** Text that is equal for equal attributes only. */
export function attributesKey(attributes: Attributes): string {
  return Object.keys(attributes)
    .sort()
    .map((name) => `${name}=${attributeKey(attributes[name] ?? "")}`)
    .join(";");
}

function attributeKey(attribute: Attribute): string {
  if (typeof attribute !== "object") return `${typeof attribute} ${Object.is(attribute, -0) ? "-0" : attribute}`;
  if ("kind" in attribute) return pointwiseKey(attribute);
  return `[${attribute.map((each) => (typeof each === "number" ? each : pointwiseKey(each))).join()}]`;
}

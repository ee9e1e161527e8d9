/** A whole step as one sequence: all its variables side by side in one tensor, all its work in one operation. */
import type { Node, Ref, Step, ValueInfo, Variable } from "../../../step/step.js";
import { sizeOf } from "../../shapes.js";
import type { OpAttributes } from "../ops.js";
import { type Item, itemOf } from "./items.js";
import { SequenceText, type View } from "./text.js";

export interface WholeSequence {
  /** Where each variable lies in the tensor of all of them, and how many entries that has. */
  readonly places: ReadonlyMap<string, number>;
  readonly entries: number;
  /** What is fed and read, float32 before int32; the variables come before it. */
  readonly fed: readonly Ref[];
  /** What comes out after the variables, where any is updated. */
  readonly results: readonly Ref[];
  readonly attributes: OpAttributes;
  /** Whose failure it would be: the first kernel that can fail, by a label that is no class. */
  readonly blamed: Node | null;
}

/** Variables begin where any vector may. */
const alignment = 16;

/** From which entry on a variable lies. */
export function placeOf(places: WholeSequence["places"], { name }: Variable): number {
  const place = places.get(name);
  if (place === undefined) throw new Error(`${name} has no place among the variables.`);
  return place;
}

/** Null where a kernel of the step is no work for a sequence. */
export function wholeSequence(step: Step): WholeSequence | null {
  const info = (ref: Ref): ValueInfo => step.values[ref] ?? missing(ref);
  const items = new Map<Node, Item>();
  for (const node of step.nodes) {
    if (node.kernel === "reshape") continue;
    const item = itemOf(node.kernel, node.inputs.map(info), node.attributes, node.outputs.map(info));
    if (item === null) return null;
    items.set(node, item);
  }
  return items.size === 0 ? null : new Whole(step, items).written();
}

class Whole {
  private readonly words = new SequenceText();
  private readonly views = new Map<Ref, View>();
  /** What a reshape shows. */
  private readonly shown = new Map<Ref, Ref>();
  private readonly places = new Map<string, number>();
  private readonly copies: { readonly from: Ref; readonly to: View }[] = [];
  private readonly made: ReadonlySet<Ref>;

  constructor(
    private readonly step: Step,
    private readonly items: ReadonlyMap<Node, Item>,
  ) {
    for (const { kernel, inputs, outputs } of step.nodes) {
      const [from, to] = [inputs[0], outputs[0]];
      if (kernel === "reshape" && from !== undefined && to !== undefined) this.shown.set(to, this.root(from));
    }
    this.made = new Set([...items.keys()].flatMap(({ outputs }) => outputs));
  }

  written(): WholeSequence {
    const { step, words } = this;
    const entries = this.placeVariables();
    const fed = this.placeFed();
    const updated = step.updates.length > 0 ? words.value("float32", entries) : -1;
    const results = [...new Set([...Object.values(step.outputs), ...(step.finite === null ? [] : [step.finite])])];
    for (const ref of results) this.claim(ref, { value: words.value("float32", this.entries(ref)), offset: 0 });
    if (updated >= 0) this.placeUpdates(updated);
    for (const node of this.items.keys()) {
      for (const ref of node.outputs) {
        if (!this.views.has(ref)) this.views.set(ref, { value: words.value("float32", this.entries(ref)), offset: 0 });
      }
    }
    this.writeItems();
    const outputs: ValueInfo[] = results.map((ref) => this.info(ref));
    if (updated >= 0) outputs.unshift({ shape: [entries], dtype: "float32" });
    const wholes = fed.filter((ref) => this.info(ref).dtype === "int32").length;
    const floats = fed.length - wholes + (step.variables.length > 0 ? 1 : 0);
    const blamed = [...this.items].find(([node, { work }]) => work !== "loop" && this.readsLabels(node))?.[0] ?? null;
    return { places: this.places, entries, fed, results, attributes: words.attributes(floats, wholes, outputs), blamed };
  }

  private placeVariables(): number {
    let entries = 0;
    for (const { name, shape } of this.step.variables) {
      this.places.set(name, entries);
      entries += Math.ceil(sizeOf(shape) / alignment) * alignment;
    }
    if (this.step.variables.length === 0) return 0;
    const all = this.words.value("float32", entries);
    for (const variable of this.step.variables) this.views.set(variable.value, { value: all, offset: placeOf(this.places, variable) });
    return entries;
  }

  private placeFed(): readonly Ref[] {
    const read = new Set([...this.step.nodes.flatMap(({ inputs }) => inputs), ...Object.values(this.step.outputs)]);
    const refs = this.step.fed.map(({ value }) => value).filter((ref) => read.has(ref));
    const ordered = [...refs.filter((ref) => this.info(ref).dtype !== "int32"), ...refs.filter((ref) => this.info(ref).dtype === "int32")];
    for (const ref of ordered) this.views.set(ref, { value: this.words.value(this.info(ref).dtype, this.entries(ref)), offset: 0 });
    return ordered;
  }

  private placeUpdates(updated: number): void {
    const updates = new Map(this.step.updates.map(({ variable, value }) => [variable, value]));
    for (const variable of this.step.variables)
      this.claim(updates.get(variable.name) ?? variable.value, { value: updated, offset: placeOf(this.places, variable) });
  }

  /** A value is made where it is wanted; where it lies elsewhere already, it is copied at the end. */
  private claim(ref: Ref, to: View): void {
    const root = this.root(ref);
    if (this.made.has(root) && !this.views.has(root)) this.views.set(root, to);
    else this.copies.push({ from: root, to });
  }

  private writeItems(): void {
    for (const [node, item] of this.items) {
      const reads = item.reads.map((i) => this.view(node.inputs[i]));
      this.words.add(
        item,
        reads,
        item.writes.map((i) => this.view(node.outputs[i])),
      );
    }
    for (const { from, to } of this.copies) {
      this.words.add({ work: "copy", reads: [0], writes: [0], numbers: [this.entries(from)], program: null }, [this.view(from)], [to]);
    }
  }

  private view(ref: Ref | undefined): View {
    const view = ref === undefined ? undefined : this.views.get(this.root(ref));
    return view ?? missing(ref);
  }

  private root(ref: Ref): Ref {
    return this.shown.get(ref) ?? ref;
  }

  private info(ref: Ref): ValueInfo {
    return this.step.values[ref] ?? missing(ref);
  }

  private readsLabels({ inputs }: Node): boolean {
    return inputs.some((ref) => this.info(ref).dtype === "int32");
  }

  private entries(ref: Ref): number {
    return sizeOf(this.info(ref).shape);
  }
}

function missing(ref: Ref | undefined): never {
  throw new Error(`The step has no value ${ref}.`);
}

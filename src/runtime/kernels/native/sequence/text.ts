/** Writes a sequence as the text that the operation FacecSequence reads (`native/sequence.h` says what it means). */
import type { ValueInfo } from "../../../step/step.js";
import { int, ints, text } from "../lowerings/support.js";
import type { OpAttributes } from "../ops.js";
import type { Item } from "./items.js";

/** A place in a value, from which on something lies. */
export interface View {
  readonly value: number;
  readonly offset: number;
}

export class SequenceText {
  private readonly values: string[] = [];
  private readonly views = new Map<string, number>();
  private readonly items: string[] = [];

  /** Operands have to be added first, float32 before int32, then results, then what lives in between. */
  value(dtype: ValueInfo["dtype"], entries: number): number {
    return this.values.push(`${dtype === "int32" ? "w" : "f"} ${entries}`) - 1;
  }

  add({ work, numbers, program }: Item, reads: readonly View[], writes: readonly View[]): void {
    const [from, to] = [reads, writes].map((views) => views.map((view) => this.number(view)));
    if (from === undefined || to === undefined) return;
    if (program === null) this.items.push([work, ...from, ...to, ...numbers].join(" "));
    else this.items.push([work, from.length, ...from, to.length, ...to, program.length, program].join(" "));
  }

  attributes(floats: number, wholes: number, outputs: readonly ValueInfo[]): OpAttributes {
    const views = [...this.views.keys()];
    const words = ["values", this.values.length, ...this.values, "views", views.length, ...views, ...this.items];
    return {
      floats: int(floats),
      wholes: int(wholes),
      outputs: int(outputs.length),
      shapes: ints(outputs.flatMap(({ shape }) => [shape.length, ...shape])),
      program: text(words.join(" ")),
    };
  }

  private number({ value, offset }: View): number {
    const key = `${value} ${offset}`;
    const known = this.views.get(key);
    if (known !== undefined) return known;
    this.views.set(key, this.views.size);
    return this.views.size - 1;
  }
}

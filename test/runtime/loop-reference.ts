/** The kernel `loop` of prepared steps in float64, part by part. */
import { type LoopPart, loopOf } from "../../src/runtime/kernels/loop.js";
import type { Pointwise } from "../../src/runtime/kernels/pointwise.js";
import type { Attributes } from "../../src/runtime/step/step.js";
import { type Arr, add, arr, eachPlace, get, getBroadcast } from "./arrays.js";

export function loopReference(
  evaluate: (expression: Pointwise, inputs: readonly number[]) => number,
  inputs: readonly Arr[],
  attributes: Attributes,
  shapes: readonly (readonly number[])[],
): readonly Arr[] {
  const { shape, parts } = loopOf(attributes);
  let next = 0;
  return parts.flatMap((part) => {
    const entries = arr(shape, (place) =>
      evaluate(
        part.expression,
        inputs.map((v) => getBroadcast(v, place)),
      ),
    );
    const made = summed(part, entries);
    return made.map(({ data }) => ({ shape: shapes[next++] ?? [], data }));
  });
}

function summed({ result }: LoopPart, entries: Arr): readonly Arr[] {
  const last = entries.shape.at(-1) ?? 1;
  if (result === "map") return [entries];
  if (result === "total") return [arr([], () => entries.data.reduce((sum, v) => sum + v, 0))];
  if (result === "rows") return [kept(entries, entries.shape.slice(0, -1), (place) => place.slice(0, -1))];
  const sums = kept(entries, [last], (place) => place.slice(-1));
  if (result === "columns") return [sums];
  const count = entries.data.length / last;
  const mean = arr([last], (place) => get(sums, place) / count);
  const variance = arr([last]);
  eachPlace(entries.shape, (place) => add(variance, place.slice(-1), (get(entries, place) - get(mean, place.slice(-1))) ** 2 / count));
  return [mean, variance];
}

function kept(entries: Arr, shape: readonly number[], to: (place: readonly number[]) => readonly number[]): Arr {
  const made = arr(shape);
  eachPlace(entries.shape, (place) => add(made, to(place), get(entries, place)));
  return made;
}

/** Which identities a part of a data set has. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { DataPart } from "../experiment.js";
import { stream } from "../random.js";

/**
 * Numbers of the identities of `part`, ascending, out of `have`. The split shuffles all of them by its seed and deals
 * them to the parts in order; who is left over is in none.
 */
export function identitiesOf({ dataset, part }: DataPart, have: number, runSeed: number): number[] {
  if (part === null) return Array.from({ length: have }, (_, i) => i);
  const { name, split, at } = dataset;
  const parts = Object.entries(split?.parts ?? {});
  const place = parts.findIndex(([known]) => known === part);
  if (split === null || place < 0) fail("split-part-unknown", at, { dataset: name, part, known: parts.map(([known]) => known) });
  const wanted = parts.reduce((sum, [, count]) => sum + count, 0);
  if (wanted > have) fail("split-too-large", at, { dataset: name, wanted, have, parts });
  const order = stream(split.seed === "run" ? runSeed : split.seed, "split").shuffle(have);
  const first = parts.slice(0, place).reduce((sum, [, count]) => sum + count, 0);
  const count = parts[place]?.[1] ?? 0;
  return [...order.subarray(first, first + count)].sort((a, b) => a - b);
}

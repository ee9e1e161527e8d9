/** Whether contestants do the same work: as many parameters, and the same losses from the same weights and batches. */
import type { Ready } from "./process.js";

/**
 * Losses of three steps may differ by this share of the loss: float32 by its rounding, through three updates; bfloat16
 * keeps 8 bits, 0.4 %, in every product and map.
 */
const apart = { float32: 2e-3, bfloat16: 5e-2 };

export function requireSame(ready: ReadonlyMap<string, Ready>, precision: keyof typeof apart): void {
  const [first, ...others] = [...ready];
  if (first === undefined) return;
  const [name, reference] = first;
  for (const [other, { parameters, losses }] of others) {
    if (parameters !== reference.parameters) {
      throw new Error(`${name} has ${reference.parameters} parameters and ${other} has ${parameters}: they are not the same net.`);
    }
    for (let i = 0; i < 3; i++) {
      const [ours, theirs] = [reference.losses[i] ?? Number.NaN, losses[i] ?? Number.NaN];
      if (Math.abs(ours - theirs) <= apart[precision] * Math.abs(ours)) continue;
      throw new Error(`Step ${i + 1} has loss ${ours} in ${name} and ${theirs} in ${other}: they do not compute the same.`);
    }
  }
}

/** The key under which everything random inside a step is drawn. */

/** What a step is fed as `key`: the seed of the run and the number of the step, as words of 32 bits. */
export function stepKey(seed: number, step: number): Int32Array {
  return Int32Array.of(seed, step);
}

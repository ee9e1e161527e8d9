/** Wrong labels on purpose, for the training images of a synthetic data set. */
import type { SyntheticSource } from "../experiment.js";
import { stream } from "../random.js";

/**
 * `labels` with the share `labelNoise` of them (rounded to whole images) changed to another identity of the same part,
 * each other one equally likely. Decided by the data set's seed: every run sees the same wrong labels.
 */
export function noisyLabels(labels: Int32Array, identities: number, { labelNoise, seed }: SyntheticSource): Int32Array {
  const noisy = labels.slice();
  if (identities < 2) return noisy;
  const chosen = stream(seed, "label noise")
    .shuffle(labels.length)
    .subarray(0, Math.round(labelNoise * labels.length));
  for (const image of chosen) {
    const other = stream(seed, "wrong label", image).integer(identities - 1);
    noisy[image] = other < (labels[image] ?? 0) ? other : other + 1;
  }
  return noisy;
}

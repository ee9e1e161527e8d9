/** Accuracy of same-or-different answers in folds: each fold is judged by the threshold that is best on the others. */

export interface ScoredPairs {
  /** Likeness of each pair; larger is more alike. */
  readonly scores: ArrayLike<number>;
  /** 1 where both images are of one identity. */
  readonly same: ArrayLike<number>;
  /** Number of the fold of each pair, from 0. */
  readonly fold: ArrayLike<number>;
  readonly folds: number;
}

export interface FoldedAccuracy {
  /** Mean over folds, 0..1. */
  readonly accuracy: number;
  readonly folds: readonly number[];
  readonly thresholds: readonly number[];
}

/**
 * Thresholds are the middles between neighbouring different scores of the other folds, and one below and one above
 * them all; of equally good ones the lowest is taken. A pair is called the same when its score is at least the threshold.
 */
export function foldedAccuracy(pairs: ScoredPairs): FoldedAccuracy {
  const order = Array.from({ length: pairs.scores.length }, (_, i) => i).sort((a, b) => (pairs.scores[a] ?? 0) - (pairs.scores[b] ?? 0));
  const accuracies: number[] = [];
  const thresholds: number[] = [];
  for (let fold = 0; fold < pairs.folds; fold++) {
    const threshold = bestThreshold(
      pairs,
      order.filter((i) => pairs.fold[i] !== fold),
    );
    const judged = order.filter((i) => pairs.fold[i] === fold);
    const right = judged.filter((i) => (pairs.scores[i] ?? 0) >= threshold === (pairs.same[i] === 1)).length;
    thresholds.push(threshold);
    accuracies.push(right / judged.length);
  }
  return { accuracy: mean(accuracies), folds: accuracies, thresholds };
}

/** `order`: pairs by growing score. */
function bestThreshold(pairs: ScoredPairs, order: readonly number[]): number {
  const score = (place: number) => pairs.scores[order[place] ?? 0] ?? 0;
  // Below every score all pairs are called the same; each pair that the threshold passes turns to "different".
  let right = order.filter((i) => pairs.same[i] === 1).length;
  let best = right;
  let threshold = Number.NEGATIVE_INFINITY;
  for (let place = 0; place < order.length; place++) {
    right += pairs.same[order[place] ?? 0] === 1 ? -1 : 1;
    const last = place + 1 === order.length;
    if (!last && score(place + 1) === score(place)) continue;
    if (right > best) {
      best = right;
      threshold = last ? Number.POSITIVE_INFINITY : (score(place) + score(place + 1)) / 2;
    }
  }
  return threshold;
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

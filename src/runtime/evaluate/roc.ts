/**
 * Verification figures that need no threshold of their own. Scores grow with likeness; pairs of equal score are never
 * told apart, so every figure is taken only between different scores.
 */

/** Where the operating points of a list of scores lie: after each group of equal scores, from the highest down. */
interface Point {
  /** Shares of same and of different pairs whose score is at least that of the group. */
  readonly tar: number;
  readonly far: number;
}

function points(same: ArrayLike<number>, different: ArrayLike<number>): readonly Point[] {
  const s = Float64Array.from(same).sort().reverse();
  const d = Float64Array.from(different).sort().reverse();
  const found: Point[] = [{ tar: 0, far: 0 }];
  let i = 0;
  let j = 0;
  while (i < s.length || j < d.length) {
    const score = Math.max(s[i] ?? Number.NEGATIVE_INFINITY, d[j] ?? Number.NEGATIVE_INFINITY);
    while (i < s.length && s[i] === score) i++;
    while (j < d.length && d[j] === score) j++;
    found.push({ tar: i / s.length, far: j / d.length });
  }
  return found;
}

/** Area under the curve of TAR over FAR, 0..1: how often a same pair scores above a different one, ties counting half. */
export function auc(same: ArrayLike<number>, different: ArrayLike<number>): number {
  let area = 0;
  let last: Point = { tar: 0, far: 0 };
  for (const point of points(same, different)) {
    area += ((point.far - last.far) * (point.tar + last.tar)) / 2;
    last = point;
  }
  return area;
}

/** Equal error rate, 0..1: the mean of FAR and FRR at the first point, from the highest score down, where they lie closest. */
export function eer(same: ArrayLike<number>, different: ArrayLike<number>): number {
  let best = Number.POSITIVE_INFINITY;
  let rate = 0.5;
  for (const { tar, far } of points(same, different).slice(1)) {
    const gap = Math.abs(far - (1 - tar));
    if (gap < best) {
      best = gap;
      rate = (far + (1 - tar)) / 2;
    }
  }
  return rate;
}

/**
 * The largest TAR, 0..1, whose FAR does not exceed `far`. Null where fewer than 1 / far different pairs exist: then
 * the answer would say "no false accept at all", which is another question.
 */
export function tarAtFar(same: ArrayLike<number>, different: ArrayLike<number>, far: number): number | null {
  if (different.length * far < 1 - 1e-9) return null;
  let best = 0;
  for (const point of points(same, different)) if (point.far <= far) best = Math.max(best, point.tar);
  return best;
}

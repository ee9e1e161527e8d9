import { distance } from "fastest-levenshtein";

/**
 * The candidate that was most likely meant by `name`, null when none is near: at most a third of the letters may differ,
 * and never more than three. Two neighbours exchanged count as one letter; case alone counts as near. Of equally near ones the first in the alphabet is taken.
 */
export function nearest(name: string, candidates: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  const wanted = name.toLowerCase();
  const allowed = Math.min(3, Math.max(1, Math.floor(name.length / 3)));
  for (const candidate of [...new Set(candidates)].sort()) {
    if (candidate === name) continue;
    const found = apart(wanted, candidate.toLowerCase());
    if (found > allowed || found >= Math.max(name.length, candidate.length)) continue;
    if (found < least) {
      best = candidate;
      least = found;
    }
  }
  return best;
}

/** Edit distance, but 1 where only two neighbouring letters are exchanged. */
function apart(a: string, b: string): number {
  const edits = distance(a, b);
  if (edits !== 2 || a.length !== b.length) return edits;
  const first = [...a].findIndex((letter, i) => letter !== b[i]);
  const exchanged = a.slice(0, first) + a.charAt(first + 1) + a.charAt(first) + a.slice(first + 2);
  return exchanged === b ? 1 : edits;
}

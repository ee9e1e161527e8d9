/** Which images `pairs(S)` compares: a function of the labels, the number of folds and the protocol's seed alone. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { PairsProtocol } from "../experiment.js";
import { stream } from "../random.js";

export interface Pairs {
  /** Numbers of the two images of each pair, in the order of the data. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** 1: one identity; 0: two. All same pairs come first. */
  readonly same: Uint8Array;
  readonly fold: Uint32Array;
  readonly folds: number;
}

/** All pairs of the same label and as many of different ones without repetition, both dealt evenly into the folds. */
export function drawPairs(labels: ArrayLike<number>, protocol: PairsProtocol): Pairs {
  const same = samePairs(labels);
  const total = (labels.length * (labels.length - 1)) / 2;
  const at = protocol.data.dataset.at;
  const few = (why: string) => fail("pairs-too-few", at, { why });
  if (same.length < protocol.folds) few(`it has ${same.length} same pairs for ${protocol.folds} folds`);
  if (total - same.length < same.length) few(`it has ${same.length} same pairs and only ${total - same.length} different ones`);
  const different = differentPairs(labels, same.length, total - same.length, protocol.seed);
  const all = [...same, ...different];
  const fold = new Uint32Array(all.length);
  deal(fold.subarray(0, same.length), protocol, "same");
  deal(fold.subarray(same.length), protocol, "different");
  return {
    first: Uint32Array.from(all, ([a]) => a),
    second: Uint32Array.from(all, ([, b]) => b),
    same: Uint8Array.from(all, (_, i) => (i < same.length ? 1 : 0)),
    fold,
    folds: protocol.folds,
  };
}

type Pair = readonly [number, number];

function samePairs(labels: ArrayLike<number>): Pair[] {
  const members = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0;
    const list = members.get(label);
    if (list === undefined) members.set(label, [i]);
    else list.push(i);
  }
  const found: Pair[] = [];
  for (const list of members.values()) for (const [place, a] of list.entries()) for (const b of list.slice(place + 1)) found.push([a, b]);
  return found;
}

function differentPairs(labels: ArrayLike<number>, wanted: number, available: number, seed: number): Pair[] {
  const random = stream(seed, "pairs/different");
  const n = labels.length;
  // Where most pairs are wanted, drawing until all are met would take long: list them and take the first of a shuffle.
  if (wanted * 2 > available) {
    const all: Pair[] = [];
    for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) if (labels[a] !== labels[b]) all.push([a, b]);
    return [...random.shuffle(all.length).subarray(0, wanted)].map((i) => all[i] ?? [0, 0]);
  }
  const met = new Set<number>();
  const found: Pair[] = [];
  while (found.length < wanted) {
    const i = random.integer(n);
    const j = random.integer(n);
    const [a, b] = i < j ? [i, j] : [j, i];
    if (labels[a] === labels[b] || met.has(a * n + b)) continue;
    met.add(a * n + b);
    found.push([a, b]);
  }
  return found;
}

/** Deals entries in a shuffled order, so that folds differ by at most one. */
function deal(fold: Uint32Array, protocol: PairsProtocol, name: string): void {
  const order = stream(protocol.seed, `pairs/folds/${name}`).shuffle(fold.length);
  order.forEach((entry, place) => {
    fold[entry] = place % protocol.folds;
  });
}

/** The protocol in full, as it stands beside every figure. */
export function protocolText(protocol: PairsProtocol, counts: { readonly same: number; readonly different: number } | null): string {
  const of = protocol.data.part === null ? protocol.data.dataset.name : `${protocol.data.dataset.name}.${protocol.data.part}`;
  const pairs = counts === null ? "all same pairs + as many different" : `${counts.same} same + ${counts.different} different`;
  return `pairs of ${of}: ${pairs}, seed ${protocol.seed}, ${protocol.folds} folds, cosine, threshold from the other ${others(protocol.folds)}`;
}

function others(folds: number): string {
  const words = ["none", "fold", "two", "three", "four", "five", "six", "seven", "eight", "nine"];
  const count = folds - 1;
  return count === 1 ? "fold" : `${words[count] ?? count} folds`;
}

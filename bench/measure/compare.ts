/** From the numbers of rounds to ratios: each round is compared with itself, for a machine's mood lasts longer than a round. */
import type { Comparison, Contestant, Row, Unit } from "./results.js";
import { median, rounded, spread } from "./statistics.js";

/** Which numbers of a unit are good. */
const moreIsBetter: Readonly<Record<Unit, boolean>> = { "images/s": true, MiB: false, s: false, ms: false };

/** How often ours is as good as the best of the peers, in every round; for memory: how much of theirs it takes. */
export function compare(
  name: string,
  ours: string,
  peers: readonly string[],
  contestants: Readonly<Record<string, Contestant>>,
): Comparison | null {
  const own = contestants[ours];
  const others = peers.flatMap((each) => contestants[each] ?? []);
  if (own === undefined || others.length === 0) return null;
  const best = moreIsBetter[own.unit] ? Math.max : Math.min;
  const ratio = (a: number, b: number): number => (own.unit === "s" || own.unit === "ms" ? b / a : a / b);
  const rounds = own.rounds.map((value, round) => rounded(ratio(value, best(...others.map((each) => each.rounds[round] ?? Number.NaN)))));
  const there = peers.filter((each) => each in contestants);
  return { name, ours, peers: there, rounds, median: rounded(median(rounds)) };
}

/** A row as lines to read. */
export function rowText(name: string, row: Row): string {
  const wide = Math.max(...Object.keys(row.contestants).map((each) => each.length));
  const lines = Object.entries(row.contestants).map(([each, { rounds, unit, what }]) => {
    const digits = unit === "s" ? 2 : 1;
    return `  ${each.padEnd(wide)} ${median(rounds).toFixed(digits).padStart(9)} ${unit.padEnd(8)} (${spread(rounds, digits)})  ${what}`;
  });
  const ratios = row.comparisons.map((each) => `  ${each.name}: ${each.median.toFixed(2)} (${spread(each.rounds)})`);
  return [`${name}: ${row.title}`, ...lines, ...ratios].join("\n");
}

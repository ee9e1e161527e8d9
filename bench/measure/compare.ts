/** From the numbers of rounds to ratios: each round is compared with itself, for a machine's mood lasts longer than a round. */
import type { Comparison, Contestant, Row, Unit } from "./results.js";
import { median, rounded } from "./statistics.js";

/** Which numbers of a unit are good. */
const moreIsBetter: Readonly<Record<Unit, boolean>> = { "images/s": true, MiB: false, s: false, apart: false };

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
  const ratio = (a: number, b: number): number => (own.unit === "s" ? b / a : a / b);
  const rounds = own.rounds.map((value, round) => rounded(ratio(value, best(...others.map((each) => each.rounds[round] ?? Number.NaN)))));
  const there = peers.filter((each) => each in contestants);
  return { name, ours, peers: there, rounds, median: rounded(median(rounds)) };
}

/** A number in its unit. */
export function figure(value: number, unit: Unit): string {
  if (unit === "apart") return value.toExponential(1);
  if (unit === "s") return value.toFixed(2);
  return value.toFixed(value < 100 ? 1 : 0);
}

/** The smallest and the largest in their unit; one value alone has no spread. */
export function spread(values: readonly number[], unit: Unit): string {
  return values.length < 2 ? "" : `${figure(Math.min(...values), unit)}-${figure(Math.max(...values), unit)}`;
}

/** Of ratios; one value alone has no spread. */
export function ratioSpread(values: readonly number[]): string {
  return values.length < 2 ? "one round" : `${Math.min(...values).toFixed(2)}-${Math.max(...values).toFixed(2)}`;
}

/** A row as lines to read. */
export function rowText(name: string, row: Row): string {
  const wide = Math.max(...Object.keys(row.contestants).map((each) => each.length));
  const lines = Object.entries(row.contestants).map(([each, { rounds, unit, what }]) => {
    const value = figure(median(rounds), unit).padStart(9);
    return `  ${each.padEnd(wide)} ${value} ${unit.padEnd(8)} ${spread(rounds, unit).padEnd(13)} ${what}`;
  });
  const ratios = row.comparisons.map((each) => `  ${each.name}: ${each.median.toFixed(2)} (${ratioSpread(each.rounds)})`);
  return [`${name}: ${row.title}`, ...lines, ...ratios].join("\n");
}

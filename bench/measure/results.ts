/**
 * What a measurement is, as bench/results/*.json keep it: one file a group, one row a piece of work. A row is written as
 * soon as it is measured and replaces only itself, so that a run can be cut off and gone on with.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Machine } from "./machine.js";

/** "apart": the largest difference over the largest value, max |a - b| / max |b|. */
export type Unit = "images/s" | "MiB" | "s" | "apart";

/** One program that was measured. */
export interface Contestant {
  /** What it is in words: library and version, memory format, what was compiled. */
  readonly what: string;
  readonly unit: Unit;
  /** One number a round: the median of its repetitions. */
  readonly rounds: readonly number[];
  /** Seconds that its first step took and that are counted nowhere: compiling, choosing algorithms. */
  readonly firstStepSeconds?: number;
}

/** Ours against a peer: above 1 ours is faster, or (unit MiB) takes more memory. */
export interface Comparison {
  readonly name: string;
  readonly ours: string;
  /** The peer's programs; in each round the best of them stands for it. */
  readonly peers: readonly string[];
  readonly rounds: readonly number[];
  /** Of the rounds. */
  readonly median: number;
}

export interface Row {
  readonly title: string;
  /** When it was measured, ISO 8601. */
  readonly date: string;
  readonly machine: Machine;
  /** What was held fixed: batch, threads, steps a round, ... */
  readonly settings: Readonly<Record<string, string | number>>;
  readonly contestants: Readonly<Record<string, Contestant>>;
  readonly comparisons: readonly Comparison[];
}

export type Rows = Readonly<Record<string, Row>>;

const folder = fileURLToPath(new URL("../results/", import.meta.url));

export function resultsPath(group: string): string {
  return join(folder, `${group}.json`);
}

export function readRows(group: string): Rows {
  const path = resultsPath(group);
  if (!existsSync(path)) return {};
  const rows: Rows = JSON.parse(readFileSync(path, "utf8"));
  return rows;
}

/** Puts a row into the file of its group; `order` is that of the rows in the file. */
export function writeRow(group: string, name: string, row: Row, order: readonly string[]): void {
  const all = { ...readRows(group), [name]: row };
  const names = [...order.filter((each) => each in all), ...Object.keys(all).filter((each) => !order.includes(each))];
  const sorted = Object.fromEntries(names.map((each) => [each, all[each]]));
  const path = resultsPath(group);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.tmp`, `${JSON.stringify(sorted, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
}

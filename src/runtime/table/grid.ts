/** The runs of a table: rows x columns x seeds, and the part of them that is asked for. */
import { fail } from "../../diagnostics/diagnostic.js";
import { nearest } from "../../diagnostics/suggest.js";
import type { Table, Training } from "../experiment.js";
import type { Judged } from "../train/identity.js";

/** One run: places in rows and columns, from 0. */
export interface Place {
  readonly row: number;
  readonly column: number;
  readonly seed: number;
}

export interface GridRun extends Place {
  readonly training: Training;
}

/** All runs in reading order, a seed at a time within a cell. `epochs` replaces the program's where it is given. */
export function gridOf(table: Table, epochs: number | null, seed: number | null): GridRun[] {
  const seeds = seed === null ? table.seeds : [seed];
  return table.rows.flatMap(([, rowValue], row) =>
    table.columns.flatMap(([, columnValue], column) => {
      const training = table.run(rowValue, columnValue);
      return seeds.map((seed) => ({ row, column, seed, training: { ...training, seed, epochs: epochs ?? training.epochs } }));
    }),
  );
}

/** The protocols of all cells, each once, with every measure asked of it. */
export function judgedOf(table: Table): Judged[] {
  const found: { protocol: Judged["protocol"]; measures: Judged["measures"][number][] }[] = [];
  for (const { protocol, measure } of table.cells) {
    const known = found.find((entry) => sameProtocol(entry.protocol, protocol));
    if (known === undefined) found.push({ protocol, measures: [measure] });
    else known.measures.push(measure);
  }
  return found;
}

/** Which entry of `judgedOf` a cell reads. */
export function judgedIndex(judged: readonly Judged[], protocol: Judged["protocol"]): number {
  return judged.findIndex((entry) => sameProtocol(entry.protocol, protocol));
}

function sameProtocol(a: Judged["protocol"], b: Judged["protocol"]): boolean {
  return a.data.dataset === b.data.dataset && a.data.part === b.data.part && a.folds === b.folds && a.seed === b.seed;
}

/**
 * What `--only ROW,COLUMN,SEED` picks. Labels may hold commas: the text is split at every pair of commas, and the
 * split whose three parts are known counts.
 */
export function selection(table: Table, only: string | null): (place: Place) => boolean {
  if (only === null || only === "") return () => true;
  const rows = table.rows.map(([label]) => label);
  const columns = table.columns.map(([label]) => label);
  const splits = threeParts(only);
  for (const [row, column, seed] of splits) {
    const [r, c, s] = [pick(rows, row), pick(columns, column), pickSeed(table.seeds, seed)];
    if (r !== null && c !== null && s !== null) {
      return (place) => (r === "all" || r === place.row) && (c === "all" || c === place.column) && (s === "all" || s === place.seed);
    }
  }
  return unknown(table, rows, columns, splits[0] ?? [only, "", ""]);
}

type Parts = readonly [row: string, column: string, seed: string];

function threeParts(only: string): Parts[] {
  const commas = [...only].flatMap((character, at) => (character === "," ? [at] : []));
  if (commas.length < 2) {
    const [row = "", column = ""] = only.split(",");
    return [[row, column, ""]];
  }
  return commas.flatMap((first) =>
    commas
      .filter((second) => second > first)
      .map((second): Parts => [only.slice(0, first), only.slice(first + 1, second), only.slice(second + 1)]),
  );
}

function pick(labels: readonly string[], said: string): number | "all" | null {
  const text = said.trim();
  if (text === "") return "all";
  const byLabel = labels.indexOf(text);
  if (byLabel >= 0) return byLabel;
  const number = /^\d+$/.test(text) ? Number(text) - 1 : -1;
  return number >= 0 && number < labels.length ? number : null;
}

function pickSeed(seeds: readonly number[], said: string): number | "all" | null {
  const text = said.trim();
  if (text === "") return "all";
  const seed = /^\d+$/.test(text) ? Number(text) : -1;
  return seeds.includes(seed) ? seed : null;
}

function unknown(table: Table, rows: readonly string[], columns: readonly string[], [row, column, seed]: Parts): never {
  const complain = (part: string, said: string, known: readonly string[]) =>
    fail("only-unknown", null, { part, said: said.trim(), known, close: nearest(said.trim(), known) });
  if (pick(rows, row) === null) return complain("row", row, rows);
  if (pick(columns, column) === null) return complain("column", column, columns);
  return complain("seed", seed, table.seeds.map(String));
}

/** A result laid out in lines and columns, with notes below: what the text, Markdown, HTML and LaTeX forms print. */

import { type CellResult, type Comparison, figureText, type Statistic, type TableResult } from "./result.js";
import { EXACT } from "./statistics.js";

export interface Entry {
  readonly text: string;
  readonly bold: boolean;
}

export interface SheetLine {
  readonly label: string;
  readonly kind: "row" | "baseline";
  readonly entries: readonly Entry[];
}

export interface Sheet {
  readonly title: string;
  readonly header: readonly string[];
  readonly lines: readonly SheetLine[];
  readonly notes: readonly string[];
}

export function sheetOf(result: TableResult): Sheet {
  const columns = distinct(result.cells.map(columnOf));
  const several = new Set(result.cells.map(({ cell }) => cell)).size > 1;
  const names = measureNames(result);
  const header = columns.map(({ column, cell }) => (several ? `${column}: ${names.get(cell)}` : column));
  const find = (row: string, wanted: Column) => result.cells.find((cell) => cell.row === row && same(columnOf(cell), wanted));
  const lines = result.rows.map(
    (row): SheetLine => ({ label: row, kind: "row", entries: columns.map((column) => entryOf(find(row, column))) }),
  );
  return { title: result.title, header, lines: [...lines, ...baselineLines(result, columns, find)], notes: notesOf(result) };
}

/** One of the table's cells under one of its columns. */
interface Column {
  readonly column: string;
  readonly cell: number;
}

function columnOf({ column, cell }: CellResult): Column {
  return { column, cell };
}

/** What each cell measures; those of equal name are numbered, and the notes say the protocol of each. */
function measureNames(result: TableResult): Map<number, string> {
  const cells = distinct(result.cells.map(({ cell, measure }) => ({ cell, measure })));
  const names = cells.map(({ cell, measure }): [number, string] => {
    const alike = cells.filter((other) => other.measure === measure);
    return [cell, alike.length === 1 ? measure : `${measure} (${alike.findIndex((other) => other.cell === cell) + 1})`];
  });
  return new Map(names);
}

function entryOf(cell: CellResult | undefined): Entry {
  if (cell === undefined || cell.mean === null)
    return { text: cell?.lacks === "different pairs" ? "not enough negatives" : "-", bold: false };
  const published = cell.published === null ? "" : ` (published ${cell.published}${verdict(cell)})`;
  return { text: statisticText({ mean: cell.mean, std: cell.std }, cell) + published, bold: cell.best };
}

function verdict({ within, tolerance }: CellResult): string {
  if (within === null) return "";
  return within ? `, within ${tolerance}` : `, not within ${tolerance}`;
}

/** `91.30 ± 1.24`, or the mean alone where there is one value or the table asks for no spread. */
function statisticText({ mean, std }: Pick<Statistic, "mean" | "std">, { unit, spread }: Pick<CellResult, "unit" | "spread">): string {
  return std === null || !spread ? figureText(mean, unit) : `${figureText(mean, unit)} ± ${figureText(std, unit)}`;
}

/** One line where all rows share a baseline, as losses do; otherwise one for each row. */
function baselineLines(
  result: TableResult,
  columns: readonly Column[],
  find: (row: string, column: Column) => CellResult | undefined,
): SheetLine[] {
  const baselines = [
    { label: "untrained", pick: (cell: CellResult | undefined) => cell?.untrained ?? null },
    { label: "raw pixels", pick: (cell: CellResult | undefined) => cell?.pixels ?? null },
  ];
  return baselines.flatMap(({ label, pick }) => {
    const lines = result.rows.map((row) =>
      columns.map((column): Entry => {
        const cell = find(row, column);
        const statistic = pick(cell);
        return { text: statistic === null || cell === undefined ? "-" : statisticText(statistic, cell), bold: false };
      }),
    );
    const alike = lines.filter((entries) => entries.some(({ text }) => text !== "-"));
    const [first] = alike;
    if (first === undefined) return [];
    if (alike.every((entries) => same(entries, first))) return [{ label, kind: "baseline" as const, entries: first }];
    return lines.map((entries, row) => ({ label: `${result.rows[row]}: ${label}`, kind: "baseline" as const, entries }));
  });
}

/** What the figures are over, for the numbers of seeds that cells have. */
function spreadNote(counts: readonly number[]): string {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  if (counts.length === 0) return "no run is finished";
  if (most === 1) return "one seed: there is no spread to show";
  return `mean ± sample standard deviation over n = ${least === most ? most : `${least} to ${most}`} seeds`;
}

function notesOf(result: TableResult): string[] {
  const names = measureNames(result);
  const protocols = distinct(result.cells.map(({ cell, protocol, unit }) => ({ measure: names.get(cell), protocol, unit })));
  const sources = distinct(result.cells.flatMap(({ source }) => (source === null ? [] : [source])));
  const counts = distinct(result.cells.map(({ n }) => n));
  return [
    ...protocols.map(({ protocol, measure, unit }) => `${measure}${unit === "percent" ? " in percent" : ""}: ${protocol}`),
    spreadNote(counts),
    "untrained: the same network with its initial weights; raw pixels: cosine of scaled pixels, each image less its mean",
    ...sources.map((source) => `published: ${source}`),
    ...result.comparisons.map(comparisonText),
    ...result.failures.map(({ row, column, seed, message }) => `failed: ${row}, ${column}, seed ${seed}: ${message.trim()}`),
  ];
}

function comparisonText(comparison: Comparison): string {
  const { row, against, column, measure, n, unit, difference, p, enough } = comparison;
  const size = figureText(Math.abs(difference), unit);
  const sign = Number(size) === 0 ? "" : difference < 0 ? "-" : "+";
  const chance = enough ? `p = ${p.toPrecision(2)}` : `p = ${p.toPrecision(2)}, ${n} ${n === 1 ? "seed is" : "seeds are"} too few to tell`;
  return `${row} against ${against}, ${column}, ${measure}: ${sign}${size} over ${n} ${n === 1 ? "seed" : "seeds"} (${n > EXACT ? "drawn" : "exact"} sign flips, ${chance})`;
}

function distinct<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((entry) => [JSON.stringify(entry), entry])).values()];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

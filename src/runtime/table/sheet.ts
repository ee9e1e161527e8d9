/** A result laid out in lines and columns, with notes below: what the text, Markdown, HTML and LaTeX forms print. */
import type { CellResult, Comparison, Statistic, TableResult } from "./result.js";

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
  const several = distinct(result.cells.map(({ protocol, measure }) => ({ protocol, measure }))).length > 1;
  const header = columns.map(({ column, measure }) => (several ? `${column}: ${measure}` : column));
  const find = (row: string, wanted: Column) => result.cells.find((cell) => cell.row === row && same(columnOf(cell), wanted));
  const lines = result.rows.map((row): SheetLine => ({ label: row, kind: "row", entries: columns.map((column) => entryOf(find(row, column))) }));
  return { title: result.title, header, lines: [...lines, ...baselineLines(result, columns, find)], notes: notesOf(result) };
}

interface Column {
  readonly column: string;
  readonly protocol: string;
  readonly measure: string;
}

function columnOf({ column, protocol, measure }: CellResult): Column {
  return { column, protocol, measure };
}

function entryOf(cell: CellResult | undefined): Entry {
  if (cell === undefined || cell.mean === null) return { text: "-", bold: false };
  const published = cell.published === null ? "" : ` (published ${cell.published}${verdict(cell)})`;
  return { text: statisticText({ ...cell, mean: cell.mean }, cell.unit) + published, bold: cell.best };
}

function verdict({ within, tolerance }: CellResult): string {
  if (within === null) return "";
  return within ? `, within ${tolerance}` : `, not within ${tolerance}`;
}

/** `91.30 ± 1.24`, or without a spread where there is one value. */
export function statisticText({ mean, std }: Pick<Statistic, "mean" | "std">, unit: CellResult["unit"]): string {
  const digits = unit === "percent" ? 2 : 4;
  return std === null ? mean.toFixed(digits) : `${mean.toFixed(digits)} ± ${std.toFixed(digits)}`;
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
        return { text: statistic === null || cell === undefined ? "-" : statisticText(statistic, cell.unit), bold: false };
      }),
    );
    const alike = lines.filter((entries) => entries.some(({ text }) => text !== "-"));
    const [first] = alike;
    if (first === undefined) return [];
    if (alike.every((entries) => same(entries, first))) return [{ label, kind: "baseline" as const, entries: first }];
    return lines.map((entries, row) => ({ label: `${result.rows[row]}: ${label}`, kind: "baseline" as const, entries }));
  });
}

function notesOf(result: TableResult): string[] {
  const protocols = distinct(result.cells.map(({ protocol, measure, unit }) => ({ protocol, measure, unit })));
  const sources = distinct(result.cells.flatMap(({ source }) => (source === null ? [] : [source])));
  const counts = distinct(result.cells.map(({ n }) => n));
  return [
    ...protocols.map(({ protocol, measure, unit }) => `${measure}${unit === "percent" ? " in percent" : ""}: ${protocol}`),
    `mean ± sample standard deviation over ${counts.length === 1 ? `n = ${counts[0]}` : counts.length === 0 ? "no" : `n = ${Math.min(...counts)} to ${Math.max(...counts)}`} seeds`,
    "untrained: the same network with its initial weights; raw pixels: cosine of scaled pixels, each image less its mean",
    ...sources.map((source) => `published: ${source}`),
    ...result.comparisons.map(comparisonText),
    ...result.failures.map(({ row, column, seed, message }) => `failed: ${row}, ${column}, seed ${seed}: ${message.trim()}`),
  ];
}

export function comparisonText(comparison: Comparison): string {
  const { row, against, column, measure, n, difference, p, enough } = comparison;
  const sign = difference < 0 ? "" : "+";
  const chance = enough ? `p = ${p.toPrecision(2)}` : `p = ${p.toPrecision(2)}, ${n} ${n === 1 ? "seed is" : "seeds are"} too few to tell`;
  return `${row} against ${against}, ${column}, ${measure}: ${sign}${difference.toPrecision(3)} over ${n} ${n === 1 ? "seed" : "seeds"} (exact sign flips, ${chance})`;
}

function distinct<T>(list: readonly T[]): T[] {
  return [...new Map(list.map((entry) => [JSON.stringify(entry), entry])).values()];
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

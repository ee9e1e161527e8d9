/** What a table says, as plain data: made from finished runs, printed by every format. */
import { type Evaluation, type Figures, measured } from "../evaluate/evaluate.js";
import { protocolText } from "../evaluate/pairs.js";
import type { Cell, Measure, Table } from "../experiment.js";
import type { RunRecord } from "../train/record.js";
import { judgedIndex, judgedOf, type Place } from "./grid.js";
import { deviation, mean, settled, signFlip } from "./statistics.js";

/** A finished run and where it stands. */
export interface FinishedRun extends Place {
  readonly record: RunRecord;
  readonly folder: string;
}

export interface Failure {
  readonly row: string;
  readonly column: string;
  readonly seed: number;
  /** Code of the diagnostic; null: the process ended without one. */
  readonly code: string | null;
  readonly message: string;
}

/** Mean and sample standard deviation over seeds, in the unit of the cell: percent, or 0..1. */
export interface Statistic {
  readonly mean: number;
  readonly std: number | null;
  readonly n: number;
  readonly values: readonly { readonly seed: number; readonly value: number }[];
}

export interface CellResult extends Omit<Statistic, "mean"> {
  /** Which of the table's cells, from 0: protocol and measure. */
  readonly cell: number;
  readonly row: string;
  readonly column: string;
  readonly protocol: string;
  readonly measure: string;
  readonly unit: "percent" | "number";
  /** Null where no run has a value. */
  readonly mean: number | null;
  /** Why there is no mean: no finished run, or fewer different pairs than 1 / FAR. */
  readonly lacks: "runs" | "different pairs" | null;
  readonly best: boolean;
  /** Whether the table shows the standard deviation beside the mean. */
  readonly spread: boolean;
  readonly published: number | null;
  readonly source: string | null;
  /** Whether the mean lies as near the published figure as the table asks; null: not judged. */
  readonly within: boolean | null;
  /** The largest distance that the table allows; null: none said. */
  readonly tolerance: number | null;
  readonly untrained: Statistic | null;
  readonly pixels: Statistic | null;
}

/** A row against the first one, paired by seed. */
export interface Comparison {
  readonly row: string;
  readonly against: string;
  readonly column: string;
  readonly protocol: string;
  readonly measure: string;
  readonly n: number;
  readonly unit: CellResult["unit"];
  /** Mean of row minus first row, in the unit of the cell. */
  readonly difference: number;
  /** Two-sided, by sign flips. */
  readonly p: number;
  /** False: even the clearest result of so few seeds would not reach 0.05. */
  readonly enough: boolean;
}

export interface TableResult {
  readonly name: string;
  readonly title: string;
  readonly spec: { readonly file: string; readonly line: number };
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly cells: readonly CellResult[];
  readonly baselines: readonly {
    readonly row: string;
    readonly column: string;
    readonly protocol: string;
    readonly measure: string;
    readonly untrained: Statistic;
    readonly pixels: Statistic;
  }[];
  readonly comparisons: readonly Comparison[];
  readonly failures: readonly Failure[];
  readonly runs: readonly {
    readonly row: string;
    readonly column: string;
    readonly seed: number;
    readonly key: string;
    readonly folder: string;
    readonly backend: string;
    readonly versions: RunRecord["versions"];
    readonly seconds: number;
  }[];
}

/** The result over the rows and columns that `wanted` has runs of. */
export function resultOf(table: Table, wanted: readonly Place[], runs: readonly FinishedRun[], failures: readonly Failure[]): TableResult {
  const rows = table.rows.map(([label]) => label);
  const columns = table.columns.map(([label]) => label);
  const shownRows = rows.filter((_, row) => wanted.some((place) => place.row === row));
  const shownColumns = columns.filter((_, column) => wanted.some((place) => place.column === column));
  const at = (row: string, column: string) => runs.filter((run) => rows[run.row] === row && columns[run.column] === column);
  const cells = shownColumns.flatMap((column) =>
    table.cells.flatMap((cell, place) => {
      const protocol = protocolOf(table, cell, runs);
      const about = { cell: place, protocol, measure: measureName(cell.measure) };
      return markBest(
        cell,
        shownRows.map((row) => ({ ...about, ...cellOf(table, cell, row, column, at(row, column)) })),
      );
    }),
  );
  return {
    name: table.name,
    title: table.title,
    spec: table.at,
    rows: shownRows,
    columns: shownColumns,
    cells,
    baselines: cells.flatMap(({ row, column, protocol, measure, untrained, pixels }) =>
      untrained === null || pixels === null ? [] : [{ row, column, protocol, measure, untrained, pixels }],
    ),
    comparisons: comparisonsOf(cells),
    failures,
    runs: runs.map(({ row, column, seed, record, folder }) => ({
      row: rows[row] ?? "",
      column: columns[column] ?? "",
      seed,
      key: record.key,
      folder,
      backend: record.backend.library,
      versions: record.versions,
      seconds: record.timing.seconds,
    })),
  };
}

function cellOf(
  table: Table,
  cell: Cell,
  row: string,
  column: string,
  runs: readonly FinishedRun[],
): Omit<CellResult, "cell" | "protocol" | "measure"> {
  const place = judgedIndex(judgedOf(table), cell.protocol);
  const evaluations = runs.flatMap((run) => {
    const evaluation = run.record.evaluations[place];
    return evaluation === undefined ? [] : [{ seed: run.seed, evaluation }];
  });
  const scale = cell.format === "percent" ? 100 : 1;
  const over = (pick: (evaluation: Evaluation) => Figures) =>
    statisticOf(
      evaluations.flatMap(({ seed, evaluation }) => {
        const value = measured(pick(evaluation), cell.measure);
        return value === null ? [] : [{ seed, value: settled(value * scale) }];
      }),
    );
  const trained = over((evaluation) => evaluation.trained);
  return {
    row,
    column,
    unit: cell.format,
    mean: trained?.mean ?? null,
    std: trained?.std ?? null,
    n: trained?.n ?? 0,
    values: trained?.values ?? [],
    lacks: trained !== null ? null : evaluations.length === 0 ? "runs" : "different pairs",
    best: false,
    spread: cell.spread,
    // A published figure is one number for a row and a column: it stands beside what the table names first.
    ...publishedOf(cell === table.cells[0] ? table.published : [], row, column, trained),
    untrained: over((evaluation) => evaluation.untrained),
    pixels: over((evaluation) => evaluation.pixels),
  };
}

/** The protocol with its counts, where all runs agree on them. */
function protocolOf(table: Table, cell: Cell, runs: readonly FinishedRun[]): string {
  const place = judgedIndex(judgedOf(table), cell.protocol);
  const texts = new Set(runs.flatMap(({ record }) => record.evaluations[place]?.protocol ?? []));
  const [only] = texts;
  return texts.size === 1 && only !== undefined ? only : protocolText(cell.protocol, null);
}

function measureName(measure: Measure): string {
  return measure.kind === "tar" ? `TAR at FAR ${measure.far}` : { accuracy: "accuracy", auc: "AUC", eer: "EER" }[measure.kind];
}

function statisticOf(values: readonly { readonly seed: number; readonly value: number }[]): Statistic | null {
  if (values.length === 0) return null;
  const numbers = values.map(({ value }) => value);
  const std = deviation(numbers);
  return { mean: settled(mean(numbers)), std: std === null ? null : settled(std), n: numbers.length, values };
}

function publishedOf(
  published: Table["published"],
  row: string,
  column: string,
  trained: Statistic | null,
): Pick<CellResult, "published" | "source" | "within" | "tolerance"> {
  for (const { source, within, entries } of published) {
    const entry = entries.find((candidate) => candidate.row === row && candidate.column === column);
    if (entry === undefined) continue;
    // Half a unit in the last place of a double must not decide at the very edge.
    const near = within === null || trained === null ? null : Math.abs(trained.mean - entry.value) <= within + 1e-9;
    return { published: entry.value, source, within: near, tolerance: within };
  }
  return { published: null, source: null, within: null, tolerance: null };
}

/** Marks the best of a column; all of those that are shown as the same figure. */
function markBest(cell: Cell, results: readonly CellResult[]): CellResult[] {
  const sign = cell.measure.kind === "eer" ? -1 : 1;
  const figure = ({ mean }: CellResult) => (mean === null ? null : sign * Number(figureText(mean, cell.format)));
  const figures = results.map(figure).filter((value) => value !== null);
  const best = Math.max(...figures);
  return results.map((result) => ({ ...result, best: cell.best && figures.length > 1 && figure(result) === best }));
}

/** A figure as tables show it: hundredths of a percent, or four decimals. */
export function figureText(value: number, unit: CellResult["unit"]): string {
  return settled(value).toFixed(unit === "percent" ? 2 : 4);
}

function comparisonsOf(cells: readonly CellResult[]): Comparison[] {
  const first = new Map<string, CellResult>();
  return cells.flatMap((cell) => {
    const place = JSON.stringify([cell.column, cell.cell]);
    const against = first.get(place);
    if (against === undefined) {
      first.set(place, cell);
      return [];
    }
    const differences = cell.values.flatMap(({ seed, value }) => {
      const other = against.values.find((candidate) => candidate.seed === seed);
      return other === undefined ? [] : [settled(value - other.value)];
    });
    if (differences.length === 0) return [];
    const { p, least } = signFlip(differences);
    const { row, column, protocol, measure } = cell;
    return [
      {
        row,
        against: against.row,
        column,
        protocol,
        measure,
        n: differences.length,
        unit: cell.unit,
        difference: settled(mean(differences)),
        p,
        enough: least <= 0.05,
      },
    ];
  });
}

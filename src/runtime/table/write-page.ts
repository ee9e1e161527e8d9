/** Writes the page of a table beside its runs, unless the one that stands there already says the same. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Table } from "../experiment.js";
import { writeWhole } from "../train/files.js";
import { hashOf } from "../train/identity.js";
import { readMetrics } from "../train/metrics.js";
import { version } from "../version.js";
import type { TableResult } from "./result.js";
import { sheetOf } from "./sheet.js";

/** Returns the path of the page. The plot library is loaded only where something is drawn. */
export async function writePage(table: Table, result: TableResult, store: string): Promise<string> {
  const path = join(store, `${table.name}.html`);
  const stamp = hashOf({ result, version });
  if (existsSync(path) && readFileSync(path, "utf8").includes(`content="${stamp}"`)) return path;
  const { pageOf } = await import("./format/page.js");
  const curves = result.rows.flatMap((row) =>
    result.columns.map((column) => {
      const runs = result.runs.filter((run) => run.row === row && run.column === column);
      return { row, column, curves: runs.map(({ seed, folder }) => ({ seed, lines: readMetrics(join(folder, "metrics.jsonl")) })) };
    }),
  );
  writeWhole(
    path,
    pageOf(
      table,
      result,
      sheetOf(result),
      curves.filter((cell) => cell.curves.length > 0),
      stamp,
    ),
  );
  return path;
}

/** Markdown, CSV, LaTeX and the HTML of the table alone. */
import type { TableResult } from "../result.js";
import type { Entry, Sheet } from "../sheet.js";
import { escapeCsv, escapeHtml, escapeLatex, escapeMarkdown } from "./escape.js";

export function markdownOf(sheet: Sheet): string {
  const entry = ({ text, bold }: Entry) => (bold ? `**${escapeMarkdown(text)}**` : escapeMarkdown(text));
  const line = (parts: readonly string[]) => `| ${parts.join(" | ")} |`;
  return [
    `### ${escapeMarkdown(sheet.title)}`,
    "",
    line(["", ...sheet.header.map(escapeMarkdown)]),
    line(["---", ...sheet.header.map(() => "---:")]),
    ...sheet.lines.map((row) =>
      line([row.kind === "baseline" ? `_${escapeMarkdown(row.label)}_` : escapeMarkdown(row.label), ...row.entries.map(entry)]),
    ),
    "",
    ...sheet.notes.map((note) => `- ${escapeMarkdown(note)}`),
    "",
  ].join("\n");
}

/** One line a cell, numbers in full. */
export function csvOf(result: TableResult): string {
  const number = (value: number | null | undefined) => (value === null || value === undefined ? "" : String(value));
  const header = "row,column,protocol,measure,unit,mean,std,n,published,within,untrained_mean,untrained_std,pixels_mean,pixels_std";
  const lines = result.cells.map((cell) =>
    [
      ...[cell.row, cell.column, cell.protocol, cell.measure, cell.unit].map(escapeCsv),
      ...[number(cell.mean), number(cell.std), String(cell.n), number(cell.published), cell.within === null ? "" : String(cell.within)],
      ...[number(cell.untrained?.mean), number(cell.untrained?.std), number(cell.pixels?.mean), number(cell.pixels?.std)],
    ].join(","),
  );
  return `${[header, ...lines].join("\n")}\n`;
}

/** With the rules of the package booktabs. */
export function latexOf(sheet: Sheet): string {
  const entry = ({ text, bold }: Entry) => (bold ? `\\textbf{${escapeLatex(text)}}` : escapeLatex(text));
  const line = (parts: readonly string[]) => `    ${parts.join(" & ")} \\\\`;
  const rows = sheet.lines.filter(({ kind }) => kind === "row");
  const baselines = sheet.lines.filter(({ kind }) => kind === "baseline");
  const body = (lines: readonly Sheet["lines"][number][]) => lines.map((row) => line([escapeLatex(row.label), ...row.entries.map(entry)]));
  return [
    "% \\usepackage{booktabs}",
    "\\begin{table}",
    "  \\centering",
    `  \\caption{${escapeLatex(sheet.title)}}`,
    `  \\begin{tabular}{l${"r".repeat(sheet.header.length)}}`,
    "    \\toprule",
    line(["", ...sheet.header.map(escapeLatex)]),
    "    \\midrule",
    ...body(rows),
    ...(baselines.length === 0 ? [] : ["    \\midrule", ...body(baselines)]),
    "    \\bottomrule",
    "  \\end{tabular}",
    "",
    ...sheet.notes.map((note) => `  ${escapeLatex(note)}\\\\`),
    "\\end{table}",
    "",
  ].join("\n");
}

/** The table and its notes; `page.ts` puts it into a document. */
export function htmlTable(sheet: Sheet): string {
  const entry = ({ text, bold }: Entry) => `<td>${bold ? `<b>${escapeHtml(text)}</b>` : escapeHtml(text)}</td>`;
  const head = ["", ...sheet.header].map((label) => `<th scope="col">${escapeHtml(label)}</th>`).join("");
  const lines = sheet.lines.map(
    (row) => `<tr class="${row.kind}"><th scope="row">${escapeHtml(row.label)}</th>${row.entries.map(entry).join("")}</tr>`,
  );
  return [
    "<table>",
    `<thead><tr>${head}</tr></thead>`,
    "<tbody>",
    ...lines,
    "</tbody>",
    "</table>",
    '<ul class="notes">',
    ...sheet.notes.map((note) => `<li>${escapeHtml(note)}</li>`),
    "</ul>",
  ].join("\n");
}

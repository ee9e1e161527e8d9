/** One HTML page that says everything about a table and needs nothing but itself. */
import { protocolText } from "../../evaluate/pairs.js";
import type { Table, Training } from "../../experiment.js";
import type { TableResult } from "../result.js";
import type { Sheet } from "../sheet.js";
import { type Curve, curvesSvg, seedColors } from "./curves.js";
import { escapeHtml } from "./escape.js";
import { htmlTable } from "./formats.js";

/** Curves of the runs of one row and column. */
export interface CellCurves {
  readonly row: string;
  readonly column: string;
  readonly curves: readonly Curve[];
}

const style = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { padding: 0.25rem 0.75rem; text-align: right; font-variant-numeric: tabular-nums; }
th[scope="row"] { text-align: left; font-weight: normal; }
thead tr, tbody tr:last-child { border-bottom: 2px solid; }
thead tr { border-top: 2px solid; }
tr.baseline { opacity: 0.75; font-style: italic; }
.notes, .runs, .settings { font-size: 0.85rem; }
.runs :is(th, td), .settings :is(th, td) { text-align: left; vertical-align: top; }
.runs :is(th, td), .settings :is(th, td):first-child { white-space: nowrap; }
.runs, .settings { display: block; max-width: 100%; overflow-x: auto; }
.runs code { display: inline-block; max-width: 22ch; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; }
.seed { white-space: nowrap; margin-left: 0.75em; }
.seed::before { content: "\\2501"; color: var(--color); font-weight: bold; margin-right: 0.3em; }
.curves { display: flex; flex-wrap: wrap; gap: 1rem; }
figure { margin: 0; background: white; color: black; }
figcaption { font-size: 0.85rem; }
code { font-size: 0.85em; }
`;

/** `stamp` names the content that the page was made from, so that an unchanged table need not draw it again. */
export function pageOf(table: Table, result: TableResult, sheet: Sheet, curves: readonly CellCurves[], stamp: string): string {
  const spec = `${result.spec.file}:${result.spec.line}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="facec-stamp" content="${stamp}">
<title>${escapeHtml(result.title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escapeHtml(result.title)}</h1>
<p>Table <code>${escapeHtml(result.name)}</code> of <code>${escapeHtml(spec)}</code></p>
${htmlTable(sheet)}
<h2>Training</h2>
<div class="curves">
${curves.map(figure).join("\n")}
</div>
<h2>What was trained</h2>
${settingsOf(table, result)}
<h2>Runs</h2>
${runsOf(result)}
</body>
</html>
`;
}

/** The curves of one cell; below them what they are, and which line is which seed. */
function figure({ row, column, curves }: CellCurves): string {
  const seeds = seedColors(curves).map(([seed, color]) => `<span class="seed" style="--color: ${color}">seed ${seed}</span>`);
  return `<figure>${curvesSvg(curves).join("")}<figcaption>${escapeHtml(`${row}, ${column}`)}${seeds.join("")}</figcaption></figure>`;
}

function settingsOf(table: Table, result: TableResult): string {
  const lines = table.rows.flatMap(([row, rowValue]) =>
    table.columns.flatMap(([column, columnValue]) => {
      if (!result.rows.includes(row) || !result.columns.includes(column)) return [];
      return [[row, column, ...settingTexts(table.run(rowValue, columnValue))]];
    }),
  );
  return plainTable("settings", ["row", "column", "loss", "network", "data", "recipe"], lines);
}

/** Loss, network, data and recipe of a training, in words. */
function settingTexts({ loss, backbone, data, batch, epochs, optimizer, clip, evaluate }: Training): string[] {
  const args = Object.entries(optimizer.args).map(
    ([name, value]) => `${name} = ${typeof value === "object" ? JSON.stringify(value) : value}`,
  );
  const recipe = [
    `${epochs} epochs`,
    `batch ${batch}`,
    args.length === 0 ? optimizer.kind : `${optimizer.kind}(${args.join(", ")})`,
    ...(clip === null ? [] : [`clip ${clip}`]),
    ...(evaluate === null
      ? []
      : [`judged on the way by ${protocolText(evaluate.protocol, null)}${evaluate.keepBest ? ", the best weights kept" : ""}`]),
  ];
  return [
    loss.formula,
    `${backbone.name}, input ${backbone.input.join("x")}`,
    data.part === null ? data.dataset.name : `${data.dataset.name}.${data.part}`,
    recipe.join(", "),
  ];
}

function runsOf(result: TableResult): string {
  const lines = result.runs.map(({ row, column, seed, key, backend, versions, seconds }) => [
    ...[row, column, String(seed), backend, `facec ${versions.facec}, Node ${versions.node}`, `${Math.round(seconds)} s`],
    key,
  ]);
  return plainTable("runs", ["row", "column", "seed", "backend", "versions", "time", "key"], lines);
}

/** A table of texts; what stands under "key" is a hash, and shown in full when it is pointed at. */
function plainTable(kind: string, head: readonly string[], lines: readonly (readonly string[])[]): string {
  const cell = (text: string, column: number): string =>
    head[column] === "key" ? `<td><code title="${escapeHtml(text)}">${escapeHtml(text)}</code></td>` : `<td>${escapeHtml(text)}</td>`;
  const rows = lines.map((line) => `<tr>${line.map(cell).join("")}</tr>`);
  const top = head.map((text) => `<th scope="col">${text}</th>`).join("");
  return `<table class="${kind}">\n<thead><tr>${top}</tr></thead>\n<tbody>\n${rows.join("\n")}\n</tbody>\n</table>`;
}

/** One HTML page that says everything about a table and needs nothing but itself. */
import { protocolText } from "../../evaluate/pairs.js";
import type { Table } from "../../experiment.js";
import type { TableResult } from "../result.js";
import type { Sheet } from "../sheet.js";
import { type Curve, curvesSvg } from "./curves.js";
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
.notes, .runs { font-size: 0.85rem; }
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

function figure({ row, column, curves }: CellCurves): string {
  const seeds = curves.map(({ seed }) => seed).join(", ");
  return `<figure>${curvesSvg(curves).join("")}<figcaption>${escapeHtml(`${row}, ${column}, seed ${seeds}`)}</figcaption></figure>`;
}

function settingsOf(table: Table, result: TableResult): string {
  const items = table.rows.flatMap(([row, rowValue]) =>
    table.columns.flatMap(([column, columnValue]) => {
      if (!result.rows.includes(row) || !result.columns.includes(column)) return [];
      const { loss, backbone, data, batch, epochs, optimizer, clip, evaluate } = table.run(rowValue, columnValue);
      const of = data.part === null ? data.dataset.name : `${data.dataset.name}.${data.part}`;
      const picks =
        evaluate === null
          ? ""
          : `; judged on the way by ${protocolText(evaluate.protocol, null)}${evaluate.keepBest ? ", the best weights kept" : ""}`;
      const text = `${row}, ${column}: ${backbone.name} (input ${backbone.input.join("x")}) on ${of}, loss ${loss.name} = ${loss.formula}, batch ${batch}, ${epochs} epochs, ${optimizer.kind} ${JSON.stringify(optimizer.args)}${clip === null ? "" : `, clip ${clip}`}${picks}`;
      return [`<li>${escapeHtml(text)}</li>`];
    }),
  );
  return `<ul class="runs">\n${items.join("\n")}\n</ul>`;
}

function runsOf(result: TableResult): string {
  const lines = result.runs.map(({ row, column, seed, key, backend, versions, seconds }) => {
    const cells = [row, column, String(seed), backend, `facec ${versions.facec}, Node ${versions.node}`, `${Math.round(seconds)} s`];
    return `<tr>${cells.map((text) => `<td>${escapeHtml(text)}</td>`).join("")}<td><code>${escapeHtml(key)}</code></td></tr>`;
  });
  const head = ["row", "column", "seed", "backend", "versions", "time", "key"].map((text) => `<th scope="col">${text}</th>`).join("");
  return `<table class="runs">\n<thead><tr>${head}</tr></thead>\n<tbody>\n${lines.join("\n")}\n</tbody>\n</table>`;
}

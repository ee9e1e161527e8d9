/** The tables of docs/benchmarks.md, made of bench/results/*.json: a figure in the document was measured by the bench. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { figure, ratioSpread, spread } from "./measure/compare.js";
import type { Machine } from "./measure/machine.js";
import { type Contestant, type Row, type Rows, readRows } from "./measure/results.js";
import { median } from "./measure/statistics.js";
import { type Target, targets } from "./targets.js";

export const document = fileURLToPath(new URL("../docs/benchmarks.md", import.meta.url));

/** Groups in the order of the document, with their headings. */
const headings: Readonly<Record<string, string>> = {
  training: "Training steps",
  memory: "Peak memory",
  wasm: "WebAssembly",
  pipeline: "Input pipeline",
  start: "Start",
  agreement: "The same numbers as PyTorch",
};

const begins = "<!-- figures: written by `npm run bench -- report` -->";
const ends = "<!-- end of figures -->";

/** The document with its tables made of the results that there are. */
export function reported(text: string, rowsOf: (group: string) => Rows = readRows): string {
  const [from, to] = [text.indexOf(begins), text.indexOf(ends)];
  if (from < 0 || to < from) throw new Error("docs/benchmarks.md has lost the marks between which its tables stand.");
  return `${text.slice(0, from)}${begins}\n\n${figures(rowsOf)}\n${text.slice(to)}`;
}

export function writeReport(): void {
  if (!existsSync(document)) return;
  writeFileSync(document, reported(readFileSync(document, "utf8")));
}

function figures(rowsOf: (group: string) => Rows): string {
  const groups = Object.entries(headings).flatMap(([group, heading]) => {
    const rows = Object.entries(rowsOf(group));
    return rows.length === 0 ? [] : [`## ${heading}\n\n${rows.map(([name, row]) => rowSection(group, name, row)).join("\n\n")}`];
  });
  return [`## In short\n\n${summary(rowsOf)}`, ...groups, ""].join("\n\n").replaceAll(/\n{3,}/g, "\n\n");
}

// ---------------------------------------------------------------- the table in short

function summary(rowsOf: (group: string) => Rows): string {
  const lines = targets.map((target) => summaryLine(target, rowsOf(target.group)[target.row]));
  return ["| work | facec | the peer | ratio | rounds | floor | aim |", "|---|---|---|---|---|---|---|", ...lines].join("\n");
}

function summaryLine({ of, work, floor, aim }: Target, row: Row | undefined): string {
  const ends = `${floor} | ${aim} |`;
  if (row === undefined) return `| ${work} | not measured | | | | ${ends}`;
  const comparison = row.comparisons.find(({ name }) => name === of);
  const own = row.contestants[comparison?.ours ?? of];
  if (own === undefined) return `| ${work} | not measured | | | | ${ends}`;
  if (comparison === undefined) return `| ${work} | ${value(own)} | | | ${spread(own.rounds, own.unit)} | ${ends}`;
  const peer = bestOf(comparison.peers.flatMap((name) => row.contestants[name] ?? []));
  const ratio = `**${comparison.median.toFixed(2)}** | ${ratioSpread(comparison.rounds)}`;
  return `| ${work} | ${value(own)} | ${peer === null ? "" : value(peer)} | ${ratio} | ${ends}`;
}

/** Of several peers the one with the best median. */
function bestOf(peers: readonly Contestant[]): Contestant | null {
  const [first] = peers;
  if (first === undefined) return null;
  const sorted = [...peers].sort((a, b) => median(a.rounds) - median(b.rounds));
  return (first.unit === "images/s" ? sorted.at(-1) : sorted[0]) ?? null;
}

function value({ rounds, unit }: Contestant): string {
  return `${figure(median(rounds), unit)} ${unit}`;
}

// ---------------------------------------------------------------- every row

function rowSection(group: string, name: string, row: Row): string {
  const held = Object.entries(row.settings).map(([key, each]) => `${key} ${typeof each === "number" ? shortNumber(each) : each}`);
  const first = Object.values(row.contestants).some(({ firstStepSeconds }) => firstStepSeconds !== undefined);
  const head = `| | median | rounds |${first ? " first step, s |" : ""} what |`;
  const lines = Object.entries(row.contestants).map(([each, contestant]) => {
    const seconds = first ? ` ${contestant.firstStepSeconds?.toFixed(1) ?? ""} |` : "";
    return `| ${each} | ${value(contestant)} | ${spread(contestant.rounds, contestant.unit)} |${seconds} ${contestant.what} |`;
  });
  const ratios = row.comparisons.map((each) => `${each.ours} ${each.name}: **${each.median.toFixed(2)}** (${ratioSpread(each.rounds)})`);
  const about = `\`npm run bench -- ${group} --rows ${name}\`, ${row.date.slice(0, 10)}, ${machineText(row.machine)}; ${held.join(", ")}.`;
  const table = [head, head.replaceAll(/[^|]+/g, "---"), ...lines].join("\n");
  const parts = [`### ${capital(row.title)}`, table, ...(ratios.length > 0 ? [`${ratios.join("; ")}.`] : []), about];
  return parts.join("\n\n");
}

function machineText({ cpu, cores, memory_gib, system, node }: Machine): string {
  return `${cpu}, ${cores} core${cores === 1 ? "" : "s"}, ${memory_gib} GiB, ${system}, Node ${node}`;
}

function shortNumber(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(value);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/**
 * Every figure of docs/benchmarks.md, measured beside its peers in alternating rounds:
 *
 *     npm run bench                                  everything; an hour or two, on a machine that does nothing else
 *     npm run bench -- training memory               some groups
 *     npm run bench -- training --rows ir18,resnet50 --rounds 3
 *     npm run bench -- --resume                      what has no result of the last day yet
 *     npm run bench -- report                        only writes the tables of docs/benchmarks.md anew
 *
 * A row is written to bench/results/GROUP.json as soon as it is measured. PyTorch comes into a virtual environment of the
 * user's cache, or from the interpreter named by FACEC_PEERS_PYTHON.
 */
import { parseArgs } from "node:util";
import { agreement } from "./groups/agreement.js";
import type { Group, Settings } from "./groups/group.js";
import { memory } from "./groups/memory.js";
import { start } from "./groups/start.js";
import { training } from "./groups/training.js";
import { wasm } from "./groups/wasm.js";
import { type Bundle, bundled } from "./measure/bundle.js";
import { rowText } from "./measure/compare.js";
import { endAll } from "./measure/process.js";
import { readRows, writeRow } from "./measure/results.js";
import { pipeline } from "./pipeline/pipeline.js";
import { writeReport } from "./report.js";

const groups: readonly Group[] = [training, memory, wasm, pipeline, start, agreement];
const day = 24 * 60 * 60 * 1000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    rows: { type: "string" },
    rounds: { type: "string", default: "3" },
    threads: { type: "string", default: "2" },
    resume: { type: "boolean", default: false },
  },
});

interface Asked {
  readonly group: Group;
  readonly row: string;
}

/** The rows that the arguments mean, in the order of the groups; a word that means none is an error. */
function askedFor(): readonly Asked[] {
  const names = positionals.filter((word) => word !== "report");
  const unknown = names.find((word) => !groups.some(({ name }) => name === word));
  if (unknown !== undefined)
    throw new Error(`There is no group ${unknown}; there are ${groups.map(({ name }) => name).join(", ")} and report.`);
  if (names.length === 0 && positionals.length > 0) return [];
  const wanted = values.rows?.split(",");
  const all = groups
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .flatMap((group) => group.rows.map((row): Asked => ({ group, row })));
  const missing = wanted?.find((row) => !all.some((each) => each.row === row));
  if (missing !== undefined) throw new Error(`There is no row ${missing}; there are ${all.map(({ row }) => row).join(", ")}.`);
  return all.filter(({ row }) => wanted?.includes(row) ?? true).filter((each) => !(values.resume && isFresh(each)));
}

function isFresh({ group, row }: Asked): boolean {
  const before = readRows(group.name)[row];
  return before !== undefined && Date.now() - Date.parse(before.date) < day;
}

function wholeNumber(option: "rounds" | "threads"): number {
  const value = Number(values[option]);
  if (!Number.isInteger(value) || value < 1) throw new Error(`--${option} takes a whole number from 1.`);
  return value;
}

async function main(): Promise<void> {
  let bundle: Bundle | null = null;
  const settings: Settings = {
    rounds: wholeNumber("rounds"),
    threads: wholeNumber("threads"),
    bundle: async () => {
      bundle ??= await bundled();
      return bundle;
    },
    tell: (text) => console.error(`  ${text}`),
  };
  process.on("exit", () => bundle?.remove());
  for (const { group, row } of askedFor()) {
    console.error(`${group.title}: ${row}`);
    try {
      const measured = await group.measure(row, settings);
      writeRow(group.name, row, measured, group.rows);
      console.log(`${rowText(row, measured)}\n`);
    } catch (error) {
      // The other rows are measured all the same.
      endAll();
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  writeReport();
}

await main();
process.exit();

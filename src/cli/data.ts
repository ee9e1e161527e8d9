/** `facec data FILE [DATASET]` */
import path from "node:path";
import { evaluate } from "../compiler/formula/evaluate.js";
import type { DatasetPlan } from "../compiler/plan/plan.js";
import type { DataReport } from "../runtime/data/report.js";
import type { Dataset } from "../runtime/experiment.js";
import { grouped } from "./columns.js";
import { exits, print, printJson } from "./output.js";
import { choose, loadPlan } from "./spec.js";

interface DataOptions {
  readonly data?: string;
  readonly json?: boolean;
}

export async function data(file: string, name: string | undefined, options: DataOptions): Promise<number> {
  const { plan } = loadPlan(file);
  const chosen = choose("dataset", file, plan.datasets, name);
  const { reportData } = await import("../runtime/data/report.js");
  const report = await reportData(datasetOf(chosen), { data: options.data ?? null, beside: path.dirname(path.resolve(file)) });
  if (options.json) printJson(report);
  else print(text(chosen, report));
  return report.unreadable.length + report.otherSize.length > 0 ? exits.wrong : exits.done;
}

/** The data set as a program would state it. */
function datasetOf({ name, source, image, resized, scale, augment, split, at }: DatasetPlan): Dataset {
  const scaled = (v: number): number => evaluate(scale, { v }, new Map()).data[0] ?? Number.NaN;
  return { name, source, image, resized, scale: scaled, augment, split, at };
}

/** Names of a long list that are shown; `--json` has them all. */
const shown = 20;

function text(dataset: DatasetPlan, report: DataReport): string {
  const where = report.folder === null ? "drawn" : report.folder;
  const lines = [
    `${report.name}: ${where}`,
    `  images            ${grouped(report.images)}`,
    `  identities        ${grouped(report.identities)}`,
    `  images each       ${report.imagesPerIdentity.map((each) => `${each.images} (${grouped(each.identities)} identities)`).join(", ")}`,
    `  sizes             ${report.sizes.map((each) => `${each.height}x${each.width}x${each.channels} (${grouped(each.images)})`).join(", ")}`,
    `  split             ${splitText(dataset)}`,
    ...(report.fingerprint === null ? [] : [`  fingerprint       ${report.fingerprint}`]),
    ...(report.loose === 0 ? [] : [`  in no folder      ${grouped(report.loose)} images that belong to no identity`]),
    ...named("other formats", report.otherFormats),
    ...named("empty folders", report.emptyFolders),
    ...named(
      "unreadable",
      report.unreadable.map((each) => `${each.path}: ${each.why}`),
    ),
    ...named(
      "other size",
      report.otherSize.map((each) => `${each.path}: ${each.why}`),
    ),
  ];
  return lines.join("\n");
}

function splitText({ split }: DatasetPlan): string {
  if (split === null) return "none";
  const parts = Object.entries(split.parts).map(([name, count]) => `${name} ${grouped(count)}`);
  return `${parts.join(", ")} identities, no identity in two parts; ${split.seed === "run" ? "redrawn by the seed of each run" : `seed ${split.seed}`}`;
}

function named(title: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const more = names.length > shown ? [`    and ${grouped(names.length - shown)} more`] : [];
  return [`  ${title.padEnd(17)} ${grouped(names.length)}`, ...names.slice(0, shown).map((name) => `    ${name}`), ...more];
}

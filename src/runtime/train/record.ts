/** run.json: what a finished run says about itself. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import type { Evaluation } from "../evaluate/evaluate.js";
import type { Ingredients } from "./identity.js";

export interface RunRecord {
  readonly name: string;
  readonly spec: { readonly file: string; readonly line: number };
  /** The program that ran, by name and SHA-256. */
  readonly program: { readonly file: string; readonly sha256: string } | null;
  readonly key: string;
  readonly ingredients: Ingredients;
  readonly backend: { readonly name: string; readonly library: string; readonly threads: number };
  readonly versions: { readonly facec: string; readonly numeric: number; readonly node: string };
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  readonly steps: number;
  readonly data: { readonly name: string; readonly images: number; readonly identities: number; readonly fingerprint: string };
  readonly backbone: string;
  readonly loss: { readonly name: string; readonly formula: string };
  readonly parameters: number;
  readonly timing: { readonly finished: string; readonly seconds: number; readonly images_per_second: number };
  readonly final: { readonly loss: number; readonly rate: number; readonly gradient_norm: number } | null;
  /** The evaluation whose weights were kept; null: those of the last step. */
  readonly best: { readonly accuracy: number; readonly step: number; readonly epoch: number } | null;
  readonly evaluations: readonly Evaluation[];
}

export function recordPath(folder: string): string {
  return join(folder, "run.json");
}

/** The record of a folder; null where the run is not finished. */
export function readRecord(folder: string): RunRecord | null {
  const path = recordPath(folder);
  if (!existsSync(path)) return null;
  try {
    const record: RunRecord = JSON.parse(readFileSync(path, "utf8"));
    if (typeof record.key === "string" && Array.isArray(record.evaluations)) return record;
  } catch {
    // Said below, as for JSON of another form.
  }
  return fail("store-broken", { path }, { why: "this one is not the JSON of a run" });
}

/** The program that this process runs. */
export function programOf(path = process.argv[1]): RunRecord["program"] {
  if (path === undefined || !existsSync(path)) return null;
  return { file: basename(path), sha256: createHash("sha256").update(readFileSync(path)).digest("hex") };
}

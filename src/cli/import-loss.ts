/** A loss of a plan as the generated program has it, ready to be called. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import type { Plan } from "../compiler/plan/plan.js";
import type { Loss } from "../runtime/experiment.js";
import { runtimeFile } from "./version.js";

/** Emitted, written aside, and imported; `name` is the loss's identifier in the plan. */
export async function importLoss(plan: Plan, name: string): Promise<Loss> {
  const { emitLoss } = await import("../compiler/emit/program.js");
  const { toJavaScript } = await import("../compiler/emit/script.js");
  const folder = mkdtempSync(path.join(tmpdir(), "facec-loss-"));
  try {
    const script = path.join(folder, "loss.mjs");
    writeFileSync(script, toJavaScript(emitLoss(plan, name), pathToFileURL(runtimeFile).href));
    const module: { readonly theLoss: Loss } = await import(pathToFileURL(script).href);
    return module.theLoss;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

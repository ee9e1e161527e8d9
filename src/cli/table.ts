/** `facec table FILE NAME` */
import { type RunOptions, runProgram } from "./program.js";
import { choose, loadPlan, readSettings } from "./spec.js";

export async function table(file: string, name: string | undefined, options: RunOptions): Promise<number> {
  const set = readSettings(options.set);
  const { plan, compiled } = loadPlan(file, { set });
  const chosen = choose("table", file, plan.tables, name);
  return runProgram(file, compiled, plan, chosen.name, set, options);
}

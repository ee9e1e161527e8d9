/** `facec run FILE [NAME]` */
import { type RunOptions, runProgram } from "./program.js";
import { choose, loadPlan, readSettings } from "./spec.js";

export async function run(file: string, name: string | undefined, options: RunOptions): Promise<number> {
  const set = readSettings(options.set);
  const { plan, compiled } = loadPlan(file, { set });
  const train = choose("train", file, plan.trains, name);
  return runProgram(file, compiled, plan, train.name, set, options);
}

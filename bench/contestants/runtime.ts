/** facec/runtime for a program that is measured: all is the runtime's own, but `train` only keeps what it is given. */
import type { Options, Training } from "../../src/runtime/experiment.js";
import { defaultOptions } from "../../src/runtime/options.js";

export * from "../../src/runtime/index.js";

let given: Training | null = null;

/** The arguments of this process are not the program's. */
export function commandLine(): Options {
  return defaultOptions(".");
}

export async function train(training: Training): Promise<void> {
  given = training;
}

/** The training that the program named. */
export function givenTraining(): Training {
  if (given === null) throw new Error("The program trains nothing.");
  return given;
}

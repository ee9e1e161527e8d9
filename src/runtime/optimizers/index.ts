/** The optimisers of the language. A new one is a file and its line here. */
import type { OptimizerDescription } from "../describe.js";
import { sgdOptimizer } from "./sgd.js";

export const optimizers: Readonly<Record<string, OptimizerDescription>> = { sgd: sgdOptimizer };

/** A loss on given numbers: what `facec probe` compares with the slow float64 evaluator. */
import { fail } from "../diagnostics/diagnostic.js";
import type { Loss, Options } from "./experiment.js";
import type { Backend } from "./kernels/kernel.js";
import type { Axis } from "./ops/axes.js";
import { lossStep } from "./step/build.js";
import { createRunner } from "./step/interpret.js";
import type { Step } from "./step/step.js";
import { chosenBackend, loadBackend } from "./train/backend.js";

export type Nested = number | readonly Nested[];

/** As the input files have it; what the loss does not use may be left out. */
export interface ProbeValues {
  readonly x: readonly (readonly number[])[]; // [samples][features]
  readonly W?: readonly (readonly number[])[]; // [features][classes]
  readonly b?: readonly number[];
  readonly y: readonly number[];
  /** [classes][features], for the state or learned value of those axes. */
  readonly centers?: readonly (readonly number[])[];
  readonly states?: Readonly<Record<string, Nested>>;
  readonly learned?: Readonly<Record<string, Nested>>;
  readonly epoch?: number;
  readonly step?: number;
  readonly progress?: number;
}

export interface ProbeResult {
  readonly per_sample: readonly number[];
  /** Mean of per_sample. */
  readonly loss: number;
  /** What each sample counts; null where the loss has no weighting. */
  readonly weights: readonly number[] | null;
  /** Of the batch loss: x [samples][features], W [features][classes], b [classes], and everything learned. */
  readonly gradients: Readonly<Record<string, Nested>>;
}

export interface Probed {
  /** By the compiled gradient. */
  readonly compiled: ProbeResult;
  /** The same gradients by transposing the compiled value, kernel by kernel. */
  readonly transposed: ProbeResult["gradients"];
}

/** Runs value and gradient of a loss on x {sample, feature}, y {sample}, W {class, feature}, b {class} in float32. */
export async function probe(loss: Loss, values: ProbeValues, options: { readonly backend: Options["backend"] }): Promise<Probed> {
  const backend = await loadBackend(chosenBackend(options.backend));
  const given = arraysOf(loss, values);
  const compiled = await runOnce(loss, values, given, backend, false);
  const transposed = await runOnce(loss, values, given, backend, true);
  return { compiled, transposed: transposed.gradients };
}

/** A loss on given numbers: what `facec probe` compares with the slow float64 evaluator. */
import { fail } from "../diagnostics/diagnostic.js";
import type { Loss, Options } from "./experiment.js";
import type { Backend } from "./kernels/kernel.js";
import { sizeOf } from "./kernels/shapes.js";
import { lossStep } from "./step/build.js";
import { createRunner } from "./step/create.js";
import type { Step, Variable } from "./step/step.js";
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
  const backend = await loadBackend(chosenBackend({ backend: options.backend, threads: null }).name);
  const compiled = await runOnce(loss, values, backend, false);
  const derived = await runOnce(loss, values, backend, true);
  return { compiled, transposed: derived.gradients };
}

async function runOnce(loss: Loss, values: ProbeValues, backend: Backend, derive: boolean): Promise<ProbeResult> {
  const step = lossStep(loss, { N: values.x.length, C: classesOf(loss, values), features: values.x[0]?.length ?? 0 }, { derive });
  const runner = createRunner(step, backend);
  try {
    runner.load(new Map(step.variables.map((variable) => [variable.name, floatsOf(loss, values, variable)])));
    const { epoch = 0, step: number = 0, progress = 0 } = values;
    const outputs = await runner.run({ labels: Int32Array.from(values.y), epoch, step: number, progress });
    return resultOf(step, outputs);
  } finally {
    runner.dispose();
  }
}

function classesOf(loss: Loss, values: ProbeValues): number {
  const known = [values.W?.[0]?.length, values.b?.length, values.centers?.length].find((count) => count !== undefined);
  return known ?? (loss.uses.includes("W") || loss.uses.includes("b") ? lacks(loss, "W") : Math.max(...values.y) + 1);
}

/** The given values of one variable of the step, row-major in its own axes. */
function floatsOf(loss: Loss, values: ProbeValues, { name, shape }: Variable): Float32Array {
  const nested = givenOf(loss, values, name.replace(/^loss\//, ""), shape);
  const flat = flatten(nested);
  const wanted = sizeOf(shape);
  if (flat.length !== wanted)
    return fail("probe-value", loss.at, { name: name.replace(/^loss\//, ""), wanted: shape.join("x"), given: `${flat.length} numbers` });
  return Float32Array.from(flat);
}

function givenOf(loss: Loss, values: ProbeValues, name: string, shape: readonly number[]): Nested {
  if (name === "x") return values.x;
  if (name === "W") return transposed(values.W ?? lacks(loss, "W"));
  if (name === "b") return values.b ?? lacks(loss, "b");
  const given = own(values.states, name) ?? own(values.learned, name);
  if (given !== undefined) return given;
  const { axes } = own(loss.learned, name) ?? own(loss.states, name) ?? { axes: [] };
  if (axes.join() === "class,feature") return values.centers ?? lacks(loss, name);
  // A state that is not given stands where a run begins; what is learned has to be said.
  const state = own(loss.states, name);
  return state === undefined ? lacks(loss, name) : Array.from({ length: sizeOf(shape) }, () => state.initial);
}

/** The entry of that name; a name such as `constructor` is one like any other. */
function own<T>(record: Readonly<Record<string, T>> | undefined, name: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;
}

function lacks(loss: Loss, name: string): never {
  return fail("probe-value", loss.at, { name, wanted: "its values", given: "nothing" });
}

function flatten(nested: Nested): number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(flatten);
}

function resultOf(step: Step, outputs: Readonly<Record<string, Float32Array>>): ProbeResult {
  const gradients: [string, Nested][] = [];
  for (const [output, ref] of Object.entries(step.outputs)) {
    if (!output.startsWith("gradient/")) continue;
    const name = output.slice("gradient/".length);
    const nested = nest([...(outputs[output] ?? [])], step.values[ref]?.shape ?? []);
    gradients.push([name, name === "W" ? transposed(nested) : nested]);
  }
  const { perSample, loss, weights } = outputs;
  const samples = step.values[step.fed.find(({ name }) => name === "labels")?.value ?? -1]?.shape[0] ?? 0;
  return {
    per_sample: repeated(perSample, samples),
    loss: loss?.[0] ?? Number.NaN,
    weights: weights === undefined ? null : repeated(weights, samples),
    gradients: Object.fromEntries(gradients),
  };
}

/** A value without the axis sample is the same for every sample. */
function repeated(values: Float32Array | undefined, samples: number): number[] {
  const list = [...(values ?? [])];
  const [only] = list;
  return list.length === 1 && only !== undefined && samples > 1 ? Array.from({ length: samples }, () => only) : list;
}

function nest(flat: readonly number[], shape: readonly number[]): Nested {
  const [count, ...rest] = shape;
  if (count === undefined) return flat[0] ?? Number.NaN;
  const size = flat.length / Math.max(1, count);
  return Array.from({ length: count }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), rest));
}

/** Rows to columns: the files have W as [features][classes], memory as [class][feature]. */
function transposed(nested: Nested): Nested {
  if (typeof nested === "number") return nested;
  const [first] = nested;
  if (first === undefined || typeof first === "number") return nested;
  return first.map((_, column) => nested.map((row) => (typeof row === "number" ? row : (row[column] ?? Number.NaN))));
}

/** `facec probe FILE LOSS --input VALUES.json` */
import type { Nested, ProbeResult } from "../runtime/probe.js";
import { findFormula } from "./find.js";
import { importLoss } from "./import-loss.js";
import { backendOf } from "./options.js";
import { exits, print, printJson } from "./output.js";
import { maxGradientDifference, maxRelativeDifference, reference } from "./reference.js";
import { loadPlan, readSettings } from "./spec.js";
import { readValues } from "./values.js";

interface ProbeOptions {
  readonly input: string;
  readonly backend?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

export async function probe(file: string, name: string, options: ProbeOptions): Promise<number> {
  const { plan, compiled } = loadPlan(file, { set: readSettings(options.set), target: name });
  const improved = findFormula("loss", file, plan.losses, name);
  const original = compiled.plan?.losses.find((each) => each.name === improved.name) ?? improved;
  const values = readValues(options.input);
  const loss = await importLoss(plan, improved.name);
  const runtime = await import("../runtime/probe.js");
  const { compiled: found, transposed } = await runtime.probe(loss, values, { backend: backendOf(options.backend) });
  const wanted = reference(original, improved, values, options.input);
  const differences: Differences = {
    max_relative_difference: maxRelativeDifference(found, wanted),
    max_transposed_difference: maxGradientDifference(found.gradients, transposed),
  };
  if (options.json) printJson({ compiled: found, reference: wanted, ...differences });
  else print(comparison(improved.title, found, wanted, differences));
  return exits.done;
}

interface Differences {
  /** Of the compiled loss to the float64 reference. */
  readonly max_relative_difference: number;
  /** Of its gradients to those that come of transposing its value, both in float32. */
  readonly max_transposed_difference: number;
}

function comparison(title: string, found: ProbeResult, wanted: ProbeResult, differences: Differences): string {
  const lines = [
    title,
    `  loss       ${found.loss} compiled (float32), ${wanted.loss} reference (float64)`,
    `  per sample ${found.per_sample.map((value) => value.toPrecision(6)).join(" ")}`,
    ...(found.weights === null ? [] : [`  weights    ${found.weights.map((value) => value.toPrecision(6)).join(" ")}`]),
    ...Object.entries(found.gradients).map(
      ([name, value]) => `  gradient by ${name}: ${shapeOf(value)}, largest ${largest(value).toPrecision(6)}`,
    ),
    `  largest relative difference ${differences.max_relative_difference.toExponential(2)}`,
    `  of the gradients to those of the transposed value ${differences.max_transposed_difference.toExponential(2)}`,
  ];
  return lines.join("\n");
}

function shapeOf(value: Nested): string {
  const sizes: number[] = [];
  for (let inner: Nested | undefined = value; typeof inner === "object"; inner = inner[0]) sizes.push(inner.length);
  return sizes.length === 0 ? "one number" : sizes.join("x");
}

function largest(value: Nested): number {
  return typeof value === "number" ? Math.abs(value) : Math.max(...value.map(largest));
}

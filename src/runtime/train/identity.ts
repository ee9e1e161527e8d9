/**
 * What decides the numbers of a run, as hashes and texts by name. Two runs with equal ingredients end with equal bits; a
 * checkpoint goes on only under the same ones, and a table finds a finished run by the hash over all of them.
 */
import { createHash } from "node:crypto";
import type { DataPart, Dataset, Measure, Protocol, Training } from "../experiment.js";
import type { Step } from "../step/step.js";
import { numericVersion } from "../version.js";
import { type Pace, progressAt } from "./pace.js";

/** Readable where a value is short ("seed 2"), a hash where it is long. */
export type Ingredients = Readonly<Record<string, string>>;

/** A protocol that a run is judged by at its end, and the measures asked for. */
export interface Judged {
  readonly protocol: Protocol;
  readonly measures: readonly Measure[];
}

export interface Decided {
  readonly training: Training;
  readonly seed: number;
  readonly pace: Pace;
  readonly step: Step;
  /** Of the training data, of each protocol's data and of the data that picks the model. */
  readonly fingerprints: readonly string[];
  readonly judged: readonly Judged[];
  readonly backend: { readonly library: string; readonly threads: number };
}

export function ingredients(decided: Decided): Ingredients {
  const { training, pace } = decided;
  const rates = Array.from({ length: pace.steps }, (_, step) => training.schedule(progressAt(pace, step)));
  return {
    "the training step": hashOfStep(decided.step),
    "the number of steps": String(pace.steps),
    "the learning rates": hashOf(rates),
    "the training data": hashOf([describePart(training.data), decided.fingerprints]),
    "the batch size": String(training.batch),
    "the evaluation": hashOf([training.evaluate && { ...training.evaluate, protocol: describe(training.evaluate.protocol) }]),
    "the protocols": hashOf(decided.judged.map(({ protocol, measures }) => [describe(protocol), measures])),
    "the seed": String(decided.seed),
    "the backend": decided.backend.library,
    "the number of threads": String(decided.backend.threads),
    "the precision": training.precision,
    "the numeric version of facec": String(numericVersion),
  };
}

/** 64 hexadecimal digits over all ingredients. */
export function keyOf(parts: Ingredients): string {
  return hashOf(parts);
}

/** The first ingredient that differs, in words; null where none does. */
export function difference(there: Ingredients, here: Ingredients): string | null {
  for (const name of new Set([...Object.keys(here), ...Object.keys(there)])) {
    const [a, b] = [there[name] ?? "unknown", here[name] ?? "unknown"];
    if (a !== b) return a.length > 40 || b.length > 40 ? `${name} differs` : `${name} is ${a} there and ${b} here`;
  }
  return null;
}

const hashes = new WeakMap<Step, string>();

/** Once a step: the runs of a cell share theirs. */
function hashOfStep(step: Step): string {
  const known = hashes.get(step) ?? hashOf(numbersOf(step));
  hashes.set(step, known);
  return known;
}

/** A step without the paths and spec lines of its parts: a comment added to a spec makes no new run. */
function numbersOf(step: Step): unknown {
  const nodes = step.nodes.map(({ kernel, inputs, outputs, attributes }) => ({ kernel, inputs, outputs, attributes }));
  const variables = step.variables.map(({ at: _, ...variable }) => variable);
  return { ...step, nodes, variables };
}

function describe(protocol: Protocol): unknown {
  return { ...protocol, data: describePart(protocol.data) };
}

function describePart({ dataset, part }: DataPart): unknown {
  const { source, image, resized, augment, split } = dataset;
  return { source, image, resized, augment, split, part, scale: scaleTable(dataset) };
}

/** The scaling as its values at every pixel: what a function does is decided by what it returns. */
function scaleTable(dataset: Dataset): number[] {
  return Array.from({ length: 256 }, (_, pixel) => dataset.scale(pixel));
}

/** SHA-256 over JSON with the keys of objects in alphabetical order. */
export function hashOf(value: unknown): string {
  return createHash("sha256").update(stable(value)).digest("hex");
}

function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === "number" && !Number.isFinite(inner)) return String(inner);
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

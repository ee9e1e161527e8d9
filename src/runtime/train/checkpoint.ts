/** A checkpoint is one safetensors file: all variables, and in its metadata where the run stands and whose it is. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fail } from "../../diagnostics/diagnostic.js";
import type { Variable } from "../step/step.js";
import { difference, type Ingredients } from "./identity.js";
import { type NamedTensor, readSafetensors, writeSafetensors } from "./safetensors.js";

export type State = ReadonlyMap<string, Float32Array>;

/** The best model so far by the validation protocol. */
export interface Best {
  readonly accuracy: number;
  readonly step: number;
  readonly epoch: number;
  readonly state: State;
}

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Length of metrics.jsonl at that step. */
  readonly metricsBytes: number;
  /** Time spent in training so far. */
  readonly seconds: number;
  readonly state: State;
  readonly best: Best | null;
}

const BEST = "best/";

export function checkpointPath(folder: string): string {
  return join(folder, "checkpoint.safetensors");
}

export function writeCheckpoint(folder: string, variables: readonly Variable[], mine: Ingredients, checkpoint: Checkpoint): void {
  const { state, best, ...rest } = checkpoint;
  const tensors = shaped(variables, state, "");
  for (const [name, tensor] of shaped(variables, best?.state ?? new Map(), BEST)) tensors.set(name, tensor);
  const picked = best === null ? null : { accuracy: best.accuracy, step: best.step, epoch: best.epoch };
  const metadata = { format: "facec checkpoint 1", run: JSON.stringify(mine), stands: JSON.stringify({ ...rest, best: picked }) };
  writeSafetensors(checkpointPath(folder), { metadata, tensors });
}

/** The checkpoint of a folder, or null where there is none; throws where it is broken or belongs to another run. */
export function readCheckpoint(folder: string, variables: readonly Variable[], mine: Ingredients): Checkpoint | null {
  const path = checkpointPath(folder);
  if (!existsSync(path)) return null;
  const { metadata, tensors } = readSafetensors(path);
  const broken = (why: string): never => fail("checkpoint-broken", { path }, { why });
  if (metadata.format !== "facec checkpoint 1") broken("this file was not written as a checkpoint");
  const run: Ingredients = JSON.parse(metadata.run ?? "{}");
  const differs = difference(run, mine);
  if (differs !== null) fail("checkpoint-other", { path }, { differs });
  const stands: Omit<Checkpoint, "state" | "best"> & { best: Omit<Best, "state"> | null } = JSON.parse(metadata.stands ?? "{}");
  const pick = (prefix: string) => new Map(variables.flatMap(({ name }) => entry(tensors, prefix, name)));
  const state = pick("");
  if (state.size !== variables.length) broken("it lacks some variables of the run");
  return { ...stands, state, best: stands.best === null ? null : { ...stands.best, state: pick(BEST) } };
}

function entry(tensors: ReadonlyMap<string, NamedTensor>, prefix: string, name: string): [string, Float32Array][] {
  const tensor = tensors.get(prefix + name);
  return tensor === undefined ? [] : [[name, tensor.data]];
}

/** The tensors of a state with their shapes, in the order of the variables. */
export function shaped(variables: readonly Variable[], state: State, prefix: string): Map<string, NamedTensor> {
  const found = new Map<string, NamedTensor>();
  for (const { name, shape } of variables) {
    const data = state.get(name);
    if (data !== undefined) found.set(prefix + name, { shape, data });
  }
  return found;
}

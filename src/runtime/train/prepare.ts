/** What is known of a run before its first step: data, step, pace and key. Loads no array library. */
import { fail } from "../../diagnostics/diagnostic.js";
import { type OpenData, openData } from "../data/index.js";
import type { DataOptions } from "../evaluate/evaluate.js";
import type { Protocol, Training } from "../experiment.js";
import { trainingStep } from "../step/build.js";
import type { Step } from "../step/step.js";
import type { BackendIdentity } from "./backend.js";
import { type Ingredients, ingredients, type Judged, keyOf } from "./identity.js";
import { type Pace, paceOf } from "./pace.js";

export interface Prepared {
  readonly training: Training;
  readonly seed: number;
  readonly open: OpenData;
  readonly pace: Pace;
  readonly step: Step;
  readonly judged: readonly Judged[];
  readonly ingredients: Ingredients;
  readonly key: string;
}

/**
 * Reads the data set's listing and records the step; `judged` are the protocols applied at the end. `record` stands
 * for `trainingStep` where many runs share one.
 */
export async function prepare(
  training: Training,
  judged: readonly Judged[],
  options: DataOptions,
  backend: BackendIdentity,
  record: (training: Training, classes: number) => Step = trainingStep,
): Promise<Prepared> {
  const { seed } = options;
  const open = await openData(training.data, options);
  if (open.images < training.batch) fail("batch-too-large", training.at, { batch: training.batch, images: open.images });
  const pace = paceOf(open.images, training.batch, training.epochs);
  const step = record(training, open.identities.length);
  const protocols = [...judged.map(({ protocol }) => protocol), ...(training.evaluate === null ? [] : [training.evaluate.protocol])];
  const fingerprint = async (protocol: Protocol) => (await openData(protocol.data, { ...options, cacheBytes: 0 })).fingerprint;
  const others = await Promise.all(protocols.map(fingerprint));
  const parts = ingredients({ training, seed, pace, step, fingerprints: [open.fingerprint, ...others], judged, backend });
  return { training, seed, open, pace, step, judged, ingredients: parts, key: keyOf(parts) };
}

/** The protocols of a training that stands alone: its own one. */
export function ownProtocols(training: Training): readonly Judged[] {
  return training.evaluate === null ? [] : [{ protocol: training.evaluate.protocol, measures: [{ kind: "accuracy" }] }];
}

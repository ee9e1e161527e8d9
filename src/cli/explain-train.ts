/** `facec explain FILE TRAIN`: what a training is made of, and what one step of it holds in memory. */
import type { DataPartPlan, Plan, TrainPlan } from "../compiler/plan/plan.js";
import type { Backend } from "../runtime/kernels/kernel.js";
import type { Step } from "../runtime/step/step.js";
import { bytes, grouped } from "./columns.js";
import { importLoss } from "./import-loss.js";
import { layersOf } from "./layers.js";
import { print, printJson } from "./output.js";

export async function explainTrain(plan: Plan, train: TrainPlan, json: boolean): Promise<number> {
  const backbone = named(plan.backbones, train.backbone);
  const classes = classesOf(plan, train.data);
  const { native, portable, variables } = await memoryOf(plan, train, classes ?? 1);
  const found = {
    name: train.name,
    at: train.at,
    data: partText(train.data),
    classes,
    backbone: backbone.title,
    parameters: backbone.parameterCount,
    multiply_adds: backbone.multiplyAdds,
    loss: named(plan.losses, train.loss).title,
    schedule: named(plan.schedules, train.schedule).title,
    batch: train.batch,
    epochs: train.epochs,
    seed: train.seed,
    precision: train.precision,
    step_bytes: { native, portable },
    variable_bytes: variables,
  };
  if (json) printJson(found);
  else print(text(found));
  return 0;
}

/** Bytes alive at once in a step, on node and gpu, and on the others; null where those do not compute in its precision. */
interface Memory {
  readonly native: number;
  readonly portable: number | null;
}

interface Explained {
  readonly name: string;
  readonly at: TrainPlan["at"];
  readonly data: string;
  readonly classes: number | null;
  readonly backbone: string;
  readonly parameters: number;
  readonly multiply_adds: number;
  readonly loss: string;
  readonly schedule: string;
  readonly batch: number;
  readonly epochs: number;
  readonly precision: TrainPlan["precision"];
  readonly step_bytes: Memory;
  readonly variable_bytes: number;
}

function text(found: Explained): string {
  const of = found.classes === null ? "the data says how many classes" : `${grouped(found.classes)} classes`;
  const without = found.classes === null ? ", without a classifier, whose size the data decides" : "";
  const { native, portable } = found.step_bytes;
  const elsewhere = portable === null ? "" : ` (${bytes(portable)} on other backends)`;
  const lines: readonly (readonly [string, string])[] = [
    ["data", `${found.data}, ${of}`],
    ["backbone", `${found.backbone}: ${grouped(found.parameters)} parameters, ${grouped(found.multiply_adds)} multiply-adds an image`],
    ["loss", found.loss],
    ["schedule", found.schedule],
    ["batch", `${found.batch}, ${found.epochs} epochs`],
    ["precision", found.precision],
    ["memory", `${bytes(native)} alive at once in a step on node and gpu${elsewhere}${without}`],
    ["", `${bytes(found.variable_bytes)} of it stay from step to step: weights, moments, statistics, states`],
  ];
  const rows = lines.map(([name, value]) => `  ${name.padEnd(9)} ${value}`);
  return [`${found.name}, ${found.at.file}:${found.at.line}`, ...rows].join("\n");
}

/** Bytes of one training step by the life of each of its values, and of its variables: weights, moments, statistics, states. */
async function memoryOf(plan: Plan, train: TrainPlan, classes: number): Promise<Memory & { readonly variables: number }> {
  const { trainingStep } = await import("../runtime/step/build.js");
  const { prepared } = await import("../runtime/step/prepared.js");
  const { peakBytes } = await import("../runtime/step/schedule.js");
  const { name, at, input, ...backbone } = named(plan.backbones, train.backbone);
  const dataset = named(plan.datasets, train.data.dataset);
  const step = trainingStep(
    {
      ...train,
      data: { dataset: { ...dataset, scale: (v) => v }, part: train.data.part },
      backbone: { name, at, input, layers: layersOf(plan, { name, at, input, ...backbone }) },
      loss: await importLoss(plan, train.loss),
      schedule: () => 0,
      evaluate: null,
    },
    classes,
  );
  const peak = (pointwise: Backend["pointwise"]): number => peakBytes(prepared(step, { pointwise }));
  return { native: peak("fused"), portable: train.precision === "float32" ? peak("loop") : null, variables: variableBytes(step) };
}

function variableBytes({ variables }: Step): number {
  return variables.reduce((sum, { shape }) => sum + 4 * shape.reduce((product, size) => product * size, 1), 0);
}

/** Identities of a part, where the spec says them; null where the folder does. */
function classesOf(plan: Plan, { dataset, part }: DataPartPlan): number | null {
  const { source, split } = named(plan.datasets, dataset);
  if (part !== null) return split?.parts[part] ?? null;
  return source.kind === "synthetic" ? source.identities : null;
}

function partText({ dataset, part }: DataPartPlan): string {
  return part === null ? dataset : `${dataset}.${part}`;
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string): T {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`The plan has no ${name}.`);
  return found;
}

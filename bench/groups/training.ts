/** Images a second of training, beside PyTorch. */
import { compare } from "../measure/compare.js";
import { bothLayouts, type Entry, inWords, start } from "../measure/contestants.js";
import { thisMachine } from "../measure/machine.js";
import type { Measured, Ready, Turn } from "../measure/process.js";
import type { Comparison, Contestant, Row } from "../measure/results.js";
import { alternate } from "../measure/rounds.js";
import { requireSame } from "../measure/same.js";
import { median, rounded } from "../measure/statistics.js";
import { prepareWork, type Work } from "../measure/work.js";
import type { Group, Settings } from "./group.js";

interface Against {
  readonly name: string;
  readonly ours: string;
  readonly peers: readonly string[];
}

export interface TrainingRow {
  readonly title: string;
  readonly spec: string;
  readonly train: string;
  /** In bench/peers/nets.py. */
  readonly net: string;
  readonly precision: "float32" | "bfloat16";
  /** Steps of a turn: some seconds. */
  readonly steps: number;
  readonly warm: number;
  readonly contestants: Readonly<Record<string, Entry>>;
  readonly against: readonly Against[];
}

const facec: Readonly<Record<string, Entry>> = {
  facec: { kind: "facec", backend: "node" },
  "facec --eager": { kind: "facec", backend: "node", eager: true },
};
const eager = bothLayouts("PyTorch eager");
const compiled = bothLayouts("torch.compile", { compile: true });
const eager16 = bothLayouts("PyTorch eager bfloat16", { bfloat16: true });
const compiled16 = bothLayouts("torch.compile bfloat16", { compile: true, bfloat16: true });

const overEager: Against = { name: "over PyTorch eager", ours: "facec", peers: Object.keys(eager) };
const overCompiled: Against = { name: "over torch.compile", ours: "facec", peers: Object.keys(compiled) };
const float32 = {
  precision: "float32",
  warm: 5,
  contestants: { ...facec, ...eager, ...compiled },
  against: [overEager, overCompiled],
} as const;

const rows: Readonly<Record<string, TrainingRow>> = {
  ir18: { ...float32, title: "IR-18, 56x56, batch 32, float32", spec: "ir18.face", train: "ir18", net: "ir18", steps: 8 },
  "ir18-bfloat16": {
    title: "IR-18, 56x56, batch 32, bfloat16",
    spec: "bfloat16.face",
    train: "ir18_bfloat16",
    net: "ir18",
    precision: "bfloat16",
    steps: 10,
    warm: 5,
    contestants: { ...facec, ...eager16, ...compiled16 },
    against: [
      { name: "over PyTorch eager with autocast", ours: "facec", peers: Object.keys(eager16) },
      { name: "over torch.compile with autocast", ours: "facec", peers: Object.keys(compiled16) },
    ],
  },
  resnet50: {
    ...float32,
    title: "ResNet-50, 112x112, batch 16, float32",
    spec: "resnet50.face",
    train: "resnet50",
    net: "resnet50",
    steps: 5,
  },
  quickstart: {
    ...float32,
    title: "the quickstart's net, 32x32, batch 32, float32",
    spec: "quickstart.face",
    train: "quickstart",
    net: "quickstart",
    steps: 150,
  },
  overhead: {
    ...float32,
    title: "the same net on 8x8 images: overhead of a step",
    spec: "quickstart.face",
    train: "overhead",
    net: "quickstart",
    steps: 400,
  },
  "ir18-batch128": {
    ...float32,
    title: "IR-18, 56x56, batch 128, float32",
    spec: "ir18.face",
    train: "ir18_batch128",
    net: "ir18",
    steps: 2,
    warm: 3,
    contestants: { facec: { kind: "facec", backend: "node" }, ...eager },
    against: [overEager],
  },
};

export const training: Group = {
  name: "training",
  title: "Training steps",
  rows: Object.keys(rows),
  measure(name, settings) {
    const row = rows[name];
    if (row === undefined) throw new Error(`There is no row ${name}.`);
    return measureTraining(row, settings);
  },
};

/** Starts everybody, holds them to the same numbers, then lets them take turns. */
export async function measureTraining(row: TrainingRow, settings: Settings): Promise<Row> {
  const bundle = await settings.bundle();
  const work = await prepareWork(row.spec, row.train, row.net, bundle);
  const running = new Map<string, Measured>();
  try {
    const ready = new Map<string, Ready>();
    for (const [name, entry] of Object.entries(row.contestants)) {
      const measured = start(name, entry, work, bundle, { threads: settings.threads, warm: row.warm, optimizer: "fast" });
      running.set(name, measured);
      ready.set(name, await measured.ready());
      settings.tell(`${name} is ready`);
    }
    requireSame(ready, row.precision);
    const { turns, restless } = await alternate(running, settings.rounds, row.steps, settings.tell);
    for (const [name, share] of restless)
      settings.tell(`${name} used ${(100 * share).toFixed(0)} % of a processor while others were measured`);
    return { ...resultOf(row, work, ready, turns), settings: settingsOf(row, work, ready, settings, restless) };
  } finally {
    for (const measured of running.values()) await measured.end();
    work.remove();
  }
}

function resultOf(row: TrainingRow, work: Work, ready: ReadonlyMap<string, Ready>, turns: ReadonlyMap<string, readonly Turn[]>): Row {
  const contestants: Record<string, Contestant> = {};
  for (const [name, entry] of Object.entries(row.contestants)) {
    const said = ready.get(name);
    if (said === undefined) continue;
    const rounds = (turns.get(name) ?? []).map(({ milliseconds }) => rounded((1000 * work.task.batch) / median(milliseconds)));
    const firstStepSeconds = rounded(said.first_step_ms / 1000);
    contestants[name] = { what: inWords(entry, said), unit: "images/s", rounds, firstStepSeconds };
  }
  const comparisons = row.against.flatMap(({ name, ours, peers }): Comparison[] => {
    const made = compare(name, ours, peers, contestants);
    return made === null ? [] : [made];
  });
  return { title: row.title, date: new Date().toISOString(), machine: thisMachine(), settings: {}, contestants, comparisons };
}

function settingsOf(
  row: TrainingRow,
  { task, training: { backbone } }: Work,
  ready: ReadonlyMap<string, Ready>,
  { threads, rounds }: Settings,
  restless: ReadonlyMap<string, number>,
): Row["settings"] {
  return {
    spec: `bench/specs/${row.spec}`,
    training: row.train,
    image: backbone.input.join("x"),
    batch: task.batch,
    parameters: [...ready.values()][0]?.parameters ?? 0,
    threads,
    rounds,
    "steps a round": row.steps,
    "steps to warm up": row.warm,
    "largest share of a processor used by those at rest": rounded(Math.max(0, ...restless.values())),
  };
}

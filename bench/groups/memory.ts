/**
 * Most memory that a training ever held (Linux's VmHWM) over 15 steps, each in a process of its own that nothing else ran
 * in. Beside PyTorch eager in float32 with the memory format that is the faster one; the other is shown.
 */
import { compare } from "../measure/compare.js";
import { bothLayouts, type Entry, inWords, start } from "../measure/contestants.js";
import { thisMachine } from "../measure/machine.js";
import type { Ready } from "../measure/process.js";
import type { Comparison, Contestant, Row } from "../measure/results.js";
import { requireSame } from "../measure/same.js";
import { median, rounded } from "../measure/statistics.js";
import { prepareWork, type Work } from "../measure/work.js";
import type { Group, Settings } from "./group.js";

/** Steps before and after a contestant is ready. */
const warm = 5;
const steps = 10;

interface MemoryRow {
  readonly title: string;
  readonly float32: string;
  readonly bfloat16: string;
}

const rows: Readonly<Record<string, MemoryRow>> = {
  ir18: { title: "peak memory, IR-18, 56x56, batch 32", float32: "ir18", bfloat16: "ir18_bfloat16" },
  "ir18-batch128": { title: "peak memory, IR-18, 56x56, batch 128", float32: "ir18_batch128", bfloat16: "ir18_bfloat16_batch128" },
};

const facec: Entry = { kind: "facec", backend: "node" };
const ours = { float32: "facec float32", bfloat16: "facec bfloat16" } as const;
const peers = bothLayouts("PyTorch eager");

export const memory: Group = {
  name: "memory",
  title: "Peak memory of training",
  rows: Object.keys(rows),
  async measure(name, settings) {
    const row = rows[name];
    if (row === undefined) throw new Error(`There is no row ${name}.`);
    const bundle = await settings.bundle();
    const float32 = await prepareWork("ir18.face", row.float32, "ir18", bundle);
    try {
      const bfloat16 = await prepareWork("bfloat16.face", row.bfloat16, "ir18", bundle);
      try {
        return await measure(row, float32, bfloat16, settings);
      } finally {
        bfloat16.remove();
      }
    } finally {
      float32.remove();
    }
  },
};

interface Seen {
  what: string;
  readonly peaks: number[];
  readonly speeds: number[];
}

async function measure(row: MemoryRow, float32: Work, bfloat16: Work, settings: Settings): Promise<Row> {
  const entries: readonly (readonly [string, Entry, Work])[] = [
    [ours.float32, facec, float32],
    [ours.bfloat16, facec, bfloat16],
    ...Object.entries(peers).map(([name, entry]) => [name, entry, float32] as const),
  ];
  const seen = new Map<string, Seen>();
  const ready = new Map<string, Ready>();
  for (let round = 0; round < settings.rounds; round++) {
    for (const [name, entry, work] of entries) {
      const bundle = await settings.bundle();
      const process = start(name, entry, work, bundle, { threads: settings.threads, warm, optimizer: "small" });
      const said = await process.ready();
      const { peak_mib, milliseconds } = await process.run(steps);
      await process.end();
      const now = seen.get(name) ?? { what: inWords(entry, said), peaks: [], speeds: [] };
      now.peaks.push(rounded(peak_mib));
      now.speeds.push((1000 * work.task.batch) / median(milliseconds));
      seen.set(name, now);
      if (name !== ours.bfloat16) ready.set(name, said);
      settings.tell(`round ${round + 1} of ${settings.rounds}: ${name} ${peak_mib.toFixed(0)} MiB`);
    }
  }
  requireSame(ready, "float32");
  return resultOf(row, seen, float32, settings);
}

function resultOf(row: MemoryRow, seen: ReadonlyMap<string, Seen>, { task, training }: Work, { threads, rounds }: Settings): Row {
  const contestants: Record<string, Contestant> = {};
  for (const [name, { what, peaks }] of seen) contestants[name] = { what, unit: "MiB", rounds: peaks };
  const speed = (name: string): number => median(seen.get(name)?.speeds ?? []);
  const [faster = "PyTorch eager"] = Object.keys(peers).sort((a, b) => speed(b) - speed(a));
  const comparisons = Object.entries(ours).flatMap(([precision, name]): Comparison[] => {
    const made = compare(`${precision} over PyTorch eager float32`, name, [faster], contestants);
    return made === null ? [] : [made];
  });
  const settings = {
    spec: "bench/specs/ir18.face, bench/specs/bfloat16.face",
    image: training.backbone.input.join("x"),
    batch: task.batch,
    threads,
    rounds,
    steps: warm + steps,
    "the faster memory format": faster,
  };
  return { title: row.title, date: new Date().toISOString(), machine: thisMachine(), settings, contestants, comparisons };
}

/** Our end of the conversation with the bench: a step that is timed, for lines on standard input. */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { Ready, Turn } from "../measure/process.js";
import type { Task } from "./task.js";

export interface Batch {
  readonly images: Float32Array;
  readonly labels: Int32Array;
}

export function readTask(): Task {
  const task: Task = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8"));
  return task;
}

export function readFloats(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** The batches of the task, in memory. */
export function readBatches({ images, labels, batch, batches, size }: Task): readonly Batch[] {
  const pixels = readFloats(images);
  const classes = new Int32Array(readFloats(labels).buffer);
  const each = batch * size * size * 3;
  return Array.from({ length: batches }, (_, i) => ({
    images: pixels.slice(i * each, (i + 1) * each),
    labels: classes.slice(i * batch, (i + 1) * batch),
  }));
}

/** Most memory that this process ever held, in MiB: Linux's own count. */
function peak(): number {
  const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync("/proc/self/status", "utf8"));
  return Number(found?.[1]) / 1024;
}

/** Warms up, says so, then runs as many steps as each line asks for. `step` gives its loss. */
export async function serve(
  task: Task,
  about: Pick<Ready, "parameters" | "library" | "threads">,
  step: (batch: Batch, done: number) => Promise<number>,
): Promise<void> {
  const batches = readBatches(task);
  let done = 0;
  const run = async (steps: number): Promise<Pick<Turn, "losses" | "milliseconds">> => {
    const losses: number[] = [];
    const milliseconds: number[] = [];
    for (let i = 0; i < steps; i++) {
      const batch = batches[done % batches.length];
      if (batch === undefined) throw new Error("There are no batches.");
      const start = performance.now();
      losses.push(await step(batch, done));
      milliseconds.push(performance.now() - start);
      done++;
    }
    return { losses, milliseconds };
  };
  const say = (answer: object): void => {
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  };
  const { losses, milliseconds } = await run(task.warm);
  const ready: Ready = { ...about, losses, first_step_ms: milliseconds[0] ?? Number.NaN };
  say({ ready: true, ...ready });
  for await (const line of createInterface({ input: process.stdin })) say({ ...(await run(Number(line))), peak_mib: peak() });
}

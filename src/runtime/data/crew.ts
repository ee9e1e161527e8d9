/** Who inspects files: worker threads, or the main thread with the same code. */
import type { Worker } from "node:worker_threads";
import { type Diagnostic, diagnostic, FaceError } from "../../diagnostics/diagnostic.js";
import type { Line } from "../step/step.js";
import { type Inspection, inspectFiles } from "./inspect.js";
import { type Start, workerStart } from "./threads.js";

/** What a worker is asked, and what it answers. */
export interface InspectRequest {
  readonly id: number;
  readonly root: string;
  readonly files: readonly string[];
}
export type InspectReply = { readonly id: number } & (
  | { readonly done: readonly Inspection[] }
  | { readonly diagnostics: readonly Diagnostic[] }
  | { readonly crash: string }
);

export interface Crew {
  /** How many threads work beside the main one. */
  readonly size: number;
  inspect(root: string, files: readonly string[]): Promise<readonly Inspection[]>;
  close(): Promise<void>;
}

export function makeCrew(workers: number, at: Line): Crew {
  const start = workers > 0 ? workerStart() : null;
  return start === null ? { size: 0, inspect: inspectFiles, close: async () => {} } : new WorkerCrew(workers, at, start);
}

interface Waiting {
  readonly worker: Worker;
  readonly resolve: (done: readonly Inspection[]) => void;
  readonly reject: (found: Error) => void;
}

class WorkerCrew implements Crew {
  readonly size: number;
  private readonly load: Map<Worker, number>;
  private readonly waiting = new Map<number, Waiting>();
  private readonly asked: Promise<unknown>[] = [];
  private next = 0;
  private broken: Error | null = null;

  constructor(
    size: number,
    private readonly at: Line,
    start: Start,
  ) {
    this.size = size;
    const workers = Array.from({ length: size }, () => start({ kind: "inspect" }));
    this.load = new Map(workers.map((worker) => [worker, 0]));
    for (const worker of workers) {
      worker.on("message", (reply: InspectReply) => this.answer(reply));
      worker.on("error", (found) => this.fall(found.message));
      worker.on("exit", (code) => this.fall(`it ended with code ${code}`));
    }
  }

  inspect(root: string, files: readonly string[]): Promise<readonly Inspection[]> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const [worker] = [...this.load].reduce((least, other) => (other[1] < least[1] ? other : least));
    this.load.set(worker, this.loadOf(worker) + 1);
    const id = this.next++;
    const request: InspectRequest = { id, root, files };
    const answer = new Promise<readonly Inspection[]>((resolve, reject) => {
      this.waiting.set(id, { worker, resolve, reject });
      worker.postMessage(request);
    });
    this.asked.push(answer);
    return answer;
  }

  /** Lets what was asked end first: a thread is not torn down within native code. */
  async close(): Promise<void> {
    await Promise.allSettled(this.asked);
    this.broken ??= new Error("closed");
    await Promise.all([...this.load.keys()].map((worker) => worker.terminate()));
  }

  private loadOf(worker: Worker): number {
    return this.load.get(worker) ?? 0;
  }

  private answer(reply: InspectReply): void {
    const task = this.waiting.get(reply.id);
    if (task === undefined) return;
    this.waiting.delete(reply.id);
    this.load.set(task.worker, this.loadOf(task.worker) - 1);
    if ("done" in reply) task.resolve(reply.done);
    else if ("diagnostics" in reply) task.reject(new FaceError(reply.diagnostics));
    else task.reject(this.workerError(reply.crash));
  }

  /** A worker is gone: everything that waits, and everything asked later, fails. */
  private fall(why: string): void {
    this.broken ??= this.workerError(why);
    for (const task of this.waiting.values()) task.reject(this.broken);
    this.waiting.clear();
  }

  private workerError(why: string): FaceError {
    return new FaceError(diagnostic("data-worker", this.at, { why }));
  }
}

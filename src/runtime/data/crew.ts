/** Who prepares images: worker threads, or the main thread with the same code. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import { type Diagnostic, diagnostic, FaceError } from "../../diagnostics/diagnostic.js";
import type { Line } from "../step/step.js";
import { Filler } from "./fill.js";
import { type Inspection, inspectFiles } from "./inspect.js";
import type { FillTask, InspectTask, Recipe, Task } from "./recipe.js";

/** What a worker is asked, and what it answers. */
export interface Request {
  readonly id: number;
  readonly task: Task;
}
export type Reply = { readonly id: number } & (
  | { readonly done: readonly Inspection[] | null }
  | { readonly diagnostics: readonly Diagnostic[] }
  | { readonly crash: string }
);

export interface Crew {
  /** How many threads work beside the main one. */
  readonly size: number;
  fill(task: FillTask): Promise<void>;
  inspect(task: InspectTask): Promise<readonly Inspection[]>;
  /** While held, the process stays alive for the crew; otherwise it may end under it. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

/** Threads that prepare images unless the caller says how many: half of the cores, the step needs the others. */
export function defaultWorkers(): number {
  return Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
}

/** `recipe` null: a crew that can only inspect. */
export function makeCrew(workers: number, recipe: Recipe | null, at: Line): Crew {
  const start = workers > 0 ? workerStart() : null;
  return start === null ? mainCrew(recipe) : new WorkerCrew(workers, recipe, at, start);
}

// ---------------------------------------------------------------- main thread

function mainCrew(recipe: Recipe | null): Crew {
  const filler = recipe === null ? null : new Filler(recipe);
  return {
    size: 0,
    fill: async (task) => filler?.fill(task),
    inspect: ({ root, files }) => inspectFiles(root, files),
    hold: () => {},
    release: () => {},
    close: async () => {},
  };
}

// ---------------------------------------------------------------- workers

/** Makes one worker thread. */
type Start = (workerData: Recipe | null) => Worker;

/** The worker's file: beside the bundle, or the source itself where tsx is there to load it; null: no way to start one. */
function workerStart(): Start | null {
  if (!import.meta.url.endsWith(".ts")) {
    return (workerData) => new Worker(new URL("./data-worker.js", import.meta.url), { workerData, execArgv: [] });
  }
  try {
    const tsx = import.meta.resolve("tsx/esm/api");
    const source = new URL("./worker.ts", import.meta.url).href;
    // A worker does not take over tsx from the thread that starts it.
    const code = `import(${JSON.stringify(tsx)}).then(({ register }) => { register(); return import(${JSON.stringify(source)}); })`;
    return (workerData) => new Worker(code, { workerData, execArgv: [], eval: true });
  } catch {
    return null;
  }
}

interface Waiting {
  readonly worker: Worker;
  resolve(done: readonly Inspection[] | null): void;
  reject(found: Error): void;
}

class WorkerCrew implements Crew {
  readonly size: number;
  private readonly workers: Worker[];
  private readonly load: Map<Worker, number>;
  private readonly waiting = new Map<number, Waiting>();
  private next = 0;
  private holders = 0;
  private broken: Error | null = null;

  constructor(
    size: number,
    recipe: Recipe | null,
    private readonly at: Line,
    start: Start,
  ) {
    this.size = size;
    this.workers = Array.from({ length: size }, () => start(recipe));
    this.load = new Map(this.workers.map((worker) => [worker, 0]));
    for (const worker of this.workers) {
      worker.unref();
      worker.on("message", (reply: Reply) => this.answer(reply));
      worker.on("error", (found) => this.fall(found.message));
      worker.on("exit", (code) => this.fall(`it ended with code ${code}`));
    }
  }

  async fill(task: FillTask): Promise<void> {
    await this.ask(task);
  }

  async inspect(task: InspectTask): Promise<readonly Inspection[]> {
    return (await this.ask(task)) ?? [];
  }

  hold(): void {
    if (this.holders++ === 0) for (const worker of this.workers) worker.ref();
  }

  release(): void {
    if (--this.holders === 0) for (const worker of this.workers) worker.unref();
  }

  /** Lets the tasks under way end first: a thread is not torn down within native code. */
  async close(): Promise<void> {
    this.hold();
    await Promise.allSettled(
      [...this.waiting.values()].map(
        (task) =>
          new Promise<void>((resolve) => {
            const { resolve: done, reject } = task;
            task.resolve = (value) => {
              done(value);
              resolve();
            };
            task.reject = (found) => {
              reject(found);
              resolve();
            };
          }),
      ),
    );
    this.broken ??= new Error("closed");
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private ask(task: Task): Promise<readonly Inspection[] | null> {
    if (this.broken !== null) return Promise.reject(this.broken);
    const worker = this.workers.reduce((least, other) => (this.loadOf(other) < this.loadOf(least) ? other : least));
    this.load.set(worker, this.loadOf(worker) + 1);
    const id = this.next++;
    const request: Request = { id, task };
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { worker, resolve, reject });
      worker.postMessage(request);
    });
  }

  private loadOf(worker: Worker): number {
    return this.load.get(worker) ?? 0;
  }

  private answer(reply: Reply): void {
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

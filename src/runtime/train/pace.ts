/** How many steps a run has, and where in the run each stands. */
import type { Progress } from "../experiment.js";

export interface Pace {
  readonly images: number;
  readonly batch: number;
  readonly epochs: number;
  /** As many as the epochs hold whole batches; a last partial batch of an epoch is filled from the next. */
  readonly steps: number;
}

export function paceOf(images: number, batch: number, epochs: number): Pace {
  return { images, batch, epochs, steps: Math.max(1, Math.floor((images * epochs) / batch)) };
}

/** Before step `done` (steps from 0): epochs are counted in images seen. */
export function progressAt(pace: Pace, done: number): Progress {
  return { epoch: (done * pace.batch) / pace.images, step: done, progress: done / pace.steps };
}

/** Whole epochs that are over after `done` steps; the last step ends the last epoch. */
export function epochsOver(pace: Pace, done: number): number {
  return done >= pace.steps ? pace.epochs : Math.floor((done * pace.batch) / pace.images);
}

/** Says what an installation does: a line for each step with its size and time, a bar for what takes long. */
import { barWidth } from "../../runtime/words.js";
import { say } from "../output.js";

/** Told how many bytes of a step are done. */
export type Progress = (bytes: number) => void;

export interface Steps {
  /** Does one step; `work` returns what is said of it when it is done. */
  step<T>(doing: string, work: (progress: Progress) => Promise<Done<T>>, bytes?: number): Promise<T>;
}

export interface Done<T> {
  readonly value: T;
  readonly said: string;
}

export function megabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} kB`;
}

/** Steps on standard error. */
export const spoken: Steps = {
  async step(doing, work, bytes) {
    const began = performance.now();
    const bar = bytes === undefined || process.stderr.isTTY !== true ? null : await openBar(doing, bytes);
    if (bar === null) say(`${doing} ...`);
    try {
      const { value, said } = await work((done) => bar?.update(done));
      bar?.stop();
      say(`  ${said} (${((performance.now() - began) / 1000).toFixed(1)} s)`);
      return value;
    } finally {
      bar?.stop();
    }
  },
};

async function openBar(doing: string, bytes: number) {
  const { default: progress } = await import("cli-progress");
  const bar = new progress.SingleBar(
    {
      format: `${doing} {bar} {percentage} %`,
      stream: process.stderr,
      hideCursor: true,
      barsize: barWidth(doing.length + 8),
    },
    progress.Presets.shades_classic,
  );
  bar.start(bytes, 0);
  return bar;
}

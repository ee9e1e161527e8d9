/** Rounds in which contestants take turns, so that whatever slows the machine for a while slows all of them. */
import type { Measured, Turn } from "./process.js";

/** A contestant may use this share of the time of another's turn before the measurement is called unfair. */
const restless = 0.02;

export interface Turns {
  readonly turns: ReadonlyMap<string, readonly Turn[]>;
  /** Contestants that computed while others were measured, with the largest share of a turn's time. */
  readonly restless: ReadonlyMap<string, number>;
}

/** `steps` steps of each in each round, begun by another one each time; all are warm. */
export async function alternate(
  contestants: ReadonlyMap<string, Measured>,
  rounds: number,
  steps: number,
  tell: (text: string) => void,
): Promise<Turns> {
  const names = [...contestants.keys()];
  const turns = new Map<string, Turn[]>(names.map((name) => [name, []]));
  const awake = new Map<string, number>();
  for (let round = 0; round < rounds; round++) {
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const measured = contestants.get(name);
      if (measured === undefined) continue;
      const before = usedBy(contestants);
      const start = performance.now();
      turns.get(name)?.push(await measured.run(steps));
      const seconds = (performance.now() - start) / 1000;
      for (const [other, used] of usedBy(contestants)) {
        const share = (used - (before.get(other) ?? 0)) / seconds;
        if (other !== name && share > Math.max(restless, awake.get(other) ?? 0) && seconds > 1) awake.set(other, share);
      }
    }
    tell(`round ${round + 1} of ${rounds}`);
  }
  return { turns, restless: awake };
}

function usedBy(contestants: ReadonlyMap<string, Measured>): ReadonlyMap<string, number> {
  return new Map([...contestants].map(([name, measured]) => [name, measured.used()]));
}

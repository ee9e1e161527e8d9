/** How a run is shown while it goes: a bar on a terminal, a line now and then elsewhere. Always on standard error. */
import type { SingleBar } from "cli-progress";
import { barWidth, duration, printable, short } from "../words.js";
import type { StepLine } from "./metrics.js";
import type { Listener } from "./run.js";

/** Seconds between lines where there is no terminal. */
const LINE_SECONDS = 15;

/** Characters of step, loss, rate, speed and time left beside a bar. */
const FIGURES = 64;

export interface Shown extends Listener {
  /** Takes the bar away, so that other text can follow. */
  end(): void;
}

/** Shows one training by the name it is called. */
export async function showRun(name: string): Promise<Shown> {
  return process.stderr.isTTY === true ? bar(name) : lines(name);
}

async function bar(name: string): Promise<Shown> {
  const { default: progress } = await import("cli-progress");
  let shown: SingleBar | null = null;
  const speed = speedometer();
  return {
    begins(done, steps) {
      const format = `${printable(name)} {bar} {value}/{total} loss {loss} rate {rate} {speed} images/s, {left} left`;
      shown = new progress.SingleBar(
        { format, stream: process.stderr, hideCursor: true, clearOnComplete: true, barsize: barWidth(name.length + FIGURES) },
        progress.Presets.shades_classic,
      );
      shown.start(steps, done, { loss: "-", rate: "-", speed: "-", left: "-" });
    },
    step(line, steps) {
      const speeds = speed(line, steps);
      shown?.update(line.step, { loss: short(line.loss), rate: short(line.rate), speed: speeds.speed, left: speeds.left });
    },
    evaluation() {},
    judging() {
      shown?.stop();
    },
    end() {
      shown?.stop();
    },
  };
}

function lines(name: string): Shown {
  const speed = speedometer();
  let said = 0;
  const say = (text: string) => process.stderr.write(`${printable(name)}: ${text}\n`);
  return {
    begins(done, steps) {
      say(done === 0 ? `${steps} steps` : `goes on at step ${done} of ${steps}`);
      said = Date.now();
    },
    step(line, steps) {
      const speeds = speed(line, steps);
      if (Date.now() - said < 1000 * LINE_SECONDS && line.step < steps) return;
      said = Date.now();
      say(
        `step ${line.step} of ${steps}, loss ${short(line.loss)}, rate ${short(line.rate)}, ${speeds.speed} images/s, ${speeds.left} left`,
      );
    },
    evaluation(line) {
      say(`accuracy ${(100 * line.accuracy).toFixed(2)} % after epoch ${short(line.epoch)}`);
    },
    judging() {},
    end() {},
  };
}

/** Images per second over the last steps, and the time that the rest takes at that pace. */
export function speedometer(): (line: StepLine, steps: number) => { readonly speed: string; readonly left: string } {
  let mean: number | null = null; // seconds a step, smoothed
  let last: StepLine | null = null;
  return (line, steps) => {
    if (last !== null) {
      const took = line.seconds - last.seconds;
      mean = mean === null ? took : 0.9 * mean + 0.1 * took;
    }
    last = line;
    const left = mean === null ? "?" : duration(mean * (steps - line.step));
    return { speed: short(line.images_per_second), left };
  };
}

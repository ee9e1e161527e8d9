/** Which way a step is run on a backend. */
import { fail } from "../../diagnostics/diagnostic.js";
import type { Backend, CapturedStep } from "../kernels/kernel.js";
import { sizeOf } from "../kernels/shapes.js";
import { interpreted } from "./interpret.js";
import { prepared } from "./prepared.js";
import { type Feeds, fedData, type LoadedState, type Runner } from "./runner.js";
import type { Ref, Step, ValueInfo } from "./step.js";

/**
 * Prepares a step for a backend: as one program of its library where it can make one, unless `eager`. The variables have
 * to be loaded before the first run.
 */
export function createRunner(step: Step, backend: Backend, { eager = false }: { readonly eager?: boolean } = {}): Runner {
  return backend.capture === null || eager ? interpreted(step, backend) : new CapturedRunner(step, backend, backend.capture);
}

class CapturedRunner implements Runner {
  private readonly fast: Step;
  private readonly captured: CapturedStep;

  constructor(
    private readonly step: Step,
    private readonly backend: Backend,
    capture: (step: Step) => CapturedStep,
  ) {
    this.fast = prepared(step, backend);
    this.captured = capture(this.fast);
  }

  load(state: LoadedState): void {
    const shapes = new Map(this.step.variables.map(({ name, shape }) => [name, shape]));
    this.captured.load((name) => {
      const data = state.get(name);
      const shape = shapes.get(name) ?? [];
      if (data === undefined) throw new Error(`The state has no ${name}.`);
      if (data.length !== sizeOf(shape)) throw new Error(`${name} has ${data.length} entries; the step wants [${shape}].`);
      return data;
    });
  }

  async run(feeds: Feeds): Promise<Record<string, Float32Array>> {
    const fed = new Map<Ref, Float32Array | Int32Array>();
    for (const { name, value } of this.step.fed) {
      const data = feeds[name];
      if (data === undefined) throw new Error(`The step has to be fed ${name}.`);
      fed.set(value, fedData(data, infoOf(this.step, value), name));
    }
    return (await this.captured.run(fed)) ?? (await this.report(feeds));
  }

  save(): Promise<Map<string, Float32Array>> {
    return this.captured.save();
  }

  dispose(): void {
    this.captured.dispose();
  }

  /** The same step from the same state, kernel by kernel: that finds the first value which is not finite. */
  private async report(feeds: Feeds): Promise<never> {
    const replay = interpreted(this.step, this.backend);
    try {
      replay.load(await this.captured.save());
      await replay.run(feeds);
    } finally {
      replay.dispose();
    }
    const number = typeof feeds.step === "number" ? feeds.step + 1 : 1;
    return fail("not-finite", null, { tensor: "the loss or a gradient", step: number });
  }
}

function infoOf(step: Step, ref: Ref): ValueInfo {
  const info = step.values[ref];
  if (info === undefined) throw new Error(`The step has no value ${ref}.`);
  return info;
}

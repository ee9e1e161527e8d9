/** Embeddings of images by a backbone, in batches of one fixed size. */
import type { Backbone } from "../experiment.js";
import type { Backend } from "../kernels/kernel.js";
import { embeddingStep } from "../step/build.js";
import { createRunner, type Runner } from "../step/interpret.js";
import type { Variable } from "../step/step.js";

/** Embeds with the weights last loaded; batch norm goes by its moving statistics, dropout is off. */
export class Embedder {
  readonly variables: readonly Variable[];
  private readonly runner: Runner;
  private readonly width: number;

  constructor(
    backbone: Backbone,
    backend: Backend,
    private readonly batch: number,
  ) {
    const step = embeddingStep(backbone, batch);
    this.variables = step.variables;
    this.runner = createRunner(step, backend);
    this.width = backbone.input.reduce((a, b) => a * b, 1);
  }

  /** Takes what it needs of a larger state. */
  load(state: ReadonlyMap<string, Float32Array>): void {
    this.runner.load(new Map([...state].filter(([name]) => this.variables.some((variable) => variable.name === name))));
  }

  /** Images [count, height, width, channels] to rows [count, feature]. The last batch is filled with zeros, its surplus dropped. */
  async embed(images: Float32Array): Promise<{ readonly rows: Float32Array; readonly width: number }> {
    const count = images.length / this.width;
    const parts: Float32Array[] = [];
    for (let start = 0; start < count; start += this.batch) {
      const fed = new Float32Array(this.batch * this.width);
      fed.set(images.subarray(start * this.width, Math.min(count, start + this.batch) * this.width));
      const { embeddings } = await this.runner.run({ images: fed });
      if (embeddings === undefined) throw new Error("the embedding step has no output `embeddings`");
      parts.push(embeddings);
    }
    const features = (parts[0]?.length ?? 0) / this.batch;
    const rows = new Float32Array(parts.length * this.batch * features);
    for (const [place, part] of parts.entries()) rows.set(part, place * this.batch * features);
    return { rows: rows.subarray(0, count * features), width: features };
  }

  dispose(): void {
    this.runner.dispose();
  }
}

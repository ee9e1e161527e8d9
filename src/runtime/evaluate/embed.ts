/** Embeddings of images by a backbone, in batches of one fixed size. */
import type { Chunk } from "../data/index.js";
import type { Backbone, Precision } from "../experiment.js";
import type { Backend } from "../kernels/kernel.js";
import { embeddingStep } from "../step/build.js";
import { createRunner } from "../step/create.js";
import type { Runner } from "../step/runner.js";
import type { Variable } from "../step/step.js";

export interface EmbedderSettings {
  /** Images in every chunk that is to be embedded. */
  readonly batch: number;
  /** That of the training, so that its arithmetic is judged. */
  readonly precision: Precision;
  readonly eager?: boolean;
}

/** Embeds with the weights last loaded; batch norm goes by its moving statistics, dropout is off. */
export class Embedder {
  readonly variables: readonly Variable[];
  private readonly runner: Runner;

  readonly batch: number;

  constructor(backbone: Backbone, backend: Backend, { batch, precision, eager = false }: EmbedderSettings) {
    this.batch = batch;
    const step = embeddingStep(backbone, batch, precision);
    this.variables = step.variables;
    this.runner = createRunner(step, backend, { eager });
  }

  /** Takes what it needs of a larger state. */
  load(state: ReadonlyMap<string, Float32Array>): void {
    this.runner.load(state);
  }

  /** Chunks of `batch` images [batch, height, width, channels], in order, to rows [count, feature], `count` images in all. */
  async embed(chunks: AsyncIterable<Chunk>, count: number): Promise<{ readonly rows: Float32Array; readonly width: number }> {
    let rows = new Float32Array(0);
    let width = 0;
    for await (const chunk of chunks) {
      const { embeddings } = await this.runner.run({ images: chunk.images });
      if (embeddings === undefined) throw new Error("the embedding step has no output `embeddings`");
      if (width === 0) {
        width = embeddings.length / this.batch;
        rows = new Float32Array(count * width);
      }
      rows.set(embeddings.subarray(0, chunk.count * width), chunk.first * width);
    }
    return { rows, width };
  }

  dispose(): void {
    this.runner.dispose();
  }
}

/** Applies protocols to the states of one run; opens each protocol's data once. */
import { readAll } from "../data/index.js";
import { Embedder } from "../evaluate/embed.js";
import {
  type DataOptions,
  type Evaluation,
  type Figures,
  figuresOf,
  type OpenProtocol,
  openProtocol,
  pixelFigures,
} from "../evaluate/evaluate.js";
import type { Measure, Protocol } from "../experiment.js";
import type { Backend } from "../kernels/kernel.js";
import { jpegAddonOf } from "../kernels/native/installed.js";
import type { State } from "./checkpoint.js";
import type { Prepared } from "./prepare.js";

export class Judge {
  private readonly opened = new Map<Protocol, Promise<OpenProtocol>>();
  private embedder: Embedder | null = null;

  constructor(
    private readonly prepared: Prepared,
    private readonly backend: Backend,
    private readonly options: DataOptions,
    private readonly eager: boolean,
  ) {}

  /** Opens every protocol: data from which no pairs can be drawn is said before the training, not after it. */
  async ready(): Promise<void> {
    const { judged, training } = this.prepared;
    for (const { protocol } of judged) await this.open(protocol);
    if (training.evaluate !== null) await this.open(training.evaluate.protocol);
  }

  /** Figures of a state by the protocol that picks the model. */
  async validate(protocol: Protocol, state: State): Promise<{ readonly text: string; readonly figures: Figures }> {
    const open = await this.open(protocol);
    return { text: open.text, figures: await this.figures(open, state, []) };
  }

  /** Every protocol of the run, with its baselines. */
  async evaluate(state: State, initial: State): Promise<Evaluation[]> {
    const found: Evaluation[] = [];
    for (const { protocol, measures } of this.prepared.judged) {
      const open = await this.open(protocol);
      const same = open.pairs.same.reduce((total, one) => total + one, 0);
      found.push({
        protocol: open.text,
        same,
        different: open.pairs.same.length - same,
        trained: await this.figures(open, state, measures),
        untrained: await this.figures(open, initial, measures),
        pixels: await pixelFigures(open, measures),
      });
    }
    return found;
  }

  dispose(): void {
    this.embedder?.dispose();
  }

  private async figures(open: OpenProtocol, state: State, measures: readonly Measure[]): Promise<Figures> {
    const { backbone, batch, precision } = this.prepared.training;
    this.embedder ??= new Embedder(backbone, this.backend, { batch, precision, eager: this.eager });
    this.embedder.load(state);
    const { rows, width } = await this.embedder.embed(
      readAll(open.data, { batch, jpegAddon: jpegAddonOf(this.backend.name) }),
      open.data.images,
    );
    return figuresOf(open, rows, width, measures);
  }

  private open(protocol: Protocol): Promise<OpenProtocol> {
    const known = this.opened.get(protocol) ?? openProtocol(protocol, this.options);
    this.opened.set(protocol, known);
    return known;
  }
}

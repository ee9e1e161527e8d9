/** A protocol applied: to embeddings of the trained network, of the untrained one, and to raw pixels. */
import { type OpenData, openData, readPixels } from "../data/index.js";
import type { Measure, Protocol } from "../experiment.js";
import { foldedAccuracy } from "./accuracy.js";
import { cosines, pixelCosines } from "./cosine.js";
import { drawPairs, type Pairs, protocolText } from "./pairs.js";
import { auc, eer, tarAtFar } from "./roc.js";

/** Figures of one way to score the pairs; all 0..1. */
export interface Figures {
  readonly accuracy: number;
  /** Accuracy of each fold, and the threshold that the other folds chose for it. */
  readonly folds: readonly number[];
  readonly thresholds: readonly number[];
  readonly auc: number;
  readonly eer: number;
  /** TAR by FAR, "0.001"; null where the protocol has too few different pairs for that FAR. */
  readonly tar: Readonly<Record<string, number | null>>;
}

export interface Evaluation {
  /** The protocol in full. */
  readonly protocol: string;
  readonly same: number;
  readonly different: number;
  readonly trained: Figures;
  /** The same network with its initial weights. */
  readonly untrained: Figures;
  /** Cosine of the scaled pixels, each image less its mean. */
  readonly pixels: Figures;
}

/** The data and pairs of a protocol. Images are read as they are wanted: a large data set does not fit in memory as float32. */
export interface OpenProtocol {
  readonly text: string;
  readonly pairs: Pairs;
  readonly data: OpenData;
}

/** Where data is looked up, and the seed of the run that redraws `seed run` splits. */
export interface DataOptions {
  readonly seed: number;
  readonly data: string | null;
  readonly beside: string;
  /** Most bytes of pixels kept in memory; 0 where only the listing is wanted. */
  readonly cacheBytes?: number;
}

export async function openProtocol(protocol: Protocol, options: DataOptions): Promise<OpenProtocol> {
  const data = await openData(protocol.data, options);
  const pairs = drawPairs(data.labels, protocol);
  const same = pairs.same.reduce((total, one) => total + one, 0);
  return { text: protocolText(protocol, { same, different: pairs.same.length - same }), pairs, data };
}

/** Error rates for which TAR is always given, beside those that a table asks for. */
const usualRates: readonly number[] = [0.1, 0.01, 0.001];

/** Figures of the pairs by the cosine of `rows` [images, width]. */
export function figuresOf({ pairs }: OpenProtocol, rows: Float32Array, width: number, measures: readonly Measure[] = []): Figures {
  return figuresOfScores(pairs, cosines(rows, width, pairs), measures);
}

/** The baseline without a network. */
export async function pixelFigures({ pairs, data }: OpenProtocol, measures: readonly Measure[] = []): Promise<Figures> {
  return figuresOfScores(pairs, pixelCosines(await readPixels(data), data.recipe.scale, data.images, pairs), measures);
}

/** `scores`: of each pair, growing with likeness. */
function figuresOfScores(pairs: Pairs, scores: Float64Array, measures: readonly Measure[]): Figures {
  const { accuracy, folds, thresholds } = foldedAccuracy({ ...pairs, scores });
  const same = scores.filter((_, i) => pairs.same[i] === 1);
  const different = scores.filter((_, i) => pairs.same[i] === 0);
  const asked = measures.flatMap((measure) => (measure.kind === "tar" ? [measure.far] : []));
  const rates = [...new Set([...usualRates, ...asked])];
  const tar = Object.fromEntries(rates.map((far) => [String(far), tarAtFar(same, different, far)]));
  return { accuracy, folds, thresholds, auc: auc(same, different), eer: eer(same, different), tar };
}

/** One measure of the figures; null where it has no value. */
export function measured(figures: Figures, measure: Measure): number | null {
  switch (measure.kind) {
    case "accuracy":
      return figures.accuracy;
    case "auc":
      return figures.auc;
    case "eer":
      return figures.eer;
    case "tar":
      return figures.tar[String(measure.far)] ?? null;
  }
}

/** A protocol applied: to embeddings of the trained network, of the untrained one, and to raw pixels. */
import { type OpenData, openData, readAll } from "../data/index.js";
import type { Measure, Protocol } from "../experiment.js";
import { foldedAccuracy } from "./accuracy.js";
import { centred, cosines } from "./cosine.js";
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

/** The images and pairs of a protocol, read once. */
export interface OpenProtocol {
  readonly protocol: Protocol;
  readonly text: string;
  readonly fingerprint: string;
  readonly pairs: Pairs;
  /** Scaled pixels [images, height, width, channels]. */
  readonly images: Float32Array;
  /** Values of one image. */
  readonly width: number;
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
  const open = await openData(protocol.data, options);
  const pairs = drawPairs(open.labels, protocol);
  const images = await imagesOf(open);
  const same = pairs.same.reduce((total, one) => total + one, 0);
  const text = protocolText(protocol, { same, different: pairs.same.length - same });
  return { protocol, text, fingerprint: open.fingerprint, pairs, images, width: images.length / open.labels.length };
}

/** All images of the data, scaled, in order: [images, height, width, channels]. */
async function imagesOf(open: OpenData): Promise<Float32Array> {
  const size = open.recipe.image.reduce((a, b) => a * b, 1);
  const all = new Float32Array(open.images * size);
  for await (const { first, count, images } of readAll(open)) all.set(images.subarray(0, count * size), first * size);
  return all;
}

/** Error rates for which TAR is always given, beside those that a table asks for. */
const usualRates: readonly number[] = [0.1, 0.01, 0.001];

/** Figures of pairs scored by the cosine of `rows` [images, width]. */
export function figuresOf(open: OpenProtocol, rows: Float32Array, width: number, measures: readonly Measure[] = []): Figures {
  const scores = cosines(rows, width, open.pairs);
  const { accuracy, folds, thresholds } = foldedAccuracy({ ...open.pairs, scores });
  const same = scores.filter((_, i) => open.pairs.same[i] === 1);
  const different = scores.filter((_, i) => open.pairs.same[i] === 0);
  const asked = measures.flatMap((measure) => (measure.kind === "tar" ? [measure.far] : []));
  const rates = [...new Set([...usualRates, ...asked])];
  const tar = Object.fromEntries(rates.map((far) => [String(far), tarAtFar(same, different, far)]));
  return { accuracy, folds, thresholds, auc: auc(same, different), eer: eer(same, different), tar };
}

/** The baseline without a network. */
export function pixelFigures(open: OpenProtocol, measures: readonly Measure[] = []): Figures {
  return figuresOf(open, centred(open.images, open.width), open.width, measures);
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

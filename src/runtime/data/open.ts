/** Opens a data set or one part of its split: who and how many images there are, and that all of them can be read. */
import { createHash } from "node:crypto";
import { type Diagnostic, diagnostic, FaceError, fail } from "../../diagnostics/diagnostic.js";
import type { DataPart, Dataset } from "../experiment.js";
import { sizeFault } from "./fill.js";
import { fileOf, findFolder, type Listing, shownPath } from "./folder.js";
import type { Inspection } from "./inspect.js";
import { noisyLabels } from "./label-noise.js";
import { pixelCache, sharedPixelCache } from "./pixel-cache.js";
import { DIGEST, type DrawnPixels, type FilePixels, type Recipe } from "./recipe.js";
import { identitiesOf } from "./split.js";
import { surveyFolder } from "./survey.js";
import { DRAWING } from "./synthetic/draw.js";

export interface OpenOptions {
  /** Of the run: decides a split with `seed run`. */
  readonly seed: number;
  /** Folder given by --data. */
  readonly data: string | null;
  /** Folder of the spec. */
  readonly beside: string;
  /**
   * Most bytes of pixels kept in memory, for this part alone; images beyond them are made again each epoch. Without it, this
   * part shares what FACEC_PIXEL_CACHE allows with all others of the process.
   */
  readonly cacheBytes?: number;
}

/** A data part, ready to be read. Image numbers run 0..images-1, identity by identity in natural order. */
export interface OpenData {
  readonly part: DataPart;
  /** Their names; the place in this list is the label. */
  readonly identities: readonly string[];
  readonly images: number;
  /** The identity of each image, as it truly is: what evaluation compares with. */
  readonly labels: Int32Array;
  /** The same with the label noise of a synthetic data set: what `batches` hands to training. */
  readonly trainingLabels: Int32Array;
  /** Decides the content of the whole data set (not of the part), sha256, hexadecimal. */
  readonly fingerprint: string;
  /** The data folder that was found, absolute; null: drawn. */
  readonly folder: string | null;
  /** What is worth telling, but no mistake. */
  readonly warnings: readonly Diagnostic[];
  /** How images are made; for this room only. */
  readonly recipe: Recipe;
}

/** Files named in a message. */
const SHOWN = 10;

/** Opens `part`. Throws FaceError: no folder, no images, one identity, unreadable images, wrong sizes, a split too large. */
export async function openData(part: DataPart, options: OpenOptions): Promise<OpenData> {
  const { dataset } = part;
  const scale = scaleTable(dataset);
  const source = dataset.source.kind === "folder" ? await openFolder(part, options) : openDrawn(part, dataset.source, options);
  const { names, counts, fingerprint, pixels, folder, warnings } = source;
  const labels = Int32Array.from(counts.flatMap((count, label) => new Array<number>(count).fill(label)));
  const recipe = { image: dataset.image, augment: dataset.augment, scale, pixels, at: dataset.at };
  const { cacheBytes } = options;
  const [height, width, channels] = dataset.image;
  const cache =
    cacheBytes === undefined ? sharedPixelCache(recipe, labels.length) : pixelCache(height * width * channels, labels.length, cacheBytes);
  return {
    part,
    identities: names,
    images: labels.length,
    labels,
    trainingLabels: dataset.source.kind === "synthetic" ? noisyLabels(labels, names.length, dataset.source) : labels,
    fingerprint,
    folder,
    warnings,
    recipe: { ...recipe, cache },
  };
}

interface Source {
  readonly names: readonly string[];
  /** Images of each. */
  readonly counts: readonly number[];
  readonly fingerprint: string;
  readonly pixels: FilePixels | DrawnPixels;
  readonly folder: string | null;
  readonly warnings: readonly Diagnostic[];
}

/** What the network sees of 0..255; pixels are whole numbers after augmentation, so the table says it all. */
function scaleTable({ scale, at }: Dataset): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => {
    const result = scale(value);
    return Number.isFinite(result) ? result : fail("scale-not-finite", at, { value, result });
  });
}

function openDrawn(part: DataPart, source: Extract<Dataset["source"], { kind: "synthetic" }>, { seed }: OpenOptions): Source {
  const { dataset } = part;
  if (source.identities < 2) {
    const identity = source.identities === 1 ? "1" : "none";
    fail("data-one-identity", dataset.at, {
      place: `synthetic(identities = ${source.identities})`,
      identity,
      images: source.images,
      drawn: true,
    });
  }
  const chosen = identitiesOf(part, source.identities, seed);
  const pixels: DrawnPixels = {
    kind: "drawn",
    seed: source.seed,
    identities: Uint32Array.from(chosen.flatMap((identity) => new Array<number>(source.images).fill(identity))),
    numbers: Uint32Array.from({ length: chosen.length * source.images }, (_, i) => i % source.images),
  };
  return {
    names: chosen.map((identity) => String(identity + 1)),
    counts: chosen.map(() => source.images),
    fingerprint: createHash("sha256")
      .update(JSON.stringify({ drawing: DRAWING, ...source, image: dataset.image }))
      .digest("hex"),
    pixels,
    folder: null,
    warnings: [],
  };
}

async function openFolder(part: DataPart, options: OpenOptions): Promise<Source> {
  const { dataset } = part;
  const path = dataset.source.kind === "folder" ? dataset.source.path : "";
  const folder = findFolder(path, options, dataset.at);
  const { listing, files, fingerprint } = await surveyFolder(folder, dataset.at);
  const { identities } = listing;
  if (identities.length === 0) fail("data-no-images", dataset.at, { folder: shownPath(folder), loose: listing.loose });
  const only = identities[0];
  if (identities.length === 1 && only !== undefined) {
    fail("data-one-identity", dataset.at, { place: shownPath(folder), identity: only.name, images: only.files.length, drawn: false });
  }
  const chosen = identitiesOf(part, identities.length, options.seed);
  refuseFaults(folder, files, dataset);
  const people = chosen.flatMap((number) => identities[number] ?? []);
  return {
    names: people.map((identity) => identity.name),
    counts: people.map((identity) => identity.files.length),
    fingerprint,
    pixels: filePixels(
      folder,
      dataset.resized,
      people.flatMap((identity) => identity.files),
      files,
    ),
    folder,
    warnings: warningsOf(folder, listing, dataset),
  };
}

function filePixels(root: string, resized: boolean, files: readonly string[], inspected: ReadonlyMap<string, Inspection>): FilePixels {
  const digests = new Uint8Array(files.length * DIGEST);
  for (const [number, file] of files.entries()) {
    digests.set(Buffer.from((inspected.get(file)?.hash ?? "").slice(0, 2 * DIGEST), "hex"), number * DIGEST);
  }
  return { kind: "files", root, resized, files, digests };
}

/** All unreadable files in one message, all wrong sizes in another. */
function refuseFaults(folder: string, inspected: ReadonlyMap<string, Inspection>, dataset: Dataset): void {
  const [height, width] = dataset.image;
  const all = [...inspected].map(([file, found]) => ({ path: shownPath(fileOf(folder, file)), file, ...found }));
  const unreadable = all.filter((found) => found.fault !== null);
  const misfits = dataset.resized ? [] : all.filter((found) => found.fault === null && !(found.height === height && found.width === width));
  const diagnostics: Diagnostic[] = [];
  if (unreadable.length > 0) {
    const shown = unreadable.slice(0, SHOWN).map(({ path, fault }) => ({ path, why: fault ?? "" }));
    diagnostics.push(diagnostic("image-unreadable", dataset.at, { shown, count: unreadable.length }));
  }
  if (misfits.length > 0) diagnostics.push(sizeFault(dataset, misfits.slice(0, SHOWN), misfits.length));
  if (diagnostics.length > 0) throw new FaceError(diagnostics);
}

function warningsOf(folder: string, listing: Listing, { at }: Dataset): Diagnostic[] {
  const place = shownPath(folder);
  const singles = listing.identities.filter((identity) => identity.files.length === 1);
  const warnings: Diagnostic[] = [];
  if (singles.length > 0) {
    const names = singles.slice(0, 5).map((identity) => identity.name);
    warnings.push(diagnostic("data-single-images", at, { place, count: singles.length, of: listing.identities.length, names }));
  }
  const { loose, other, empty } = listing;
  if (loose > 0 || other.length > 0 || empty.length > 0) {
    const params = { place, loose, other: other.slice(0, 3), otherCount: other.length, empty: empty.length };
    warnings.push(diagnostic("data-passed-over", at, params));
  }
  return warnings;
}

/** A data set read through and counted, for people who look at their data before they train on it. */
import type { Dataset } from "../experiment.js";
import { fileOf, findFolder, type Places, shownPath } from "./folder.js";
import { type Survey, surveyFolder } from "./survey.js";

export interface DataReport {
  readonly name: string;
  /** The folder that was found; null: drawn. */
  readonly folder: string | null;
  readonly identities: number;
  readonly images: number;
  /** Sizes of the files, the commonest first; of drawn images the one size. */
  readonly sizes: readonly { readonly height: number; readonly width: number; readonly channels: number; readonly images: number }[];
  /** How many identities have how many images, by rising number of images. */
  readonly imagesPerIdentity: readonly { readonly images: number; readonly identities: number }[];
  /** Files that are named like images but cannot be read, all of them. */
  readonly unreadable: readonly { readonly path: string; readonly why: string }[];
  /** Files whose size is not that of `image`, where it does not say `resized`. */
  readonly otherSize: readonly { readonly path: string; readonly why: string }[];
  /** Images in no identity's folder; files of formats that are not read; folders without images. */
  readonly loose: number;
  readonly otherFormats: readonly string[];
  readonly emptyFolders: readonly string[];
  /** sha256 over all images; null while some cannot be read. */
  readonly fingerprint: string | null;
}

/** Reads all of a data set. Unreadable images and wrong sizes are part of the report; only a missing folder is an error. */
export async function reportData(dataset: Dataset, places: Places): Promise<DataReport> {
  const { source, image, name } = dataset;
  if (source.kind === "synthetic") {
    const images = source.identities * source.images;
    const [height, width, channels] = image;
    return {
      ...empty(name),
      identities: source.identities,
      images,
      sizes: [{ height, width, channels, images }],
      imagesPerIdentity: [{ images: source.images, identities: source.identities }],
    };
  }
  const folder = findFolder(source.path, places, dataset.at);
  return reportFolder(dataset, folder, await surveyFolder(folder, dataset.at));
}

function empty(name: string): DataReport {
  const lists = { sizes: [], imagesPerIdentity: [], unreadable: [], otherSize: [], otherFormats: [], emptyFolders: [] };
  return { name, folder: null, identities: 0, images: 0, loose: 0, fingerprint: null, ...lists };
}

function reportFolder(dataset: Dataset, folder: string, { listing, files, fingerprint }: Survey): DataReport {
  const [height, width] = dataset.image;
  const { identities, loose, other } = listing;
  const all = [...files].map(([file, found]) => ({ path: shownPath(fileOf(folder, file)), ...found }));
  const readable = all.filter((found) => found.fault === null);
  const unreadable = all.flatMap(({ path, fault }) => (fault === null ? [] : [{ path, why: fault }]));
  const sizes = tally(readable.map((found) => `${found.height} ${found.width} ${found.channels}`)).map(([size, images]) => {
    const [h = 0, w = 0, channels = 0] = size.split(" ").map(Number);
    return { height: h, width: w, channels, images };
  });
  const misfits = dataset.resized ? [] : readable.filter((found) => found.height !== height || found.width !== width);
  return {
    name: dataset.name,
    folder,
    identities: identities.length,
    images: all.length,
    sizes: sizes.sort((a, b) => b.images - a.images || a.height - b.height || a.width - b.width),
    imagesPerIdentity: tally(identities.map((identity) => String(identity.files.length)))
      .map(([images, count]) => ({ images: Number(images), identities: count }))
      .sort((a, b) => a.images - b.images),
    unreadable,
    otherSize: misfits.map((found) => ({ path: found.path, why: `${found.height}x${found.width}` })),
    loose,
    otherFormats: other,
    emptyFolders: listing.empty,
    fingerprint: unreadable.length === 0 && all.length > 0 ? fingerprint : null,
  };
}

function tally(values: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts];
}

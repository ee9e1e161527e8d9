/**
 * From the bytes of a file to pixels: PGM, plain PNG and plain JPEG by readers of our own kind, what they leave by sharp
 * (libvips), loaded when the first one comes. Which of them reads an image changes nothing in its pixels.
 */
import type Sharp from "sharp";
import { decodeJpeg, isJpeg } from "./jpeg.js";
import { decodePgm, isPgm } from "./pgm.js";
import { decodePng, isPng } from "./png.js";
import { LARGEST_BYTES, LARGEST_PIXELS, type Raster, refuseAbsurd, Unreadable, withChannels } from "./raster.js";

/** File names that are taken for images; whether they are is decided by their content. */
export const IMAGE_NAME = /\.(pgm|png|jpe?g)$/i;
/** Image files that facec does not read; a folder that has them is told so. */
export const OTHER_IMAGE_NAME = /\.(bmp|gif|tiff?|webp|heic|avif|ppm|pbm|jp2)$/i;

let loaded: Promise<typeof Sharp> | null = null;
let beforeLoading = () => {};

/**
 * sharp, one thread an image (images are many, and the workers share the cores) and without its own cache. The main
 * thread must load it before a worker does, or libvips is unloaded with the first worker that ends: see `beforeSharp`.
 */
export function loadSharp(): Promise<typeof Sharp> {
  loaded ??= loadAlone();
  return loaded;
}

async function loadAlone(): Promise<typeof Sharp> {
  beforeLoading();
  const { default: sharp } = await import("sharp");
  sharp.concurrency(1);
  sharp.cache(false);
  return sharp;
}

/** What a worker thread does before it loads sharp: it waits until the main thread has it. */
export function beforeSharp(wait: () => void): void {
  beforeLoading = wait;
}

/** Decodes by the first bytes, not by the name of the file. Throws `Unreadable`. */
export async function decodeImage(bytes: Uint8Array): Promise<Raster> {
  if (bytes.length === 0) throw new Unreadable("it is empty");
  if (bytes.length > LARGEST_BYTES) throw new Unreadable(`it has ${bytes.length} bytes; more than ${LARGEST_BYTES} are refused`);
  if (isPgm(bytes)) return decodePgm(bytes);
  if (isJpeg(bytes)) return (await decodeJpeg(bytes)) ?? decodeBySharp(bytes);
  if (isPng(bytes)) return decodePng(bytes) ?? decodeBySharp(bytes);
  throw new Unreadable(`it is neither PGM, PNG nor JPEG: it begins with ${opening(bytes)}`);
}

/** PNG and JPEG of every kind. Throws `Unreadable`. */
export async function decodeBySharp(bytes: Uint8Array): Promise<Raster> {
  const sharp = await loadSharp();
  try {
    const image = sharp(bytes, { limitInputPixels: LARGEST_PIXELS, failOn: "truncated", autoOrient: true });
    // Transparent pixels lie on black; 16 bits become 8; palettes and CMYK become RGB.
    const { data, info } = await image.flatten({ background: "#000000" }).raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
    const raster: Raster = { height: info.height, width: info.width, channels: info.channels, data };
    refuseAbsurd(raster.height, raster.width);
    return raster.channels === 1 || raster.channels === 3 ? raster : withChannels(raster, 3);
  } catch (found) {
    if (found instanceof Unreadable) throw found;
    const why = reason(found);
    if (/exceeds pixel limit/.test(why))
      throw new Unreadable(`it claims more than ${LARGEST_PIXELS / 1e6} million pixels; so many are refused`);
    throw new Unreadable(`it is damaged or cut short (${why})`);
  }
}

function opening(bytes: Uint8Array): string {
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

/** The first line of what libvips says. */
function reason(found: unknown): string {
  const text = found instanceof Error ? found.message : String(found);
  return text.split("\n")[0]?.trim() ?? "";
}

/** Pixels of the data set: the channels asked for, then (where `size` is given and differs) resized without keeping the aspect. */
export async function fitImage(image: Raster, channels: number, size: readonly [number, number] | null): Promise<Raster> {
  const coloured = withChannels(image, channels);
  if (size === null || (size[0] === image.height && size[1] === image.width)) return coloured;
  const sharp = await loadSharp();
  const [height, width] = size;
  const data = await sharp(coloured.data, { raw: { width: coloured.width, height: coloured.height, channels: channels === 1 ? 1 : 3 } })
    .resize(width, height, { fit: "fill", kernel: "lanczos3" })
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw()
    .toBuffer();
  return { height, width, channels, data };
}

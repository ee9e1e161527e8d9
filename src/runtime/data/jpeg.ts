/**
 * JPEG by libjpeg-turbo as WebAssembly, one instance a thread: several times as fast on small images as a call of sharp; or,
 * where it is loaded already, by the same library inside TensorFlow's, twice as fast again, with the same bytes.
 * It reads the JPEGs that data sets are made of; all others, and all in which anything is odd, are left to sharp, whose
 * libjpeg-turbo gives the same bytes for those read here. Of the format: ITU-T T.81, annex B; orientation: Exif 2.3, 4.6.4.
 */
import { createRequire } from "node:module";
import type { JpegDecoder } from "@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs";
import type { Raster } from "./raster.js";

/** More pixels would make the memory of each thread grow for good, and leave sharp's share of the time small. */
const MOST_PIXELS = 4_000_000;
const MOST_BYTES = 16 * 1024 * 1024;

export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8;
}

let decoder: JpegDecoder | null = null;

/** native/pictures.cc. */
interface Addon {
  /** Whether the whole picture is now in `pixels`, and nothing was odd. */
  decode(file: Uint8Array, pixels: Uint8Array, height: number, width: number, channels: number): boolean;
}
let addon: Addon | null = null;

/** Lets an addon decode in this thread from now on; one that cannot be loaded leaves it to WebAssembly. */
export function useJpegAddon(path: string): void {
  try {
    addon = createRequire(import.meta.url)(path);
  } catch {
    // The bytes are the same without it.
  }
}

/** null: left to sharp. */
export async function decodeJpeg(bytes: Uint8Array): Promise<Raster | null> {
  const frame = plainFrame(bytes);
  if (frame === null) return null;
  if (addon === null) return decodeByWebAssembly(bytes);
  const { height, width, channels } = frame;
  const data = new Uint8Array(height * width * channels);
  return addon.decode(bytes, data, height, width, channels) ? { height, width, channels, data } : null;
}

async function decodeByWebAssembly(bytes: Uint8Array): Promise<Raster | null> {
  decoder ??= await loadDecoder();
  try {
    decoder.getEncodedBuffer(bytes.length).set(bytes);
    decoder.decode();
    const { height, width, componentCount } = decoder.getFrameInfo();
    return { height, width, channels: componentCount, data: decoder.getDecodedBuffer().slice() };
  } catch {
    // A C++ exception unwinds none of the instance's stack: it is not used again.
    decoder = null;
    return null;
  }
}

async function loadDecoder(): Promise<JpegDecoder> {
  const { default: load } = await import("@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs");
  const { JPEGDecoder } = await load();
  return new JPEGDecoder();
}

const SOF0 = 0xc0;
const SOF2 = 0xc2;
const DHT = 0xc4;
const SOS = 0xda;
const APP1 = 0xe1;
const APP2 = 0xe2;
const APP14 = 0xee;

type Frame = Omit<Raster, "data">;

/**
 * What the header says of a picture of 8 bits, grey or YCbCr, Huffman-coded, of moderate size, upright, and in no colour
 * space of its own; null: it is not so. Looks at the markers up to the first scan.
 */
export function plainFrame(bytes: Uint8Array): Frame | null {
  if (!isJpeg(bytes) || bytes.length > MOST_BYTES) return null;
  let frame: Frame | null = null;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0;
    const length = word(bytes, at + 2);
    const body = bytes.subarray(at + 4, at + 2 + length);
    if (length < 2 || body.length !== length - 2) return null;
    if (marker === SOS) return frame;
    if (marker >= SOF0 && marker <= 0xcf && marker !== DHT) {
      if (frame !== null || marker > SOF2 || !isPlainFrame(body)) return null;
      frame = { height: word(body, 1), width: word(body, 3), channels: body[5] ?? 0 };
    } else if (marker < DHT || (marker > 0xcf && marker < SOS)) return null;
    else if (!isPlainSegment(marker, body)) return null;
    at += 2 + length;
  }
  return null;
}

/** 8 bits, a moderate size, one component or Y, Cb and Cr. */
function isPlainFrame(body: Uint8Array): boolean {
  const pixels = word(body, 1) * word(body, 3);
  const components = body[5];
  if (body[0] !== 8 || pixels < 1 || pixels > MOST_PIXELS || body.length !== 6 + 3 * (components ?? 0)) return false;
  return components === 1 || (components === 3 && body[6] === 1 && body[9] === 2 && body[12] === 3);
}

/** False where a segment beside the frame turns the picture or says that its colours are others than sRGB. */
function isPlainSegment(marker: number, body: Uint8Array): boolean {
  if (marker === APP1 && begins(body, "Exif\0\0")) return isUpright(body.subarray(6));
  if (marker === APP2) return !begins(body, "ICC_PROFILE\0");
  // Adobe's colour transform: 1 is YCbCr, as without it.
  if (marker === APP14 && begins(body, "Adobe")) return body[11] === 1;
  return true;
}

const ORIENTATION = 0x0112;

/** Exif as it stands in TIFF form: no orientation, or 1. What cannot be followed counts as turned. */
function isUpright(tiff: Uint8Array): boolean {
  const view = new DataView(tiff.buffer, tiff.byteOffset, tiff.byteLength);
  if (tiff.length < 8) return false;
  const little = begins(tiff, "II*\0");
  if (!little && !begins(tiff, "MM\0*")) return false;
  const entries = view.getUint32(4, little);
  if (entries + 2 > tiff.length) return false;
  const count = view.getUint16(entries, little);
  if (entries + 2 + 12 * count > tiff.length) return false;
  for (let entry = entries + 2; entry < entries + 2 + 12 * count; entry += 12) {
    if (view.getUint16(entry, little) === ORIENTATION && view.getUint16(entry + 8, little) !== 1) return false;
  }
  return true;
}

function word(bytes: Uint8Array, at: number): number {
  return 256 * (bytes[at] ?? 0) + (bytes[at + 1] ?? 0);
}

function begins(bytes: Uint8Array, text: string): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[i] !== text.charCodeAt(i)) return false;
  return true;
}

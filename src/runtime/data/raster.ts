/** Decoded images and what is done to them before they are pixels of the data set: channels and size. */

/** An image of bytes, rows first: data[(y * width + x) * channels + c]; 1 channel is grey, 3 are red, green, blue. */
export interface Raster {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Why a file is no image, in words that follow "s1/1.pgm: ". */
export class Unreadable extends Error {}

/** Larger images are refused before memory is taken for them. */
export const LARGEST_PIXELS = 100_000_000;
export const LARGEST_BYTES = 512 * 1024 * 1024;

export function refuseAbsurd(height: number, width: number): void {
  if (height < 1 || width < 1) throw new Unreadable(`it claims to be ${height}x${width} pixels`);
  if (height * width > LARGEST_PIXELS) {
    throw new Unreadable(`it claims to be ${height}x${width} pixels; more than ${LARGEST_PIXELS / 1e6} million are refused`);
  }
}

/** Grey to RGB by repeating, RGB to grey by Rec. 601 luma (0.299, 0.587, 0.114). */
export function withChannels(image: Raster, channels: number): Raster {
  if (image.channels === channels) return image;
  const { height, width, data } = image;
  const out = new Uint8Array(height * width * channels);
  for (let i = 0; i < height * width; i++) {
    if (image.channels === 1) out.fill(data[i] ?? 0, i * channels, (i + 1) * channels);
    else {
      const at = i * image.channels;
      const luma = 299 * (data[at] ?? 0) + 587 * (data[at + 1] ?? 0) + 114 * (data[at + 2] ?? 0);
      out[i] = Math.floor((luma + 500) / 1000);
    }
  }
  return { height, width, channels, data: out };
}

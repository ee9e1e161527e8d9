import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeBySharp } from "../../../src/runtime/data/decode.js";
import { decodePng } from "../../../src/runtime/data/png.js";
import { stream } from "../../../src/runtime/random.js";

const random = stream(1, "pictures");

function picture(height: number, width: number, channels: 1 | 3): { pixels: Buffer; image: sharp.Sharp } {
  // Slopes with some noise: every filter is the best one somewhere.
  const pixels = Buffer.from(
    Uint8Array.from({ length: height * width * channels }, (_, i) => 3 * (i % (width * channels)) + i / width + random.integer(9)),
  );
  const image = sharp(pixels, { raw: { width, height, channels } });
  return { pixels, image: channels === 1 ? image.toColourspace("b-w") : image };
}

describe("plain PNG", () => {
  it("gives the pixels that were written, through every filter", async () => {
    for (const channels of [1, 3] as const) {
      for (const adaptiveFiltering of [false, true]) {
        for (const [height, width] of [
          [1, 1],
          [5, 1],
          [1, 7],
          [40, 31],
        ] as const) {
          const { pixels, image } = picture(height, width, channels);
          const decoded = decodePng(await image.png({ adaptiveFiltering }).toBuffer());
          expect([decoded?.height, decoded?.width, decoded?.channels]).toEqual([height, width, channels]);
          expect(Buffer.from(decoded?.data ?? []).equals(pixels)).toBe(true);
        }
      }
    }
  });

  it("leaves all other kinds to sharp", async () => {
    const { image } = picture(20, 20, 3);
    const others = [
      image.clone().png({ progressive: true }),
      image.clone().png({ palette: true }),
      image.clone().ensureAlpha(0.5).png(),
      image.clone().toColourspace("rgb16").png(),
      image.clone().withIccProfile("p3").png(),
      image.clone().withMetadata({ orientation: 6 }).png(),
    ];
    for (const other of others) expect(decodePng(await other.toBuffer())).toBe(null);
  });

  it("never gives other pixels than sharp, whatever byte is changed", async () => {
    const { image } = picture(9, 11, 3);
    const bytes = await image.png({ adaptiveFiltering: true }).toBuffer();
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8));
      const ours = decodePng(changed);
      if (ours !== null) expect(Buffer.from(ours.data).equals(Buffer.from((await decodeBySharp(changed)).data))).toBe(true);
      expect(decodePng(bytes.subarray(0, at))).toBe(null);
    }
  });
});

import { crc32 } from "node:zlib";
import fc from "fast-check";
import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeImage, fitImage } from "../../../src/runtime/data/decode.js";
import { type Raster, Unreadable, withChannels } from "../../../src/runtime/data/raster.js";
import { pgm } from "./folders.js";

const why = (bytes: Uint8Array | string) =>
  decodeImage(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes).then(
    () => "readable",
    (found: unknown) => (found instanceof Unreadable ? found.message : `not Unreadable: ${String(found)}`),
  );

describe("PGM", () => {
  it("reads raw and plain, with comments anywhere in the header", async () => {
    const raw = await decodeImage(Buffer.from("P5 # one\n# two\n3\t2\n255\n\x00\x01\x02\x03\x04\x05", "latin1"));
    expect(raw).toEqual({ height: 2, width: 3, channels: 1, data: new Uint8Array([0, 1, 2, 3, 4, 5]) });
    const plain = await decodeImage(Buffer.from("P2\n3 2 # size\n255\n0 1 2\n3 4 5\n"));
    expect([...plain.data]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("keeps a pixel that looks like white space after the header", async () => {
    expect([...(await decodeImage(Buffer.from("P5 2 1 255\n\n ", "latin1"))).data]).toEqual([10, 32]);
  });

  it("brings other largest values, also of 16 bits, to 0..255", async () => {
    expect([...(await decodeImage(Buffer.from("P5 3 1 15\n\x00\x05\x0f", "latin1"))).data]).toEqual([0, 85, 255]);
    expect([...(await decodeImage(Buffer.from("P5 3 1 65535\n\x00\x00\x80\x80\xff\xff", "latin1"))).data]).toEqual([0, 128, 255]);
    expect([...(await decodeImage(Buffer.from("P2 3 1 1000 0 500 1000"))).data]).toEqual([0, 128, 255]);
  });

  it("says why a file is no image", async () => {
    expect(await why("")).toBe("it is empty");
    expect(await why("P5")).toBe("it is cut short: its width is missing");
    expect(await why("P5 3 x")).toBe("its height is not a number");
    expect(await why("P5 3 2 255\nabc")).toBe("it is cut short: its pixels take 6 bytes, 3 are there");
    expect(await why("P2 3 2 255 1 2 3 4")).toMatch(/^it is cut short/);
    expect(await why("P5 3 2 0\nabcdef")).toBe("its largest value is 0; PGM has 1 to 65535");
    expect(await why("P5 0 2 255\n")).toBe("it claims to be 2x0 pixels");
    expect(await why("P5 999999999 999999999 255\n")).toMatch(/more than 100 million are refused/);
    expect(await why("GIF89a")).toBe("it is neither PGM, PNG nor JPEG: it begins with 47 49 46 38");
  });
});

describe("PNG and JPEG", () => {
  const gradient = Buffer.from(Uint8Array.from({ length: 20 * 30 * 3 }, (_, i) => (i * 7) % 256));
  const image = sharp(gradient, { raw: { width: 30, height: 20, channels: 3 } });

  it("reads PNG exactly and JPEG nearly", async () => {
    const png = await decodeImage(await image.clone().png().toBuffer());
    expect([png.height, png.width, png.channels]).toEqual([20, 30, 3]);
    expect(Buffer.from(png.data).equals(gradient)).toBe(true);
    const flat = sharp({ create: { width: 30, height: 20, channels: 3, background: { r: 200, g: 100, b: 50 } } });
    const jpeg = await decodeImage(await flat.jpeg({ quality: 95 }).toBuffer());
    expect([jpeg.height, jpeg.width, jpeg.channels]).toEqual([20, 30, 3]);
    for (const [i, v] of [200, 100, 50].entries()) expect(Math.abs((jpeg.data[i] ?? 0) - v)).toBeLessThan(4);
  });

  it("puts transparent pixels on black and turns pictures upright", async () => {
    const clear = sharp({ create: { width: 2, height: 1, channels: 4, background: { r: 200, g: 100, b: 50, alpha: 0 } } });
    expect([...(await decodeImage(await clear.png().toBuffer())).data]).toEqual([0, 0, 0, 0, 0, 0]);
    const lying = await decodeImage(await image.clone().jpeg().withMetadata({ orientation: 6 }).toBuffer());
    expect([lying.height, lying.width]).toEqual([30, 20]);
  });

  it("refuses what is cut short", async () => {
    for (const bytes of [await image.clone().png().toBuffer(), await image.clone().jpeg().toBuffer()]) {
      expect(await why(bytes)).toBe("readable");
      for (const share of [0.1, 0.5, 0.95]) {
        expect(await why(bytes.subarray(0, Math.floor(bytes.length * share)))).toMatch(/^it is damaged or cut short \(/);
      }
    }
  });
});

describe("any bytes", () => {
  /** A PNG that says it is `size` x `size`, with nothing in it. */
  function hollowPng(size: number): Uint8Array {
    const header = Buffer.alloc(25);
    header.writeUInt32BE(13, 0);
    header.write("IHDR", 4, "latin1");
    header.writeUInt32BE(size, 8);
    header.writeUInt32BE(size, 12);
    header.set([8, 2, 0, 0, 0], 16);
    header.writeUInt32BE(crc32(header.subarray(4, 21)), 21);
    const data = Buffer.from("000000004944415435af061e", "hex");
    return Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), header, data]);
  }

  it("cannot take more memory than an image may have", async () => {
    expect(await why(hollowPng(60000))).toBe("it claims more than 100 million pixels; so many are refused");
  });

  it("give an image whose pixels fit its size, or a reason", async () => {
    const random = sharp({ create: { width: 9, height: 7, channels: 3, background: "#405060" } });
    const whole = [pgm(4, 6), Buffer.from("P2 3 2 255 1 2 3 4 5 6"), await random.png().toBuffer(), await random.jpeg().toBuffer()];
    const edits = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), fc.nat(255)), {
      minLength: 1,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...whole), edits, fc.double({ min: 0.2, max: 1, noNaN: true }), async (bytes, changes, share) => {
        const changed = Uint8Array.from(bytes.subarray(0, Math.ceil(bytes.length * share)));
        for (const [place, value] of changes) changed[Math.floor(place * changed.length)] = value;
        const found = await decodeImage(changed).catch((error: unknown) => error);
        if (found instanceof Unreadable) expect(found.message).toMatch(/^(it|its|pixel) /);
        else if (found instanceof Error) throw found;
        else expect(found).toSatisfy((image: Raster) => image.data.length === image.height * image.width * image.channels);
      }),
      { numRuns: 300, seed: 1 },
    );
  });
});

describe("channels and size", () => {
  it("repeats grey, and takes the luma of colours", () => {
    const grey = { height: 1, width: 2, channels: 1, data: new Uint8Array([7, 200]) };
    expect([...withChannels(grey, 3).data]).toEqual([7, 7, 7, 200, 200, 200]);
    const colours = { height: 1, width: 4, channels: 3, data: new Uint8Array([255, 0, 0, 0, 255, 0, 0, 0, 255, 90, 90, 90]) };
    expect([...withChannels(colours, 1).data]).toEqual([76, 150, 29, 90]);
  });

  it("resizes only where a size is given, and keeps the channels", async () => {
    const grey = await decodeImage(pgm(4, 6));
    expect(await fitImage(grey, 1, null)).toBe(grey);
    expect(await fitImage(grey, 1, [4, 6])).toBe(grey);
    const smaller = await fitImage(grey, 1, [2, 3]);
    expect([smaller.height, smaller.width, smaller.channels, smaller.data.length]).toEqual([2, 3, 1, 6]);
    const flat = { height: 5, width: 5, channels: 3, data: new Uint8Array(75).fill(99) };
    expect(new Set((await fitImage(flat, 3, [9, 7])).data)).toEqual(new Set([99]));
  });
});

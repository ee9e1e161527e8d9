import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { decodeBySharp, decodeImage } from "../../../src/runtime/data/decode.js";
import { decodeJpeg, plainFrame } from "../../../src/runtime/data/jpeg.js";
import { stream } from "../../../src/runtime/random.js";

const isPlainJpeg = (bytes: Uint8Array) => plainFrame(bytes) !== null;
const random = stream(1, "pictures");

/** A picture with smooth and sharp parts, so that every coefficient has something to do. */
function picture(height: number, width: number): sharp.Sharp {
  const pixels = Buffer.alloc(height * width * 3);
  const [a, b] = [random.uniform() / 3, random.uniform() / 5];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const edge = x + y > (height + width) / 2 ? 90 : 0;
      for (let c = 0; c < 3; c++)
        pixels[(y * width + x) * 3 + c] = 80 + 60 * Math.sin(a * x + c) * Math.cos(b * y) + edge * random.uniform();
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}

/** Puts a segment in front of all others. */
function withSegment(jpeg: Buffer, marker: number, body: Buffer): Buffer {
  const length = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), length, body, jpeg.subarray(2)]);
}

/** Exif with one entry: the orientation. */
function exif(orientation: number, little: boolean): Buffer {
  const tiff = Buffer.alloc(8 + 2 + 12 + 4);
  tiff.write(little ? "II*\0" : "MM\0*", "latin1");
  const word = (value: number, at: number) => (little ? tiff.writeUInt16LE(value, at) : tiff.writeUInt16BE(value, at));
  const long = (value: number, at: number) => (little ? tiff.writeUInt32LE(value, at) : tiff.writeUInt32BE(value, at));
  long(8, 4);
  word(1, 8);
  word(0x0112, 10);
  word(3, 12);
  long(1, 14);
  word(orientation, 18);
  return Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
}

describe("JPEG by libjpeg-turbo as WebAssembly", () => {
  it("gives the bytes that sharp gives, for every quality, subsampling, size and scan", async () => {
    const kinds: readonly sharp.JpegOptions[] = [
      { quality: 90 },
      { quality: 10 },
      { quality: 100, chromaSubsampling: "4:4:4" },
      { progressive: true },
      { mozjpeg: true },
      { optimiseCoding: true, quality: 75 },
    ];
    for (const options of kinds) {
      for (const [height, width] of [
        [1, 1],
        [7, 9],
        [112, 112],
        [33, 120],
      ] as const) {
        const bytes = await picture(height, width).jpeg(options).toBuffer();
        const ours = await decodeJpeg(bytes);
        expect([ours?.height, ours?.width, ours?.channels]).toEqual([height, width, 3]);
        expect(Buffer.from(ours?.data ?? []).equals(Buffer.from((await decodeBySharp(bytes)).data))).toBe(true);
      }
    }
  });

  it("keeps grey as one channel of what sharp repeats three times", async () => {
    const bytes = await picture(20, 30).toColourspace("b-w").jpeg().toBuffer();
    const ours = await decodeJpeg(bytes);
    const theirs = (await decodeBySharp(bytes)).data;
    expect(ours?.channels).toBe(1);
    expect([...(ours?.data ?? [])]).toEqual([...theirs].filter((_, i) => i % 3 === 0));
  });

  it("leaves to sharp what is turned, of other colours, or of more bits", async () => {
    const plain = await picture(9, 7).jpeg().toBuffer();
    expect(isPlainJpeg(plain)).toBe(true);
    for (const little of [true, false]) {
      expect(isPlainJpeg(withSegment(plain, 0xe1, exif(1, little)))).toBe(true);
      for (const turned of [0, 2, 6, 8]) expect(isPlainJpeg(withSegment(plain, 0xe1, exif(turned, little)))).toBe(false);
    }
    expect(isPlainJpeg(withSegment(plain, 0xe1, Buffer.from("Exif\0\0MM\0*\xff\xff\xff\xff", "latin1")))).toBe(false);
    expect(isPlainJpeg(await picture(9, 7).withIccProfile("p3").jpeg().toBuffer())).toBe(false);
    expect(isPlainJpeg(await picture(9, 7).toColourspace("cmyk").jpeg().toBuffer())).toBe(false);
    const frame = plain.indexOf(Buffer.from([0xff, 0xc0]));
    const changed = (at: number, value: number) => Buffer.from(plain).fill(value, at, at + 1);
    for (const [at, value] of [
      [frame + 1, 0xc9], // arithmetic coding
      [frame + 1, 0xc3], // lossless
      [frame + 4, 12], // bits
      [frame + 6, 0], // a height of 0
      [frame + 9, 4], // components
      [frame + 10, 82], // a component R
    ] as const) {
      expect(isPlainJpeg(changed(at, value))).toBe(false);
    }
    const large = changed(frame + 5, 0x10);
    large[frame + 7] = 0x10;
    expect(isPlainJpeg(large)).toBe(false);
    expect(isPlainJpeg(withSegment(plain, 0xee, Buffer.from("Adobe\0d\0\0\0\0\0", "latin1")))).toBe(false);
  });

  it("turns and converts as before what it leaves to sharp", async () => {
    const plain = await picture(20, 30).jpeg().toBuffer();
    const turned = await decodeImage(withSegment(plain, 0xe1, exif(6, true)));
    expect([turned.height, turned.width]).toEqual([30, 20]);
    const cmyk = await decodeImage(await picture(20, 30).toColourspace("cmyk").jpeg().toBuffer());
    expect([cmyk.height, cmyk.width, cmyk.channels]).toEqual([20, 30, 3]);
  });

  it("goes on after files that are cut short or damaged", async () => {
    const bytes = await picture(60, 60).jpeg().toBuffer();
    const whole = Buffer.from((await decodeJpeg(bytes))?.data ?? []);
    for (const share of [0.2, 0.6, 0.9]) expect(await decodeJpeg(bytes.subarray(0, Math.floor(share * bytes.length)))).toBe(null);
    for (let i = 0; i < 30; i++) {
      const damaged = Buffer.from(bytes);
      damaged[Math.floor(bytes.length * (0.3 + random.uniform() / 2))] = 0xff;
      const ours = await decodeJpeg(damaged);
      if (ours !== null) expect(ours.data.length).toBe(60 * 60 * 3);
    }
    expect(Buffer.from((await decodeJpeg(bytes))?.data ?? []).equals(whole)).toBe(true);
  });
});

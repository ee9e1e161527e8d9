/** Reader of PGM images, plain (P2) and raw (P5), 8 and 16 bits: https://netpbm.sourceforge.net/doc/pgm.html */
import { type Raster, refuseAbsurd, Unreadable } from "./raster.js";

const HASH = 35;
const LINE_FEED = 10;

/** The tokens of the header and of P2's pixels: decimal numbers between white space and `#` comments. */
class Numbers {
  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
  ) {}

  /** The next number; `what` names it where it is missing. */
  next(what: string): number {
    this.skip();
    let value = 0;
    let digits = 0;
    for (;;) {
      const digit = (this.bytes[this.at] ?? 0) - 48;
      if (digit < 0 || digit > 9) break;
      value = Math.min(value * 10 + digit, 1e9);
      digits++;
      this.at++;
    }
    if (digits > 0) return value;
    throw new Unreadable(this.at >= this.bytes.length ? `it is cut short: ${what} is missing` : `${what} is not a number`);
  }

  private skip(): void {
    for (; this.at < this.bytes.length; this.at++) {
      const byte = this.bytes[this.at] ?? 0;
      if (byte === HASH) {
        while (this.at < this.bytes.length && this.bytes[this.at] !== LINE_FEED) this.at++;
      } else if (!isSpace(byte)) return;
    }
  }
}

function isSpace(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

export function isPgm(bytes: Uint8Array): boolean {
  return bytes[0] === 80 && (bytes[1] === 50 || bytes[1] === 53);
}

/** Grey values 0..maxval become 0..255, rounded. Throws `Unreadable`. */
export function decodePgm(bytes: Uint8Array): Raster {
  const plain = bytes[1] === 50;
  const numbers = new Numbers(bytes, 2);
  const width = numbers.next("its width");
  const height = numbers.next("its height");
  const largest = numbers.next("its largest value");
  refuseAbsurd(height, width);
  if (largest < 1 || largest > 65535) throw new Unreadable(`its largest value is ${largest}; PGM has 1 to 65535`);
  const data = new Uint8Array(height * width);
  const toByte = (value: number) => (largest === 255 ? value : Math.round((Math.min(value, largest) * 255) / largest));
  if (plain) {
    // Two bytes a pixel at least (a digit and a space), so a short file is refused before its numbers are read.
    if (bytes.length - numbers.at < 2 * data.length - 1)
      throw cutShort(data.length, "numbers", Math.floor((bytes.length - numbers.at) / 2));
    for (let i = 0; i < data.length; i++) data[i] = toByte(Math.min(numbers.next(`pixel ${i + 1} of ${data.length}`), largest));
  } else {
    const start = numbers.at + 1; // one byte of white space ends the header
    const size = largest > 255 ? 2 : 1;
    const have = Math.max(0, bytes.length - start);
    if (have < data.length * size) throw cutShort(data.length * size, "bytes", have);
    for (let i = 0; i < data.length; i++) {
      const at = start + i * size;
      data[i] = toByte(size === 1 ? (bytes[at] ?? 0) : 256 * (bytes[at] ?? 0) + (bytes[at + 1] ?? 0));
    }
  }
  return { height, width, channels: 1, data };
}

function cutShort(wanted: number, unit: string, have: number): Unreadable {
  return new Unreadable(`it is cut short: its pixels take ${wanted} ${unit}, ${have} are there`);
}

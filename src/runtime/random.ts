/**
 * Random numbers by counter: Philox 4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2,
 * 3", SC 2011). A draw depends only on its key and counter, never on what was drawn before it elsewhere, so workers
 * and backends in any order draw the same bits.
 */

export type Counter = readonly [number, number, number, number];
export type Key = readonly [number, number];

const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const M0_LOW = M0 & 0xffff;
const M0_HIGH = M0 >>> 16;
const M1_LOW = M1 & 0xffff;
const M1_HIGH = M1 >>> 16;

/**
 * Fills `out` with the blocks at `counter`, `counter` + 1, ... (the counter counts as one number of 128 bits, word 0
 * lowest). `out` may end within a block. Some 20 ns a word.
 */
export function philoxFill(out: Uint32Array, counter: Counter, key: Key): void {
  let [c0, c1, c2, c3] = counter;
  const length = out.length;
  for (let at = 0; at < length; at += 4) {
    let x0 = c0 | 0;
    let x1 = c1 | 0;
    let x2 = c2 | 0;
    let x3 = c3 | 0;
    let k0 = key[0] | 0;
    let k1 = key[1] | 0;
    for (let round = 0; round < 10; round++) {
      // The high words of M0 * x0 and M1 * x2, in halves of 16 bits: no partial sum leaves 32 bits.
      const low0 = x0 & 0xffff;
      const high0 = x0 >>> 16;
      const middle0 = (Math.imul(high0, M0_LOW) + (Math.imul(low0, M0_LOW) >>> 16)) | 0;
      const cross0 = (Math.imul(low0, M0_HIGH) + (middle0 & 0xffff)) | 0;
      const upper0 = (Math.imul(high0, M0_HIGH) + (middle0 >>> 16) + (cross0 >>> 16)) | 0;
      const low1 = x2 & 0xffff;
      const high1 = x2 >>> 16;
      const middle1 = (Math.imul(high1, M1_LOW) + (Math.imul(low1, M1_LOW) >>> 16)) | 0;
      const cross1 = (Math.imul(low1, M1_HIGH) + (middle1 & 0xffff)) | 0;
      const upper1 = (Math.imul(high1, M1_HIGH) + (middle1 >>> 16) + (cross1 >>> 16)) | 0;
      const y1 = Math.imul(x2, M1);
      const y3 = Math.imul(x0, M0);
      x0 = upper1 ^ x1 ^ k0;
      x2 = upper0 ^ x3 ^ k1;
      x1 = y1;
      x3 = y3;
      k0 = (k0 + W0) | 0;
      k1 = (k1 + W1) | 0;
    }
    // Writes beyond the end of a typed array are ignored.
    out[at] = x0;
    out[at + 1] = x1;
    out[at + 2] = x2;
    out[at + 3] = x3;
    c0 = (c0 + 1) >>> 0;
    if (c0 === 0) {
      c1 = (c1 + 1) >>> 0;
      if (c1 === 0) {
        c2 = (c2 + 1) >>> 0;
        if (c2 === 0) c3 = (c3 + 1) >>> 0;
      }
    }
  }
}

/** One block of Philox 4x32-10: four unsigned words of 32 bits. */
export function philox(counter: Counter, key: Key): [number, number, number, number] {
  const out = new Uint32Array(4);
  philoxFill(out, counter, key);
  return [out[0] ?? 0, out[1] ?? 0, out[2] ?? 0, out[3] ?? 0];
}

/**
 * The key of a named stream: seed, then the UTF-8 bytes of the name eight at a time, each absorbed through Philox
 * itself, so that near seeds and near names have unrelated keys. The seed may be any safe integer.
 */
export function streamKey(seed: number, name: string): Key {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`a seed is a whole number, not ${seed}`);
  const bytes = new TextEncoder().encode(name);
  const first = philox([seed >>> 0, Math.floor(seed / 4294967296) >>> 0, bytes.length, 0], [0, 0]);
  let key: Key = [first[0], first[1]];
  for (let at = 0; at < bytes.length; at += 8) {
    const block = philox([word(bytes, at), word(bytes, at + 4), at, 1], key);
    key = [block[0], block[1]];
  }
  return key;
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)) >>> 0;
}

/** Draws one after another from one stream. Equal (seed, name, counters) give equal draws, everywhere. */
export interface Stream {
  /** 32 random bits, unsigned. */
  bits(): number;
  /** In [0, 1), with 53 random bits. */
  uniform(): number;
  /** Mean 0, deviation 1: Box and Muller (1958), both values of a pair used. */
  normal(): number;
  /** A whole number in 0..below-1, each equally likely (draws that would favour small ones are drawn again). */
  integer(below: number): number;
  /** The numbers 0..n-1 in random order (Fisher-Yates). */
  shuffle(n: number): Uint32Array;
}

/** Words drawn at a time: a multiple of a block. */
const CHUNK = 32;

class PhiloxStream implements Stream {
  private readonly words = new Uint32Array(CHUNK);
  private next = CHUNK;
  private block = 0;
  private spare: number | null = null;

  constructor(
    private readonly key: Key,
    private readonly counters: readonly [number, number, number],
  ) {}

  bits(): number {
    if (this.next === CHUNK) {
      philoxFill(this.words, [this.block, ...this.counters], this.key);
      this.block += CHUNK / 4;
      if (this.block >= 4294967296) throw new RangeError("a random stream is used up");
      this.next = 0;
    }
    return this.words[this.next++] ?? 0;
  }

  uniform(): number {
    const high = this.bits() >>> 5;
    const low = this.bits() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  normal(): number {
    if (this.spare !== null) {
      const value = this.spare;
      this.spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  integer(below: number): number {
    if (!(Number.isInteger(below) && below >= 1 && below <= 4294967296)) throw new RangeError(`integer(${below}): 1 to 2^32`);
    const fair = 4294967296 - (4294967296 % below);
    for (;;) {
      const drawn = this.bits();
      if (drawn < fair) return drawn % below;
    }
  }

  shuffle(n: number): Uint32Array {
    const order = Uint32Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = order[i] ?? 0;
      order[i] = order[j] ?? 0;
      order[j] = kept;
    }
    return order;
  }
}

/**
 * The stream of (seed, name) at up to three counters (whole numbers below 2^32): `stream(seed, "shuffle", epoch)`.
 * Names and counters that differ give independent streams.
 */
export function stream(seed: number, name: string, ...counters: number[]): Stream {
  if (counters.length > 3) throw new RangeError("a stream has at most three counters");
  for (const counter of counters) {
    if (!(Number.isInteger(counter) && counter >= 0 && counter < 4294967296)) {
      throw new RangeError(`a counter is a whole number below 2^32, not ${counter}`);
    }
  }
  return new PhiloxStream(streamKey(seed, name), [counters[0] ?? 0, counters[1] ?? 0, counters[2] ?? 0]);
}

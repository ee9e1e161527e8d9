import { describe, expect, it } from "vitest";
import { type Counter, type Key, philox, philoxFill, stream, streamKey } from "../../../src/runtime/random.js";

/** The same rounds in exact integers, written from the paper. */
function philoxExact(counter: Counter, key: Key): number[] {
  const mask = 0xffffffffn;
  let [x0, x1, x2, x3] = counter.map(BigInt) as [bigint, bigint, bigint, bigint];
  let [k0, k1] = key.map(BigInt) as [bigint, bigint];
  for (let round = 0; round < 10; round++) {
    const a = 0xd2511f53n * x0;
    const b = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [(b >> 32n) ^ x1 ^ k0, b & mask, (a >> 32n) ^ x3 ^ k1, a & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [x0, x1, x2, x3].map(Number);
}

describe("philox 4x32-10", () => {
  // Random123, tests/kat_vectors.
  it.each<[Counter, Key, number[]]>([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
    ],
  ])("agrees with the published vector of counter %j", (counter, key, expected) => {
    expect(philox(counter, key)).toEqual(expected);
  });

  it("agrees with exact integers on many counters", () => {
    const words = stream(11, "words");
    for (let i = 0; i < 300; i++) {
      const counter: Counter = [words.bits(), words.bits(), words.bits(), words.bits()];
      const key: Key = [words.bits(), words.bits()];
      expect(philox(counter, key)).toEqual(philoxExact(counter, key));
    }
  });

  it("fills block after block and carries through all four words", () => {
    const out = new Uint32Array(10);
    philoxFill(out, [0xffffffff, 0xffffffff, 0xffffffff, 7], [1, 2]);
    const expected = [
      ...philox([0xffffffff, 0xffffffff, 0xffffffff, 7], [1, 2]),
      ...philox([0, 0, 0, 8], [1, 2]),
      ...philox([1, 0, 0, 8], [1, 2]),
    ];
    expect([...out]).toEqual(expected.slice(0, 10));
  });
});

describe("streams", () => {
  it("are equal for equal names and counters, and differ otherwise", () => {
    const first = (...args: Parameters<typeof stream>) => stream(...args).bits();
    expect(first(1, "a", 2)).toBe(first(1, "a", 2));
    const all = [first(1, "a"), first(2, "a"), first(1, "b"), first(1, "a", 1), first(1, "a", 0, 1), first(-1, "a"), first(2 ** 40, "a")];
    expect(new Set(all).size).toBe(all.length);
    expect(streamKey(1, "12345678")).not.toEqual(streamKey(1, "123456780"));
    expect(streamKey(1, "x")).not.toEqual(streamKey(1, "x\0"));
  });

  it("start with the blocks of their key", () => {
    const drawn = stream(3, "s", 5, 6, 7);
    expect([drawn.bits(), drawn.bits(), drawn.bits(), drawn.bits()]).toEqual(philox([0, 5, 6, 7], streamKey(3, "s")));
  });

  it("draw uniforms of the right mean, variance and lag correlation", () => {
    const drawn = stream(5, "uniform");
    const values = Array.from({ length: 40000 }, () => drawn.uniform());
    const mean = values.reduce((a, b) => a + b) / values.length;
    const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
    const lag = values.slice(1).reduce((a, b, i) => a + (b - mean) * ((values[i] ?? 0) - mean), 0) / values.length / variance;
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 / Math.sqrt(12 * values.length));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.002);
    expect(Math.abs(lag)).toBeLessThan(4 / Math.sqrt(values.length));
    expect(values.every((v) => v >= 0 && v < 1)).toBe(true);
  });

  it("draw normals of the right first four moments", () => {
    const drawn = stream(6, "normal");
    const n = 40000;
    const sums = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const v = drawn.normal();
      for (let k = 0; k < 4; k++) sums[k] = (sums[k] ?? 0) + v ** (k + 1) / n;
    }
    expect(Math.abs(sums[0] ?? 9)).toBeLessThan(0.02);
    expect(Math.abs((sums[1] ?? 9) - 1)).toBeLessThan(0.03);
    expect(Math.abs(sums[2] ?? 9)).toBeLessThan(0.08);
    expect(Math.abs((sums[3] ?? 9) - 3)).toBeLessThan(0.2);
  });

  it("draw integers without bias (chi-squared, 6 degrees)", () => {
    const drawn = stream(7, "integer");
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 14000; i++) {
      const v = drawn.integer(7);
      counts[v] = (counts[v] ?? 0) + 1;
    }
    const chi = counts.reduce((a, c) => a + (c - 2000) ** 2 / 2000, 0);
    expect(chi).toBeLessThan(22.5); // 99.9 %
    expect(() => drawn.integer(0)).toThrow(RangeError);
    expect(() => drawn.integer(2.5)).toThrow(RangeError);
  });

  it("shuffle to permutations, each equally likely (chi-squared, 5 degrees)", () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = [...stream(8, "shuffle", i).shuffle(3)].join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    const chi = [...counts.values()].reduce((a, c) => a + (c - 1000) ** 2 / 1000, 0);
    expect(chi).toBeLessThan(20.5); // 99.9 %
    expect([...stream(8, "shuffle").shuffle(100)].sort((a, b) => a - b)).toEqual(Array.from({ length: 100 }, (_, i) => i));
    expect([...stream(8, "shuffle").shuffle(0)]).toEqual([]);
  });

  it("refuse counters and seeds that are not whole numbers", () => {
    expect(() => stream(1.5, "a")).toThrow(RangeError);
    expect(() => stream(1, "a", -1)).toThrow(RangeError);
    expect(() => stream(1, "a", 1, 2, 3, 4)).toThrow(RangeError);
  });
});

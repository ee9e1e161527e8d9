import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { encode, readSafetensors, writeSafetensors } from "../../../src/runtime/train/safetensors.js";
import { temporaryFolder } from "../temporary.js";

const tensors = new Map([
  ["a/weight", { shape: [2, 3], data: Float32Array.from([1, -0, 2.5, Number.MIN_VALUE, 3e38, -7]) }],
  ["none", { shape: [0, 4], data: new Float32Array(0) }],
  ["scalar é", { shape: [], data: Float32Array.from([0.1]) }],
]);

describe("safetensors", () => {
  it("gives back what was written", () => {
    const path = join(temporaryFolder(), "deeper", "w.safetensors");
    writeSafetensors(path, { metadata: { format: "x", text: '"quoted"' }, tensors });
    const read = readSafetensors(path);
    expect(read.metadata).toEqual({ format: "x", text: '"quoted"' });
    expect([...read.tensors]).toEqual([...tensors]);
    expect(Object.is(read.tensors.get("a/weight")?.data[1], -0)).toBe(true);
  });

  it("keeps names that are special to JavaScript, in any order", () => {
    const path = join(temporaryFolder(), "w.safetensors");
    const one = (value: number) => ({ shape: [1], data: Float32Array.of(value) });
    const named = new Map([
      ["b", one(1)],
      ["2", one(2)],
      ["__proto__", one(3)],
      ["1", one(4)],
      ["constructor", one(5)],
    ]);
    writeSafetensors(path, { metadata: {}, tensors: named });
    expect([...readSafetensors(path).tensors]).toEqual([...named]);
  });

  it("is laid out as the format says", () => {
    const bytes = Buffer.from(encode({ metadata: {}, tensors }));
    const length = Number(bytes.readBigUInt64LE(0));
    expect(length % 8).toBe(0);
    const header = JSON.parse(bytes.subarray(8, 8 + length).toString());
    expect(header["a/weight"]).toEqual({ dtype: "F32", shape: [2, 3], data_offsets: [0, 24] });
    expect(bytes.readFloatLE(8 + length + header["a/weight"].data_offsets[0] + 8)).toBe(2.5);
    expect(bytes.length).toBe(8 + length + 28);
  });

  it("refuses a file cut at any byte, or changed, with one error that names it", () => {
    const path = join(temporaryFolder(), "w.safetensors");
    writeSafetensors(path, { metadata: {}, tensors });
    const whole = readFileSync(path);
    const broken = (bytes: Uint8Array) => {
      writeFileSync(path, bytes);
      try {
        readSafetensors(path);
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
        return error.diagnostics.map(({ code, place }) => ({ code, place }));
      }
      return [];
    };
    const expected = [{ code: "checkpoint-broken", place: { path } }];
    for (let length = 0; length < whole.length; length++) expect(broken(whole.subarray(0, length)), `cut at ${length}`).toEqual(expected);
    expect(broken(Buffer.concat([whole, Buffer.from([0])]))).toEqual(expected);
    const flipped = Buffer.from(whole);
    flipped[whole.length - 3] = (flipped[whole.length - 3] ?? 0) ^ 1;
    expect(broken(flipped)).toEqual(expected);
    expect(broken(whole)).toEqual([]);
  });
});

/** Our own convolutions against float64, beside the library's, whose rounding is the measure for theirs. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { reference } from "../../runtime/reference.js";
import { convCases, convKernels, infosOf, operandsOf, runConv } from "./convolutions.js";
import { describeNative } from "./native.js";
import { plainBackend, winogradBackend } from "./plain.js";

const ways = { "Winograd's filtering": async () => winogradBackend(), "products where they stand": () => openNative("cpu") } as const;

describeNative("convolutions of 3x3", () => {
  const each = Object.entries(ways).flatMap(([way, open]) =>
    convCases.flatMap((shape) => convKernels.map((kernel) => [kernel, shape.title, way, shape, open] as const)),
  );

  it.each(each)("%s of %s by %s is as exact as the library's, to a factor of 3", async (kernel, _title, _way, shape, open) => {
    const backend = await open();
    const operands = operandsOf(kernel, shape);
    const wide = operands.map(({ data, info }) => ({ shape: info.shape, data: Float64Array.from(data) }));
    const expected = reference[kernel]?.(wide, shape.attributes, infosOf(kernel, shape))[0]?.data ?? new Float64Array();
    const before = backend.alive();
    const own = await runConv(backend, kernel, shape, operands);
    expect(backend.alive()).toBe(before);
    const plain = await runConv(plainBackend(), kernel, shape, operands);
    expect(own.length).toBe(expected.length);
    const size = Math.sqrt(expected.reduce((sum, v) => sum + v * v, 0) / expected.length);
    // A unit of the last of 24 bits on top: few entries may happen to be exact in the library.
    expect(furthest(own, expected) / size).toBeLessThanOrEqual(3 * (furthest(plain, expected) / size) + 2 ** -23);
  });

  it.each(convKernels)("%s is done by them, not by the library", async (kernel) => {
    const [shape] = convCases;
    if (shape === undefined) throw new Error("There are cases.");
    const operands = operandsOf(kernel, shape);
    const plain = await runConv(plainBackend(), kernel, shape, operands);
    const own = await Promise.all(Object.values(ways).map(async (open) => runConv(await open(), kernel, shape, operands)));
    expect(own[0]).not.toEqual(plain);
    expect(own[1]).not.toEqual(plain);
    expect(own[0]).not.toEqual(own[1]);
  });

  it("gives the same bits with any number of threads, beside another process", async () => {
    const one = await digest("1");
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    // All at once: they load each other's processor.
    expect(await Promise.all(["2", "3", "16"].map(digest))).toEqual([one, one, one]);
  });
});

/** The largest difference of entries; infinite where one is not a number. */
function furthest(found: ArrayLike<number>, expected: Float64Array): number {
  return expected.reduce((most, v, i) => {
    const difference = Math.abs((found[i] ?? Number.NaN) - v);
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

function digest(threads: string): Promise<string> {
  const script = fileURLToPath(new URL("conv-digest.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TF_NUM_INTRAOP_THREADS: threads };
    const child = spawn(process.execPath, ["--import", "tsx", script], { env });
    const said: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => said.push(data));
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(said).toString().trim()));
  });
}

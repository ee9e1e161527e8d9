/** Our own operation that runs loops, against float64. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loopAttributes } from "../../../src/runtime/kernels/loop.js";
import { openNative } from "../../../src/runtime/kernels/native/index.js";
import { apply, input } from "../../../src/runtime/kernels/pointwise.js";
import { pointwiseOperation } from "../../../src/runtime/kernels/pointwise-kernel.js";
import { loop } from "../../runtime/reference.js";
import { edgeCases, edges, entriesOf, type LoopCase, loopCases, outputsOf, run } from "./loops.js";
import { describeNative } from "./native.js";

describeNative("loops", () => {
  it.each(loopCases.map((each) => [each.title, each] as const))("%s", async (_title, each) => {
    const backend = await openNative("cpu");
    const operands = each.operands.map(entriesOf);
    const before = backend.alive();
    const found = await run(backend, each, operands);
    expect(backend.alive()).toBe(before);
    const expected = loop(
      operands.map((data, i) => ({ shape: each.operands[i]?.shape ?? [], data: Float64Array.from(data) })),
      loopAttributes(each.loop),
      outputsOf(each),
    );
    outputsOf(each).forEach(({ dtype }, i) => {
      const wanted = expected[i]?.data ?? new Float64Array();
      const scale = Math.max(1, ...wanted.map(Math.abs));
      // Half a unit of the last of eight bits.
      const most = dtype === "bfloat16" ? 2 ** -8 : 2e-6;
      expect(found[i]?.length).toBe(wanted.length);
      wanted.forEach((value, k) => {
        expect(Math.abs((found[i]?.[k] ?? Number.NaN) - value) / scale, `output ${i}, entry ${k}`).toBeLessThanOrEqual(most);
      });
    });
  });

  it("keeps the variance of numbers far from 0, and that of equal numbers at 0", async () => {
    const backend = await openNative("cpu");
    const shape = [6000, 4];
    const each: LoopCase = {
      title: "",
      loop: { shape, parts: [{ result: "moments", expression: input(0) }] },
      operands: [{ shape, dtype: "float32" }],
    };
    const offsets = [0, 1000, -50, 3];
    const spread = [1, 1, 1e-3, 0];
    // The first rows lie elsewhere than the rest, as those of a picture with a black border do.
    const data = Float32Array.from(entriesOf({ shape, dtype: "float32" }, 1), (v, i) => {
      return (offsets[i % 4] ?? 0) * (i < 400 && i % 4 !== 3 ? 0 : 1) + v * (spread[i % 4] ?? 0);
    });
    const [mean, variance] = await run(backend, each, [data]);
    const expected = loop([{ shape, data: Float64Array.from(data) }], loopAttributes(each.loop), outputsOf(each));
    for (let c = 0; c < 4; c++) {
      expect((mean?.[c] ?? 0) / (expected[0]?.data[c] ?? 1)).toBeCloseTo(1, 6);
      const wanted = expected[1]?.data[c] ?? 0;
      if (c === 3) expect(variance?.[c]).toBe(0);
      else expect((variance?.[c] ?? 0) / wanted).toBeCloseTo(1, 5);
    }
  });

  it.each(edgeCases.map(({ op, operands }) => [op, operands] as const))("%s is right at its edges", async (op, count) => {
    const backend = await openNative("cpu");
    const grids = [edges, edges.flatMap((v) => edges.map(() => v)), edges.flatMap(() => edges)];
    const values =
      count === 1 ? [edges] : count === 2 ? [grids[1] ?? [], grids[2] ?? []] : [grids[1] ?? [], grids[2] ?? [], grids[1] ?? []];
    const shape = [values[0]?.length ?? 0];
    const expression = apply(op, ...values.map((_, i) => input(i)));
    const operands = values.map((list) => Float32Array.from(list));
    const each: LoopCase = {
      title: op,
      loop: { shape, parts: [{ result: "map", expression }] },
      operands: values.map(() => ({ shape, dtype: "float32" })),
    };
    const [found] = await run(backend, each, operands);
    const { meaning } = pointwiseOperation(op);
    for (let i = 0; i < (shape[0] ?? 0); i++) {
      const args = operands.map((data) => data[i] ?? Number.NaN);
      const exact = Math.fround(meaning(...args));
      const wanted = Math.abs(exact) < 2 ** -126 ? 0 : exact;
      const message = `${op}(${args.join(", ")}) is ${found?.[i]}, not ${wanted}`;
      if (!Number.isFinite(wanted) || wanted === 0)
        expect(found?.[i] === wanted || (Number.isNaN(found?.[i]) && Number.isNaN(wanted)), message).toBe(true);
      else expect(Math.abs((found?.[i] ?? Number.NaN) / wanted - 1), message).toBeLessThan(2.4e-7);
    }
  });

  it("gives the same bits with any number of threads, beside another process, and without machine code", async () => {
    const one = await digest({ TF_NUM_INTRAOP_THREADS: "1" });
    expect(one).toMatch(/^[0-9a-f]{64}$/);
    const others: readonly Readonly<Record<string, string>>[] = [
      { TF_NUM_INTRAOP_THREADS: "3" },
      { TF_NUM_INTRAOP_THREADS: "2", FACEC_INTERPRET_LOOPS: "1" },
    ];
    // Both at once: they load each other's processor.
    expect(await Promise.all(others.map(digest))).toEqual([one, one]);
  });
});

function digest(settings: Readonly<Record<string, string>>): Promise<string> {
  const script = fileURLToPath(new URL("loop-digest.ts", import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", script], { env: { ...process.env, ...settings } });
    const said: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => said.push(data));
    child.on("error", reject);
    child.on("close", () => resolve(Buffer.concat(said).toString().trim()));
  });
}

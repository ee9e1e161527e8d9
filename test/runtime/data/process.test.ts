import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "facec-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a program on the sources with two workers that are busy ahead; resolves to its exit code and output. */
function run(end: string): Promise<{ code: number | null; output: string }> {
  const source = new URL("../../../src/runtime/data/index.ts", import.meta.url).href;
  const path = join(folder, `${end.length}.mts`);
  writeFileSync(
    path,
    `import { openData, batches } from ${JSON.stringify(source)};
const dataset = { name: "d", source: { kind: "synthetic", identities: 50, images: 50, labelNoise: 0, seed: 1 }, image: [64, 64, 3],
  resized: false, scale: (v: number) => v, augment: [], split: null, at: { file: "d.face", line: 1 } } as const;
const source = batches(await openData({ dataset, part: null }, { seed: 1, data: null, beside: "." }), { batch: 64, seed: 1, fromStep: 0, workers: 2 });
const batch = await source.next();
console.log("step", batch.step);
${end}`,
  );
  const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), path], { stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const out of [child.stdout, child.stderr]) out.on("data", (chunk) => (output += chunk));
  return new Promise((resolve) => child.on("close", (code) => resolve({ code, output })));
}

// Three starts of Node with tsx each: a busy machine needs its time.
describe("workers and their process", { timeout: 300_000 }, () => {
  it("do not keep it alive when it has nothing more to do", async () => {
    expect(await run("")).toEqual({ code: 0, output: "step 0\n" });
  });

  it("die with it when it exits or fails", async () => {
    const [left, failed] = await Promise.all([run("process.exit(7);"), run('throw new Error("on purpose");')]);
    expect(left).toEqual({ code: 7, output: "step 0\n" });
    expect(failed.code).toBe(1);
    expect(failed.output).toContain("on purpose");
  });

  it("end by close()", async () => {
    expect(await run("await source.close(); setTimeout(() => console.log('after'), 10);")).toEqual({ code: 0, output: "step 0\nafter\n" });
  });
});

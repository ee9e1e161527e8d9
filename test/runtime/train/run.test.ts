import { readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import type { Training } from "../../../src/runtime/experiment.js";
import { backendIdentities, loadBackend } from "../../../src/runtime/train/backend.js";
import { isStep, type MetricsLine, readMetrics } from "../../../src/runtime/train/metrics.js";
import { ownProtocols, prepare } from "../../../src/runtime/train/prepare.js";
import type { RunRecord } from "../../../src/runtime/train/record.js";
import { run } from "../../../src/runtime/train/run.js";
import { readSafetensors } from "../../../src/runtime/train/safetensors.js";
import { tiny } from "../experiment.js";
import { temporaryFolder } from "../temporary.js";

const quiet = { begins() {}, step() {}, evaluation() {}, judging() {} };

/** Trains in `folder`; stops after the step `until`. */
async function trainIn(
  folder: string,
  { training = tiny, until = Number.POSITIVE_INFINITY, resume = true }: { training?: Training; until?: number; resume?: boolean } = {},
) {
  const options = { seed: training.seed, data: null, beside: "." };
  const prepared = await prepare(training, ownProtocols(training), options, backendIdentities.cpu);
  const backend = await loadBackend("cpu");
  let steps = 0;
  const listener = { ...quiet, step: () => void steps++ };
  const record = await run(prepared, { folder, resume, backend, options, listener, stopped: () => steps >= until, workers: 0 });
  return { record, steps, alive: backend.alive() };
}

function timeless(lines: readonly MetricsLine[]): unknown {
  return lines.map(({ seconds: _, ...line }) => ("images_per_second" in line ? { ...line, images_per_second: 0 } : line));
}

function content(folder: string) {
  const { timing: _, ...record }: RunRecord = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  return {
    weights: readFileSync(join(folder, "weights.safetensors")),
    metrics: timeless(readMetrics(join(folder, "metrics.jsonl"))),
    record,
  };
}

describe("a run", () => {
  it("stopped and resumed ends as one that never stopped, bit for bit", async () => {
    const [whole, broken] = [temporaryFolder(), temporaryFolder()];
    expect((await trainIn(whole)).record).not.toBeNull();
    expect(await trainIn(broken, { until: 7 })).toMatchObject({ record: null, steps: 7 });
    // What a kill leaves: lines behind the checkpoint, the last one cut.
    writeFileSync(join(broken, "metrics.jsonl"), '{"step":8,"epoch":1.7,"lo', { flag: "a" });
    expect(await trainIn(broken, { until: 9 })).toMatchObject({ record: null, steps: 9 });
    expect(await trainIn(broken)).toMatchObject({ steps: 27 - 16 });
    expect(content(broken)).toEqual(content(whole));
  });

  it("says before the training that its data gives no pairs, not after it", async () => {
    if (tiny.evaluate === null) throw new Error("the tiny training evaluates");
    const { protocol } = tiny.evaluate;
    const many = { ...tiny.evaluate, protocol: { ...protocol, folds: 1_000_000 } };
    const folder = temporaryFolder();
    await expect(trainIn(folder, { training: { ...tiny, evaluate: many } })).rejects.toMatchObject({
      diagnostics: [expect.objectContaining({ code: "pairs-too-few" })],
    });
    expect(readMetrics(join(folder, "metrics.jsonl"))).toEqual([]);
  });

  it("leaves no tensor behind and writes what it promises", async () => {
    const folder = temporaryFolder();
    const before = (await loadBackend("cpu")).alive();
    const { record, alive } = await trainIn(folder);
    expect(alive).toBe(before);
    const lines = readMetrics(join(folder, "metrics.jsonl"));
    expect(lines.filter(isStep).map(({ step }) => step)).toEqual(Array.from({ length: 27 }, (_, i) => i + 1));
    expect(Object.keys(lines[0] ?? {})).toEqual(["step", "epoch", "loss", "rate", "gradient_norm", "seconds", "images_per_second"]);
    const evaluations = lines.filter((line) => !isStep(line));
    expect(evaluations).toHaveLength(6);
    // Keep best: the figure of the record is that of the best line, by the weights that were kept.
    const best = Math.max(...evaluations.map((line) => ("accuracy" in line ? line.accuracy : 0)));
    expect(record?.best?.accuracy).toBe(best);
    expect(record?.evaluations[0]?.trained.accuracy).toBe(best);
    const { tensors } = readSafetensors(join(folder, "weights.safetensors"));
    expect([...tensors.keys()].some((name) => name.startsWith("momentum/"))).toBe(false);
    expect(tensors.get("loss/W")?.shape).toEqual([6, 8]);
    expect(tensors.get("loss/k")?.data.some((value) => value !== 0)).toBe(true);
  });

  it("keeps the first of equally good evaluations", async () => {
    const folder = temporaryFolder();
    const frozen = { ...tiny, schedule: () => 0, epochs: 3 };
    const { record } = await trainIn(folder, { training: frozen });
    const lines = readMetrics(join(folder, "metrics.jsonl")).flatMap((line) => ("best" in line ? [line.best] : []));
    expect(lines[0]).toBe(true);
    expect(record?.best?.step).toBeLessThan(14);
  });

  it("stops at a value that is not finite, with step, tensor and line, and the state as it was", async () => {
    const folder = temporaryFolder();
    await trainIn(folder, { until: 3 });
    const before = readFileSync(join(folder, "checkpoint.safetensors"));
    const state = readSafetensors(join(folder, "checkpoint.safetensors"));
    const huge = { ...tiny, schedule: (t: { step: number }) => (t.step < 3 ? 0.1 : 1e38) };
    const other = temporaryFolder();
    const caught: unknown = await trainIn(other, { training: { ...huge, clip: null } }).catch((error: unknown) => error);
    expect(caught).toBeInstanceOf(FaceError);
    if (!(caught instanceof FaceError)) return;
    expect(caught.diagnostics[0]?.code).toBe("not-finite");
    expect(caught.diagnostics[0]?.place).toMatchObject({ file: "tiny.face" });
    expect(caught.diagnostics[0]?.wording.text).toMatch(/^At step [56], /);
    const saved = readSafetensors(join(other, "checkpoint.safetensors"));
    for (const { data } of saved.tensors.values()) expect(data.every(Number.isFinite)).toBe(true);
    expect([...saved.tensors.keys()].filter((name) => !name.startsWith("best/"))).toEqual(
      [...state.tensors.keys()].filter((name) => !name.startsWith("best/")),
    );
    expect(readFileSync(join(folder, "checkpoint.safetensors"))).toEqual(before);
  });

  it("refuses a checkpoint that is cut, or another run's, or whose metrics are gone", async () => {
    const folder = temporaryFolder();
    await trainIn(folder, { until: 5 });
    const code = (training: Training = tiny) =>
      trainIn(folder, { training }).then(
        () => null,
        (error: unknown) => (error instanceof FaceError ? error.diagnostics.map(({ code, place }) => [code, place]) : error),
      );
    const path = join(folder, "checkpoint.safetensors");
    expect(await code({ ...tiny, clip: 1 })).toEqual([["checkpoint-other", { path }]]);
    const metrics = readFileSync(join(folder, "metrics.jsonl"));
    truncateSync(join(folder, "metrics.jsonl"), metrics.length - 1);
    expect(await code()).toEqual([["checkpoint-broken", { path: join(folder, "metrics.jsonl") }]]);
    writeFileSync(join(folder, "metrics.jsonl"), metrics);
    truncateSync(path, readFileSync(path).length / 2);
    expect(await code()).toEqual([["checkpoint-broken", { path }]]);
  });
});

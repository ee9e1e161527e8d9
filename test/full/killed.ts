/** SIGKILL at random moments: whatever is left on disk, the resumed run ends with the bits of one that was never killed. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { stream } from "../../src/runtime/random.js";
import { type MetricsLine, readMetrics } from "../../src/runtime/train/metrics.js";
import type { RunRecord } from "../../src/runtime/train/record.js";
import { runProgram, start } from "../runtime/program.js";
import { temporaryFolder } from "../runtime/temporary.js";

function timeless(line: MetricsLine): unknown {
  const { seconds: _, ...rest } = line;
  return "images_per_second" in rest ? { ...rest, images_per_second: 0 } : rest;
}

/** Everything that a run leaves but its times. */
export function content(folder: string) {
  const { timing: _, ...record }: RunRecord = JSON.parse(readFileSync(join(folder, "run.json"), "utf8"));
  return {
    record,
    weights: readFileSync(join(folder, "weights.safetensors")),
    metrics: readMetrics(join(folder, "metrics.jsonl")).map(timeless),
  };
}

const sleep = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Trains the small experiment once unharmed and once killed again and again, and compares what both leave. */
export async function comesThroughKills(backend: string): Promise<void> {
  const [whole, killed] = [temporaryFolder(), temporaryFolder()];
  const reference = await runProgram("tiny", ["--backend", backend, "--out", whole], { DELAY: "1" });
  expect(reference, reference.err).toMatchObject({ code: 0 });
  const random = stream(20, `kill/${backend}`);
  let kills = 0;
  for (let tries = 0; tries < 40 && !existsSync(join(killed, "run.json")); tries++) {
    const { child, ended } = start("tiny", ["--backend", backend, "--out", killed, "--resume"], { DELAY: "15" });
    // Mostly while it trains, from the first step to the last; now and then while it starts.
    if (tries % 4 !== 3) await new Promise((resolve) => child.stderr?.once("data", resolve));
    await sleep(random.integer(700));
    child.kill("SIGKILL");
    if ((await ended).signal === "SIGKILL") kills++;
  }
  const last = await runProgram("tiny", ["--backend", backend, "--out", killed, "--resume"], { DELAY: "1" });
  expect(last, last.err).toMatchObject({ code: 0 });
  expect(kills).toBeGreaterThan(1);
  expect(content(killed)).toEqual(content(whole));
}

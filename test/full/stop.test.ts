/** Ctrl-C during a training. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkpointPath } from "../../src/runtime/train/checkpoint.js";
import { runProgram, start } from "../runtime/program.js";
import { temporaryFolder } from "../runtime/temporary.js";

const cpu = ["--backend", "cpu"];

describe("a training program", { timeout: 120_000 }, () => {
  it("stops at Ctrl-C after a checkpoint and goes on with --resume", async () => {
    const folder = temporaryFolder();
    const { child, ended } = start("tiny", [...cpu, "--out", folder], { DELAY: "40" });
    while (!existsSync(join(folder, "metrics.jsonl"))) await new Promise((resolve) => setTimeout(resolve, 20));
    await new Promise((resolve) => setTimeout(resolve, 200));
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped, stopped.err).toMatchObject({ code: 130, out: "" });
    expect(stopped.err).toContain("--resume");
    expect(existsSync(checkpointPath(folder))).toBe(true);
    expect(existsSync(join(folder, "run.json"))).toBe(false);
    const resumed = await runProgram("tiny", [...cpu, "--out", folder, "--resume"]);
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    expect(resumed.err).toMatch(/goes on at step \d+ of 27/);
    const finished = await runProgram("tiny", [...cpu, "--out", folder, "--resume"]);
    expect(finished).toMatchObject({ code: 0, out: resumed.out });
  });

  it("stops when the process that started it is gone, and the next one waits for the folder", async () => {
    const folder = temporaryFolder();
    const first = start("tiny", [...cpu, "--out", folder], { DELAY: "250" }, true);
    await new Promise((resolve) => first.child.stderr?.once("data", resolve));
    const second = start("tiny", [...cpu, "--out", folder, "--resume"]);
    await new Promise((resolve) => second.child.stderr?.once("data", resolve));
    const exit = new Promise((resolve) => first.child.once("exit", resolve));
    first.child.disconnect();
    expect(await exit).toBe(130);
    const resumed = await second.ended;
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    expect(resumed.err).toContain("waiting for process");
    expect(resumed.err).toMatch(/goes on at step \d+ of 27/);
  });
});

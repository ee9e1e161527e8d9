/** Training programs on the native library, each in a process of its own. */
import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { runProgram } from "../../runtime/program.js";
import { temporaryFolder } from "../../runtime/temporary.js";
import { content } from "../killed.js";
import { describeNative } from "./native.js";

/** Processes that keep every core busy, twice over. */
function load(): () => void {
  const busy = Array.from({ length: 2 * availableParallelism() }, () =>
    spawn(process.execPath, ["-e", "for (;;) Math.sqrt(Math.random())"], { stdio: "ignore" }),
  );
  return () => {
    for (const child of busy) child.kill("SIGKILL");
  };
}

async function tiny(...options: string[]) {
  return trained("node", options);
}

async function trained(backend: string, options: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const folder = temporaryFolder();
  const ended = await runProgram("tiny", ["--backend", backend, "--out", folder, ...options], env);
  expect(ended, ended.err).toMatchObject({ code: 0 });
  return { ...content(folder), err: ended.err };
}

describeNative("a training program on the native library", () => {
  it("ends with the same bits while other processes load the machine", async () => {
    const { err: _, ...quiet } = await tiny();
    const unload = load();
    try {
      const { err: __, ...loaded } = await tiny();
      expect(loaded).toEqual(quiet);
    } finally {
      unload();
    }
  });

  it("ends with the same bits and the same key with --eager", async () => {
    const [graph, eager] = [await tiny(), await tiny("--eager")];
    expect(eager.record).toEqual(graph.record);
    expect(eager.weights).toEqual(graph.weights);
    expect(eager.metrics).toEqual(graph.metrics);
  });

  it("takes the threads that it is given, and says so in run.json", async () => {
    const { record } = await tiny("--threads", "1");
    expect(record.backend.threads).toBe(1);
    expect(record.backend.name).toBe("node");
  });

  it("loads nothing of TensorFlow.js", async () => {
    // Coverage lists every module that a process has loaded.
    const loaded = async (backend: string): Promise<boolean> => {
      const folder = temporaryFolder();
      await trained(backend, [], { NODE_V8_COVERAGE: folder });
      const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
      expect(texts.length).toBeGreaterThan(0);
      return texts.some((text) => text.includes("/@tensorflow/"));
    };
    expect(await loaded("node")).toBe(false);
    expect(await loaded("cpu")).toBe(true);
  });

  it("says nothing of the library's own on standard error", async () => {
    const { err } = await tiny();
    expect(err.split("\n").filter((line) => /tensorflow|oneDNN|absl|cuda/i.test(line))).toEqual([]);
  });
});

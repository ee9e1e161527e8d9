/** A table whose runs fail or are stopped. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram, start } from "../runtime/program.js";
import { temporaryFolder } from "../runtime/temporary.js";

const args = (store: string, ...more: string[]) => ["--backend", "cpu", "--out", store, "--epochs", "2", ...more];
const env = { TABLE: "1" };

describe("a table program", { timeout: 240_000 }, () => {
  it("reports a run that fails and goes on with the others", async () => {
    const store = temporaryFolder();
    const { code, out, err } = await runProgram("tiny", args(store, "--only", ",,2", "--json"), { ...env, FAILS: "softmax" });
    expect(code, err).toBe(3);
    const { cells, failures } = JSON.parse(out);
    expect(failures).toMatchObject([{ row: "softmax", column: "small", seed: 2, code: "not-finite" }]);
    expect(cells.map((cell: { n: number }) => cell.n)).toEqual([0, 1]);
  });

  it("stops all runs at Ctrl-C and goes on from their checkpoints", async () => {
    const store = temporaryFolder();
    const { child, ended } = start("tiny", args(store, "--only", ",,1", "--jobs", "2"), { ...env, DELAY: "300" });
    const begun = () =>
      existsSync(store) && readdirSync(store).filter((name) => existsSync(join(store, name, "metrics.jsonl"))).length === 2;
    while (!begun()) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill("SIGINT");
    const stopped = await ended;
    expect(stopped, stopped.err).toMatchObject({ code: 130, out: "" });
    expect(stopped.err).toContain("the same command goes on");
    expect(readdirSync(store).filter((name) => existsSync(join(store, name, "checkpoint.safetensors")))).toHaveLength(2);
    const resumed = await runProgram("tiny", args(store, "--only", ",,1"), env);
    expect(resumed, resumed.err).toMatchObject({ code: 0 });
    expect(resumed.err.match(/goes on at step/g)).toHaveLength(2);
  });
});

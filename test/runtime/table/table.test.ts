import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runProgram } from "../program.js";
import { temporaryFolder } from "../temporary.js";

const args = (store: string, ...more: string[]) => ["--backend", "cpu", "--out", store, "--epochs", "2", ...more];
const env = { TABLE: "1" };

describe("a table program", { timeout: 300_000 }, () => {
  it("trains what is lacking, once, and answers from the store", async () => {
    const store = temporaryFolder();
    const planned = await runProgram("tiny", args(store, "--dry-run"), env);
    expect(planned, planned.err).toMatchObject({ code: 0 });
    expect(planned.out).toContain("0 of 4 runs are finished");
    expect(planned.out).toContain("To train: 36 steps, 288 images");
    expect(readdirSync(store)).toEqual([]);

    const one = await runProgram("tiny", args(store, "--only", ",,1", "--json"), env);
    expect(one, one.err).toMatchObject({ code: 0 });
    const result = JSON.parse(one.out);
    expect(result.rows).toEqual(["softmax", "scaled, twice"]);
    expect(result.cells.map((cell: { n: number }) => cell.n)).toEqual([1, 1]);
    expect(result.failures).toEqual([]);
    const published = readdirSync(store).filter((name) => /^[0-9a-f]{20}$/.test(name));
    expect(published).toHaveLength(2);
    expect(readdirSync(join(store, published[0] ?? "")).sort()).toEqual(["metrics.jsonl", "run.json", "weights.safetensors"]);

    const all = await runProgram("tiny", args(store), env);
    expect(all, all.err).toMatchObject({ code: 0 });
    expect(all.err.match(/: done/g)).toHaveLength(2);
    expect(all.out).toContain("raw pixels");
    // What a kill between run.json and the new name leaves.
    const last = join(store, published[0] ?? "");
    renameSync(last, `${last}.part`);
    const named = await runProgram("tiny", args(store), env);
    expect(named.out).toBe(all.out);
    expect(named.err).not.toMatch(/\d steps/);
    const page = readFileSync(join(store, "losses.html"), "utf8");
    const again = await runProgram("tiny", args(store), env);
    expect(again.out).toBe(all.out);
    expect(again.err.trim()).toBe(join(store, "losses.html"));
    expect(readFileSync(join(store, "losses.html"), "utf8")).toBe(page);

    const folder = join(store, published[0] ?? "");
    writeFileSync(join(folder, "run.json"), "{");
    const broken = await runProgram("tiny", args(store), env);
    expect(broken.code).toBe(3);
    expect(broken.err).toContain("store-broken");
  });

  it("tells how a run's process died, with its last words", async () => {
    const died = await runProgram("tiny", args(temporaryFolder(), "--only", "softmax,,1"), { ...env, DIES: "softmax" });
    expect(died.code).toBe(3);
    for (const said of ["ended by signal SIGKILL", "--jobs", "last words"]) expect(died.err).toContain(said);
  });

  it("shares a store with another table that fills it at the same time", async () => {
    const store = temporaryFolder();
    const both = await Promise.all([1, 2].map(() => runProgram("tiny", args(store, "--only", ",,1", "--jobs", "1"), env)));
    for (const { code, err } of both) expect(code, err).toBe(0);
    expect(both[1]?.out).toBe(both[0]?.out);
    // Each of the two runs was begun once.
    expect(
      both
        .map(({ err }) => err)
        .join("\n")
        .match(/: \d+ steps$/gm),
    ).toHaveLength(2);
    expect(readdirSync(store).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("refuses what the grid has not", async () => {
    expect(await runProgram("tiny", args(temporaryFolder(), "--only", "sofmax,,1"), env)).toMatchObject({ code: 2, out: "" });
  });
});

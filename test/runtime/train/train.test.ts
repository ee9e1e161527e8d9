import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { defaultOptions, parseOptions } from "../../../src/runtime/options.js";
import { runProgram } from "../program.js";
import { temporaryFolder } from "../temporary.js";

const cpu = ["--backend", "cpu"];

describe("a training program", () => {
  it("trains, says so, and begins anew without losing the earlier run", async () => {
    const folder = temporaryFolder();
    const first = await runProgram("tiny", [...cpu, "--out", folder, "--json"]);
    expect(first, first.err).toMatchObject({ code: 0 });
    const record = JSON.parse(first.out);
    expect(record).toEqual(JSON.parse(readFileSync(join(folder, "run.json"), "utf8")));
    expect(record).toMatchObject({ name: "tiny", steps: 27, spec: { file: "tiny.face", line: 20 }, program: { file: "tiny.ts" } });
    const again = await runProgram("tiny", [...cpu, "--out", folder, "--epochs", "1"]);
    expect(again.code).toBe(0);
    expect(again.out).toContain("raw pixels");
    expect(again.err).toContain("earlier-1");
    expect(readdirSync(join(folder, "earlier-1")).sort()).toEqual([
      "checkpoint.safetensors",
      "metrics.jsonl",
      "run.json",
      "weights.safetensors",
    ]);
  });

  it("ends with exit code 3 and the spec line at a value that is not finite", async () => {
    const { code, err } = await runProgram("tiny", [...cpu, "--out", temporaryFolder()], { RATE: "1e38" });
    expect(code).toBe(3);
    expect(err).toContain("not-finite");
    expect(err).toMatch(/tiny\.face:\d+/);
  });

  it("ends with exit code 2 at wrong use", async () => {
    const { code, out, err } = await runProgram("tiny", ["--bakend", "cpu"]);
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toContain("Did you mean --backend?");
  });
});

describe("options", () => {
  it("are read as the command line promises", () => {
    expect(parseOptions([], "specs")).toEqual(defaultOptions("specs"));
    const args =
      "--backend=wasm --seed 4 --epochs 2 --data d --out o --resume --eager --threads 2 --json --jobs 3 --only=,,1 --dry-run --beside s".split(
        " ",
      );
    expect(parseOptions(args, "x")).toEqual({
      backend: "wasm",
      seed: 4,
      epochs: 2,
      data: "d",
      out: "o",
      resume: true,
      eager: true,
      threads: 2,
      json: true,
      format: "json",
      jobs: 3,
      only: ",,1",
      dryRun: true,
      beside: "s",
      cell: null,
    });
    expect(parseOptions(["--json", "--format", "csv"], "x").format).toBe("csv");
  });
  it("are refused where they are wrong", () => {
    for (const args of [["--seed", "1.5"], ["--seed"], ["--epochs", "0"], ["--format", "pdf"], ["--backend", "wsam"], ["-x"]]) {
      expect(() => parseOptions(args, "x"), args.join(" ")).toThrow(FaceError);
    }
  });
});

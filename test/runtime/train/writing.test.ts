import { existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { askFor } from "../../../src/runtime/train/claim.js";
import { writeWhole } from "../../../src/runtime/train/files.js";
import { Metrics, readMetrics, type StepLine } from "../../../src/runtime/train/metrics.js";
import { exitOf, exits } from "../../../src/runtime/train/report.js";
import { runProgram } from "../program.js";
import { temporaryFolder } from "../temporary.js";

function refused(act: () => unknown): FaceError {
  try {
    act();
  } catch (error) {
    if (error instanceof FaceError) return error;
    throw error;
  }
  throw new Error("it was written");
}

const line: StepLine = { step: 1, epoch: 1, loss: 1, rate: 1, gradient_norm: 1, seconds: 1, images_per_second: 1 };

describe("a file that cannot be written", () => {
  it.skipIf(!existsSync("/dev/full"))("on a full disk leaves the one before whole, and nothing beside it", () => {
    const path = join(temporaryFolder(), "checkpoint.safetensors");
    writeWhole(path, "earlier");
    symlinkSync("/dev/full", `${path}.${process.pid}.part`);
    const error = refused(() => writeWhole(path, "later"));
    expect(error.diagnostics[0]).toMatchObject({ code: "cannot-write", place: { path } });
    expect(error.message).toContain("the disk is full");
    expect(exitOf(error)).toBe(exits.failed);
    expect(readFileSync(path, "utf8")).toBe("earlier");
    expect(readdirSync(join(path, ".."))).toEqual([basename(path)]);
    writeWhole(path, "later");
    expect(readFileSync(path, "utf8")).toBe("later");
  });

  it("where a file stands for the folder is told as such, by every writer", () => {
    const file = join(temporaryFolder(), "runs");
    writeFileSync(file, "");
    for (const act of [
      () => writeWhole(join(file, "run.json"), "{}"),
      () => new Metrics(join(file, "metrics.jsonl"), 0),
      () => askFor(join(file, "first")),
    ]) {
      expect(refused(act).message).toMatch(/a file stands where a folder is wanted|a part of the path is a file, not a folder/);
    }
  });

  it("ends a training with one clear message", async () => {
    const file = join(temporaryFolder(), "runs");
    writeFileSync(file, "");
    const { code, err } = await runProgram("tiny", ["--backend", "cpu", "--out", join(file, "first")]);
    expect(code).toBe(3);
    expect(err).toContain("cannot-write");
    expect(err).not.toContain("Internal error");
  });
});

describe("metrics", () => {
  it("cut off what was written behind the checkpoint, and go on there", () => {
    const path = join(temporaryFolder(), "metrics.jsonl");
    const first = new Metrics(path, 0);
    first.append(line);
    const bytes = first.flush();
    first.append({ ...line, step: 2 });
    first.close();
    writeFileSync(path, '{"step":3,"ep', { flag: "a" });
    const second = new Metrics(path, bytes);
    second.append({ ...line, step: 20 });
    second.close();
    expect(readMetrics(path)).toEqual([line, { ...line, step: 20 }]);
  });
});

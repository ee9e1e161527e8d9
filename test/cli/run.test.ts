import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../golden.js";
import { facec, folderWith, interrupted, tiny } from "./facec.js";

const timeout = 180_000;

describe("facec run", () => {
  test("trains, leaves the program it ran, and prints one JSON document", { timeout }, () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, out } = facec(["run", "a.face", "--backend", "cpu", "--epochs", "1", "--out", "out", "--json"], { cwd: folder });
    expect(code).toBe(0);
    expect(typeof JSON.parse(out)).toBe("object");
    expect(existsSync(join(folder, "out", "run.json"))).toBe(true);
    const programs = readdirSync(join(folder, "out", "programs")).sort();
    expect(programs).toEqual([expect.stringMatching(/^small-[0-9a-f]{12}\.mjs$/), expect.stringMatching(/^small-[0-9a-f]{12}\.ts$/)]);
    expect(readFileSync(join(folder, "out", "programs", programs[1] ?? ""), "utf8")).toContain('from "facec/runtime"');
  });

  test("stops by Ctrl-C with 130, after a checkpoint", { timeout }, async () => {
    const folder = folderWith({ "a.face": tiny.replace("epochs 2", "epochs 4000") });
    const stopped = await interrupted(["run", "a.face", "--backend", "cpu", "--out", "out"], folder, /step|4000|16000/);
    expect(stopped.code, stopped.err).toBe(130);
    expect(readdirSync(join(folder, "out")).some((name) => name.includes("checkpoint"))).toBe(true);
  });

  test("refuses a precision that the backend lacks, at the training's line, before anything is trained", { timeout }, () => {
    const folder = folderWith({ "a.face": tiny.replace("epochs 2", "epochs 2; precision bfloat16") });
    for (const command of ["run", "table"]) {
      const { code, err } = facec([command, "a.face", "--backend", "wasm", "--out", "out"], { cwd: folder });
      expect(code).toBe(2);
      expect(err).toContain("error[precision-unavailable]");
      expect(err).toContain(`a.face:${tiny.split("\n").indexOf("train small {") + 1}`);
      expect(readdirSync(join(folder, "out"))).toEqual(["programs"]);
    }
  });

  test("says which names there are", () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, err } = facec(["run", "a.face", "smal"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain("Did you mean small?");
  });

  test("reports a missing data folder at its line, with exit code 1", { timeout }, () => {
    const folder = folderWith({ "a.face": tiny.replace("synthetic(identities = 12, images = 4, seed = 7)", 'folder("nowhere")') });
    const { code, err } = facec(["run", "a.face"], { cwd: folder, env: { FACEC_DATA: "" } });
    expect(code).toBe(1);
    expect(err).toContain("a.face:3");
  });
});

describe("facec table", () => {
  test("fills the grid, and answers at once when asked again", { timeout }, () => {
    const folder = folderWith({ "a.face": tiny });
    const args = ["table", "a.face", "losses", "--backend", "cpu"];
    const first = facec(args, { cwd: folder });
    expect(first.code, first.err).toBe(0);
    expect(first.out).toContain("CosFace");
    expect(first.err).toContain("steps");
    const again = facec(args, { cwd: folder });
    expect(again).toMatchObject({ code: 0, out: first.out });
    expect(again.err).not.toContain("steps");
    const { out } = facec([...args, "--json"], { cwd: folder });
    expect(JSON.parse(out)).toMatchObject({ rows: ["softmax", "CosFace"], cells: expect.any(Array), failures: [] });
  });

  test("says with --dry-run what it would train, and trains nothing", { timeout }, () => {
    const folder = folderWith({ "a.face": tiny });
    const { code, out } = facec(["table", "a.face", "--dry-run"], { cwd: folder });
    expect(code).toBe(0);
    expect(out).toContain("CosFace");
  });
});

describe("a program by itself", () => {
  test("runs with tsx, without the command", { timeout }, () => {
    const folder = join(projectRoot, ".facec", `program-${process.pid}`);
    mkdirSync(folder, { recursive: true });
    try {
      const spec = folderWith({ "a.face": tiny });
      expect(facec(["build", "a.face", "-o", folder], { cwd: spec }).code).toBe(0);
      const tsx = join(projectRoot, "node_modules", "tsx", "dist", "cli.mjs");
      const args = [tsx, join(folder, "small.ts"), "--backend", "cpu", "--epochs", "1", "--out", join(folder, "out")];
      const { status, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
      expect(status, stderr).toBe(0);
      expect(existsSync(join(folder, "out", "run.json"))).toBe(true);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { facec, folderWith, tiny } from "./facec.js";

const wrong = "loss a = cross_entropy(dot(x, W) + bias)\n";

describe("facec check", () => {
  test("says that a sound spec is sound", () => {
    const folder = folderWith({ "a.face": tiny });
    expect(facec(["check", "a.face"], { cwd: folder })).toEqual({ code: 0, out: "a.face: no mistakes\n", err: "" });
    expect(facec(["check", "a.face", "--json"], { cwd: folder })).toEqual({ code: 0, out: "[]\n", err: "" });
  });

  test("frames a mistake on standard error and exits 1", () => {
    const folder = folderWith({ "a.face": wrong });
    const { code, out, err } = facec(["check", "a.face"], { cwd: folder });
    expect(code).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(/^error\[unknown-name\]/);
    expect(err).toContain("a.face:1:");
  });

  test("prints diagnostics as one JSON array, with the fields it promises", () => {
    const folder = folderWith({ "a.face": wrong });
    const { code, out, err } = facec(["check", "a.face", "--json"], { cwd: folder });
    const found: unknown = JSON.parse(out);
    expect(code).toBe(1);
    expect(err).toBe("");
    expect(found).toEqual([
      {
        file: "a.face",
        range: { start: { line: 1, column: 36 }, end: { line: 1, column: 40 } },
        severity: "error",
        code: "unknown-name",
        message: expect.any(String),
        hint: null,
        related: [],
      },
    ]);
  });

  test("takes several files and the names of standard modules", () => {
    const folder = folderWith({ "a.face": wrong, "b.face": tiny });
    const { code, err } = facec(["check", "b.face", "std.losses", "a.face"], { cwd: folder });
    expect(code).toBe(1);
    expect(err.match(/^error/gm)).toHaveLength(1);
  });

  test("names the nearest file where there is none, and exits 2", () => {
    const folder = folderWith({ "quick.face": tiny });
    const { code, err } = facec(["check", "quik.face"], { cwd: folder });
    expect(code).toBe(2);
    expect(err).toContain("Did you mean quick.face?");
  });

  test("loads neither ts-morph nor TensorFlow.js nor an image library", () => {
    const folder = folderWith({
      "a.face": tiny,
      "log.mjs": `import { register } from "node:module"; register("./hooks.mjs", import.meta.url);`,
      "hooks.mjs": `import { appendFileSync } from "node:fs";
        export async function load(url, context, next) { appendFileSync(new URL("./loaded.txt", import.meta.url), url + "\\n"); return next(url, context); }`,
    });
    expect(facec(["check", "a.face"], { cwd: folder, node: ["--import", "./log.mjs"] }).code).toBe(0);
    const loaded = readFileSync(join(folder, "loaded.txt"), "utf8").trim().split("\n");
    expect(loaded.some((url) => url.endsWith("dist/facec.js"))).toBe(true);
    expect(loaded.filter((url) => /node_modules/.test(url))).toEqual([]);
  });

  test("takes a long spec with ResNet-50", () => {
    const losses = Array.from(
      { length: 150 },
      (_, i) => `loss l${i}(s = 16, m = 0.${i + 1}) = cross_entropy(s * (if target then c - m else c)) where c = cosine(x, W)`,
    );
    const text = [
      ...losses,
      tiny.replace("use std.losses", "use std.backbones { ResNet50 }\nuse std.losses").replace("backbone Flat\n", "backbone ResNet50\n"),
    ];
    expect(facec(["check", "a.face"], { cwd: folderWith({ "a.face": text.join("\n") }) }).code).toBe(0);
  });
});

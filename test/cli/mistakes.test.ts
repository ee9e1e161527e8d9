import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "../../src/cli/build.js";
import { explain } from "../../src/cli/explain.js";
import { explainBackbone, readSize } from "../../src/cli/explain-backbone.js";
import { choose, load, readSettings } from "../../src/cli/spec.js";
import { readValues } from "../../src/cli/values.js";
import { compile } from "../../src/compiler/compile.js";
import { memoryHost } from "../../src/compiler/host.js";
import { diagnostic, FaceError } from "../../src/diagnostics/diagnostic.js";
import { goldenErrors } from "../golden.js";
import { folderWith, tiny } from "./facec.js";

/** Names in messages are as the user gives them, so the user stands in the folder. */
function inFolder<T>(folder: string, act: () => T): T {
  const before = process.cwd();
  process.chdir(folder);
  try {
    return act();
  } finally {
    process.chdir(before);
  }
}

const two = [{ name: "small" }, { name: "large" }];

goldenErrors("command", {
  cases: {
    "file-missing": () => load("specs/quikstart.face"),
    "name-missing": () => choose("train", "two.face", two, "smal"),
    "name-wanted": () => choose("train", "two.face", two, undefined),
    "name-wanted-none": () => choose("table", "two.face", [], undefined),
    "set-wrong": () => readSettings(["m=0.3", "s"]),
    "size-wrong": () => readSize("112x112"),
    "phase-unknown": () => build("specs/quickstart.face", { print: "imrpove", out: ".", set: [] }),
    "code-unknown": () => explain("not-finit", undefined, { set: [] }),
    "no-spec-folder": () => load("specs"),
    "no-spec-picture": () => {
      const folder = folderWith({ "face.png": "\u0089PNG\r\n\u001a\n\u0000\u0000" });
      return inFolder(folder, () => load("face.png"));
    },
    "standard-module-missing": () => load("std.loses"),
    "command-wrong": () => [diagnostic("command-wrong", null, { said: "unknown option '--jsn'", close: "--json" })],
    "path-refused": () => [diagnostic("path-refused", null, { path: "out/run", why: "ENOTDIR" })],
    "explain-a-block": () => explain("specs/quickstart.face", "Basic", { set: [] }),
    "explain-a-weighting": () => explain("std.weightings", "half_cosine", { set: [] }),
    "explain-a-dataset": () => explain("specs/quickstart.face", "faces", { set: [] }),
    "explain-without-name": () => explain("specs/quickstart.face", undefined, { set: [] }),
    "input-misfit": () => {
      const { value } = compile(memoryHost({ "test.face": tiny }), "test.face");
      const [backbone] = value.improved?.backbones ?? [];
      return value.improved && backbone && explainBackbone(value.improved, backbone, [1, 1, 1], false);
    },
    "values-wrong": () => {
      const folder = mkdtempSync(join(tmpdir(), "facec-"));
      const file = join(folder, "values.json");
      try {
        writeFileSync(file, '{"x": [[1, 2], [3, 4]], "y": [0]}');
        return readValues(file);
      } catch (error) {
        if (!(error instanceof FaceError)) throw error;
        return error.diagnostics.map((found) => ({
          ...found,
          wording: { ...found.wording, text: found.wording.text.replace(file, "values.json") },
        }));
      } finally {
        rmSync(folder, { recursive: true });
      }
    },
  },
});

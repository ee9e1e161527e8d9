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
import { FaceError } from "../../src/diagnostics/diagnostic.js";
import { goldenErrors } from "../golden.js";
import { tiny } from "./facec.js";

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

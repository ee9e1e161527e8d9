import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseFile } from "../../src/compiler/syntax/build.js";
import { goldenErrors, projectRoot } from "../golden.js";

goldenErrors("syntax", {
  check: (path) => parseFile({ name: path, text: readFileSync(join(projectRoot, path), "utf8") }).diagnostics,
});

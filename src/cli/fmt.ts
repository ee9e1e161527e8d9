/** `facec fmt FILE... [--check]` */
import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from "node:fs";
import { formatFile } from "../compiler/format/format.js";
import { parseFile } from "../compiler/syntax/build.js";
import { isError } from "../diagnostics/diagnostic.js";
import { exits, print, report } from "./output.js";
import { requireText } from "./spec.js";

export async function fmt(files: readonly string[], options: { readonly check?: boolean }): Promise<number> {
  const codes = files.map((file) => formatOne(file, options.check === true));
  return Math.max(...codes);
}

function formatOne(file: string, checkOnly: boolean): number {
  const text = read(file);
  const { value, diagnostics } = parseFile({ name: file, text });
  // A file that cannot be read in full is left as it is: nothing of it may get lost.
  if (diagnostics.some(isError)) {
    report(diagnostics);
    return exits.wrong;
  }
  const formatted = formatFile(value);
  if (formatted === text) return exits.done;
  if (checkOnly) {
    print(`${file}: not in the canonical layout (facec fmt ${file})`);
    return exits.wrong;
  }
  // A link stays one, and who may read the file stays as it is.
  const target = realpathSync(file);
  const beside = `${target}.${process.pid}.tmp`;
  writeFileSync(beside, formatted, { mode: statSync(target).mode });
  renameSync(beside, target);
  print(`${file}: formatted`);
  return exits.done;
}

function read(file: string): string {
  requireText(file);
  return readFileSync(file, "utf8");
}

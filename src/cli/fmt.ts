/** `facec fmt FILE... [--check]` */
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { formatFile } from "../compiler/format/format.js";
import { parseFile } from "../compiler/syntax/build.js";
import { fail, isError } from "../diagnostics/diagnostic.js";
import { exits, print, report } from "./output.js";

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
  const beside = `${file}.${process.pid}.tmp`;
  writeFileSync(beside, formatted);
  renameSync(beside, file);
  print(`${file}: formatted`);
  return exits.done;
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return fail("file-missing", null, { path: file, close: null });
  }
}

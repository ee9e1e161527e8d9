/** `facec check FILE...` */
import { type Diagnostic, FaceError, isError } from "../diagnostics/diagnostic.js";
import { toJson } from "../diagnostics/json.js";
import { exitOf, exits, print, printJson, report } from "./output.js";
import { load } from "./spec.js";

export async function check(files: readonly string[], options: { readonly json?: boolean }): Promise<number> {
  const found: Diagnostic[] = [];
  let missing = false;
  for (const file of files) {
    try {
      found.push(...load(file, { until: "plan" }).diagnostics);
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
      missing = true;
      found.push(...error.diagnostics);
    }
  }
  const distinct = unique(found);
  if (options.json) printJson(distinct.map(toJson));
  else {
    report(distinct);
    if (!distinct.some(isError)) print(`${files.join(", ")}: no mistakes`);
  }
  return missing ? exits.usage : exitOf(distinct);
}

/** Two files that use a third one both report what is wrong in it. */
function unique(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const byText = new Map(found.map((each) => [JSON.stringify(toJson(each)), each]));
  return [...byText.values()];
}

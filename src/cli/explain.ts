/** `facec explain FILE NAME`, `facec explain CODE` */
import { catalogue } from "../diagnostics/catalogue/index.js";
import { fail } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggest.js";
import { explainBackbone, readSize } from "./explain-backbone.js";
import { explainLoss, explainSchedule, explainWeighting } from "./explain-formula.js";
import { findTitled } from "./find.js";
import { exits, print, printJson } from "./output.js";
import { loadPlan, readSettings } from "./spec.js";

interface ExplainOptions {
  readonly input?: string;
  readonly set: readonly string[];
  readonly json?: boolean;
}

export async function explain(file: string, name: string | undefined, options: ExplainOptions): Promise<number> {
  const json = options.json === true;
  if (name === undefined) return explainCode(file, json);
  const input = options.input === undefined ? undefined : readSize(options.input);
  const { plan, compiled } = loadPlan(file, { set: readSettings(options.set), target: name, ...(input === undefined ? {} : { input }) });
  const backbone = findTitled(plan.backbones, name);
  if (backbone !== undefined) return explainBackbone(plan, backbone, input, json);
  const loss = findTitled(plan.losses, name);
  if (loss !== undefined) return explainLoss(loss, compiled.plan?.losses.find((each) => each.name === loss.name) ?? loss, json);
  const schedule = findTitled(plan.schedules, name);
  if (schedule !== undefined) return explainSchedule(schedule, json);
  const weighting = compiled.typed?.formulas.find((each) => each.kind === "weighting" && each.name === name);
  if (weighting?.result != null) return explainWeighting(file, name, weighting.result, json);
  const known = [...plan.backbones, ...plan.losses, ...plan.schedules].map((each) => each.title);
  return fail("name-missing", null, { kind: "backbone, loss or schedule", name, file, known, close: nearest(name, known) });
}

function explainCode(code: string, json: boolean): number {
  const entries = Object.entries(catalogue);
  const found = entries.find(([each]) => each === code);
  if (found === undefined)
    return fail("code-unknown", null, {
      code,
      close: nearest(
        code,
        entries.map(([each]) => each),
      ),
    });
  const [, { severity, help }] = found;
  if (json) printJson({ code, severity, help });
  else print(`${severity}[${code}]\n\n${help}`);
  return exits.done;
}

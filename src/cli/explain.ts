/** `facec explain FILE NAME`, `facec explain CODE` */
import { existsSync } from "node:fs";
import type { Compiled } from "../compiler/compile.js";
import { standardModules } from "../compiler/host.js";
import type { Plan } from "../compiler/plan/plan.js";
import { catalogue } from "../diagnostics/catalogue/index.js";
import { fail } from "../diagnostics/diagnostic.js";
import { kindNames } from "../diagnostics/kind-names.js";
import { nearest } from "../diagnostics/suggest.js";
import { explainBackbone, readSize } from "./explain-backbone.js";
import { explainLoss, explainSchedule, explainWeighting } from "./explain-formula.js";
import { explainTrain } from "./explain-train.js";
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
  const train = plan.trains.find((each) => each.name === name);
  if (train !== undefined) return explainTrain(plan, train, json);
  refuseOthers(compiled, plan, name);
  const known = shown(plan);
  return fail("name-missing", null, { kind, name, file, known, close: nearest(name, known) });
}

const kind = "backbone, loss, weighting, schedule or train";

/** What can be explained, by name. Weightings are shown too, but the plan keeps them within losses. */
function shown(plan: Plan): readonly string[] {
  return [...[...plan.backbones, ...plan.losses, ...plan.schedules].map(({ title }) => title), ...plan.trains.map(({ name }) => name)];
}

/** What the file declares, but has no layers or formula of its own to show. */
function refuseOthers(compiled: Compiled, plan: Plan, name: string): void {
  const declaration = compiled.bound?.main.file.declarations.find((each) => each.kind !== "use" && each.name.text === name);
  if (declaration === undefined || declaration.kind === "use") return;
  const mends: Partial<Record<typeof declaration.kind, string>> = {
    block: `Explain a backbone that has it: ${plan.backbones.map((each) => each.title).join(", ")}.`,
    weighting: "It has a parameter without a default: multiply it to a loss, and explain that.",
    dataset: `\`facec data FILE ${name}\` reports on it.`,
    table: "`facec table --dry-run` shows its runs; explain one of its losses or backbones.",
  };
  fail("explain-other", null, { name, is: kindNames[declaration.kind], mend: mends[declaration.kind] ?? "Look at what uses it." });
}

function explainCode(code: string, json: boolean): number {
  if ((standardModules as readonly string[]).includes(code) || existsSync(code)) {
    const { plan } = loadPlan(code);
    fail("name-wanted", null, { kind, file: code, known: shown(plan) });
  }
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

/** From a checked spec to the experiment as plain data. */
import { Collector } from "../../diagnostics/collector.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import type * as Ast from "../syntax/ast.js";
import type { Checking } from "../types/body.js";
import type { Typed } from "../types/check.js";
import { planDataset } from "./dataset.js";
import { planLoss, planSchedule } from "./formulas.js";
import { planDeclaredBackbone } from "./network.js";
import type { Plan } from "./plan.js";
import { type Catalogues, type Planning, Registry } from "./planning.js";
import { planTable } from "./table.js";
import { planTrain } from "./train.js";

/** Where a backbone that no training uses is measured: the crop of most papers. */
export const defaultInput = [112, 112, 3] as const;

/** The plan of the file asked for; parts with mistakes are left out of it. */
export function buildPlan(typed: Typed, catalogues: Catalogues, input: readonly [number, number, number] = defaultInput): Outcome<Plan> {
  const collector = new Collector();
  const checking: Checking = { ...typed.checking, collector };
  const planning: Planning = {
    checking,
    collector,
    catalogues,
    locate: typed.checking.locate,
    input,
    datasets: new Registry(),
    blocks: new Registry(),
    backbones: new Registry(),
    losses: new Registry(),
    schedules: new Registry(),
    trains: new Map(),
  };
  const { declarations, source } = typed.checking.bound.main.file;
  const each = <K extends Ast.Declaration["kind"]>(kind: K): readonly Extract<Ast.Declaration, { kind: K }>[] =>
    declarations.filter((declaration): declaration is Extract<Ast.Declaration, { kind: K }> => declaration.kind === kind);
  for (const dataset of each("dataset")) planDataset(planning, dataset);
  for (const train of each("train")) planTrain(planning, train);
  const tables = each("table").flatMap((table) => planTable(planning, table) ?? []);
  // What is declared or brought in but not used is planned too, so that `explain` and `probe` can show it.
  for (const backbone of each("backbone")) planDeclaredBackbone(planning, backbone);
  for (const declaration of declarations) if (isFormula(declaration)) planFormula(planning, declaration.name, declaration);
  for (const name of each("use").flatMap((use) => use.names)) {
    const meaning = typed.checking.bound.meanings.get(name);
    if (meaning?.kind !== "declaration") continue;
    const brought = meaning.definition.declaration;
    if (isFormula(brought)) planFormula(planning, name, brought);
  }
  const plan: Plan = {
    file: typed.checking.locate({ source, start: 0, end: 0 }).file,
    datasets: planning.datasets.all,
    blocks: planning.blocks.all,
    backbones: planning.backbones.all,
    losses: planning.losses.all,
    schedules: planning.schedules.all,
    // Also those of other files that tables start from.
    trains: [...planning.trains.values()].flatMap((train) => train?.plan ?? []),
    tables,
  };
  return { value: plan, diagnostics: collector.diagnostics };
}

/** What can stand alone: a weighting needs a loss to multiply. */
function isFormula(declaration: Ast.Declaration): declaration is Ast.FormulaDeclaration {
  return declaration.kind === "loss" || declaration.kind === "schedule";
}

/** A loss or schedule under the name that the file has for it, with its defaults. */
function planFormula(planning: Planning, name: Ast.Name, declaration: Ast.FormulaDeclaration): void {
  const { set } = planning.checking;
  if (!declaration.parameters.every((each) => each.default !== null || set.has(each))) return;
  const reference: Ast.Reference = { kind: "reference", name, span: name.span };
  if (declaration.kind === "loss") planLoss(planning, reference, `\`${name.text}\``);
  else planSchedule(planning, reference, `\`${name.text}\``);
}

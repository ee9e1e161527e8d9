/**
 * From the improved plan to programs: one for each training and each table, each with only what it needs. The same plan
 * gives the same bytes on every machine.
 */
import { type FunctionDeclarationStructure, type ImportDeclarationStructure, printStructure, StructureKind } from "ts-morph";
import type { LayerPlan, Plan, TablePlan, TrainPlan } from "../plan/plan.js";
import { Context } from "./context.js";
import { datasetStatement, settingsStatement, tableCall, trainingStatement } from "./experiment.js";
import { lineWidth, render } from "./layout.js";
import { lossStatement, scheduleFunction } from "./loss.js";
import { backboneStatement, blockFunction } from "./network.js";
import { commentText } from "./text.js";

export interface GeneratedFile {
  readonly path: string;
  readonly text: string;
}

/** The programs of a plan: `<train>.ts` and `<table>.ts`, in the order of the spec. */
export function emit(plan: Plan): readonly GeneratedFile[] {
  const trains = plan.trains.map((train) => ({ path: `${train.name}.ts`, text: trainProgram(plan, train) }));
  const tables = plan.tables.map((table) => ({ path: `${table.name}.ts`, text: tableProgram(plan, table) }));
  return [...trains, ...tables];
}

/** A program that exports one loss as `theLoss`, for `facec probe`. */
export function emitLoss(plan: Plan, loss: string): string {
  const found = plan.losses.find((each) => each.name === loss || each.title === loss);
  if (found === undefined) throw new Error(`The plan has no loss ${loss}.`);
  return settle(plan, (context) => ({
    header: header(plan, `Loss ${found.title}`, null),
    settings: [],
    body: [lossStatement(context, found), `export const theLoss = ${context.nameOf("Loss", found.name)};`],
  }));
}

function trainProgram(plan: Plan, train: TrainPlan): string {
  const needs = needsOf(plan, train, null);
  return settle(plan, (context) => {
    const body = experiment(context, needs, train);
    const call = `await ${context.use("train")}(${context.nameOf("Training", train.name)}, ${context.use("commandLine")}());`;
    return {
      header: header(plan, `Training ${train.name}`, `${train.name}.ts`),
      settings: [settingsStatement(context, train)],
      body: [...body, call],
    };
  });
}

function tableProgram(plan: Plan, table: TablePlan): string {
  const train = plan.trains.find((each) => each.name === table.from);
  if (train === undefined) throw new Error(`The plan has no training ${table.from}.`);
  const needs = needsOf(plan, train, table);
  return settle(plan, (context) => {
    const body = experiment(context, needs, train);
    const call = render(tableCall(context, table, train));
    const title = table.title === "" ? `Table ${table.name}` : `Table ${table.name}: ${table.title}`;
    return { header: header(plan, title, `${table.name}.ts`), settings: [settingsStatement(context, train)], body: [...body, call] };
  });
}

// ---------------------------------------------------------------- what a program needs

interface Needs {
  readonly datasets: ReadonlySet<string>;
  readonly backbones: ReadonlySet<string>;
  readonly blocks: ReadonlySet<string>;
  readonly losses: ReadonlySet<string>;
  readonly schedules: ReadonlySet<string>;
}

function needsOf(plan: Plan, train: TrainPlan, table: TablePlan | null): Needs {
  const axes = table === null ? [] : [table.rows, ...(table.columns === null ? [] : [table.columns])];
  const chosen = (what: string): string[] => axes.flatMap((axis) => (axis.what === what ? axis.entries.map((each) => each.value) : []));
  const products = table?.products.map((each) => each.loss) ?? [];
  const parts = [
    train.data,
    ...(train.evaluate === null ? [] : [train.evaluate.protocol.data]),
    ...(table?.cells.map((cell) => cell.protocol.data) ?? []),
  ];
  const backbones = new Set([train.backbone, ...chosen("backbone")]);
  return {
    datasets: new Set(parts.map((part) => part.dataset)),
    backbones,
    blocks: blocksOf(plan, backbones),
    losses: new Set([train.loss, ...(products.length > 0 ? products : chosen("loss"))]),
    schedules: new Set([train.schedule, ...chosen("schedule")]),
  };
}

function blocksOf(plan: Plan, backbones: ReadonlySet<string>): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (body: readonly LayerPlan[]): void => {
    for (const layer of body) {
      for (const inner of layer.bodies) visit(inner);
      if (!layer.block || found.has(layer.kind)) continue;
      found.add(layer.kind);
      visit(plan.blocks.find((each) => each.name === layer.kind)?.body ?? []);
    }
  };
  for (const each of plan.backbones) if (backbones.has(each.name)) visit(each.body);
  return found;
}

function experiment(context: Context, needs: Needs, train: TrainPlan): string[] {
  const { datasets, blocks, backbones, losses, schedules } = context.plan;
  return [
    ...datasets.filter((each) => needs.datasets.has(each.name)).map((each) => datasetStatement(context, each)),
    ...blocks.filter((each) => needs.blocks.has(each.name)).map((each) => printFunction(blockFunction(context, each))),
    ...backbones.filter((each) => needs.backbones.has(each.name)).map((each) => backboneStatement(context, each)),
    ...losses.filter((each) => needs.losses.has(each.name)).map((each) => lossStatement(context, each)),
    ...schedules
      .filter((each) => needs.schedules.has(each.name))
      .map((each) => {
        const { above, made } = scheduleFunction(context, each);
        return `${above}\n${printFunction(made)}`;
      }),
    trainingStatement(context, train),
  ];
}

// ---------------------------------------------------------------- the text

interface Parts {
  readonly header: string;
  readonly settings: readonly string[];
  readonly body: readonly string[];
}

/** Writes the program twice: what it imports is known after the first time, and no name of its own may hide that. */
function settle(plan: Plan, write: (context: Context) => Parts): string {
  const first = new Context(plan, new Set());
  write(first);
  first.origins.statements(first.use);
  const context = new Context(plan, new Set([...first.imports, ...first.types]));
  const { header, settings, body } = write(context);
  const origins = context.origins.statements(context.use).join("\n");
  return `${[header, imports(context), origins, ...settings, ...context.parameterStatements(), ...body].join("\n\n")}\n`;
}

function header(plan: Plan, title: string, path: string | null): string {
  const run = path === null ? [] : [" *", ` *   npx tsx ${commentText(path)} --backend wasm`];
  const lines = [` * ${commentText(title)}.`, ` * Written by facec from ${commentText(plan.file)}: \`at(12)\` is line 12 of it.`, ...run];
  return ["/**", ...lines, " */"].join("\n");
}

function imports(context: Context): string {
  const names = [
    ...context.imports.map((name) => ({ name, text: name })),
    ...context.types.map((name) => ({ name, text: `type ${name}` })),
  ];
  const texts = names.sort((a, b) => order(a.name, b.name)).map((each) => each.text);
  const fits = `import { ${texts.join(", ")} } from "facec/runtime";`.length <= lineWidth;
  const structure: ImportDeclarationStructure = {
    kind: StructureKind.ImportDeclaration,
    moduleSpecifier: "facec/runtime",
    namedImports: fits ? texts : (writer) => writer.write(`\n${texts.map((text) => `${text},`).join("\n")}\n`),
  };
  return printed(printStructure(structure, { indentNumberOfSpaces: 2 }));
}

/** By letters, whatever their case; the same on every machine. */
function order(a: string, b: string): number {
  const [first, second] = [a.toLowerCase(), b.toLowerCase()];
  return first === second ? (a < b ? -1 : 1) : first < second ? -1 : 1;
}

function printFunction(structure: FunctionDeclarationStructure): string {
  return printed(printStructure(structure, { indentNumberOfSpaces: 2 }));
}

function printed(text: string): string {
  return text.trimEnd();
}

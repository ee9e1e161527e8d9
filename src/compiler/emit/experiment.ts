/** Data sets, trainings and tables: the statements of a program that say what is done with networks and losses. */
import type { Augmentation, OptimizerChoice } from "../../runtime/experiment.js";
import { optimizers } from "../../runtime/optimizers/index.js";
import type { AxisPlan, DataPartPlan, DatasetPlan, ProtocolPlan, TablePlan, TrainPlan } from "../plan/plan.js";
import { type Context, comment, constant, property } from "./context.js";
import { type Doc, list, object } from "./layout.js";
import { scaleFunction } from "./loss.js";
import { argumentText, shapeText } from "./network.js";
import { numberLiteral, stringLiteral } from "./text.js";

export function datasetStatement(context: Context, dataset: DatasetPlan): string {
  const name = context.nameOf("Data", dataset.name);
  const images = object([
    property("image", list(dataset.image.map(numberLiteral))),
    ...(dataset.resized ? [property("resized", "true")] : []),
    property("scale", scaleFunction(context, dataset.scale)),
    ...(dataset.augment.length === 0 ? [] : [property("augment", list(dataset.augment.map((each) => augmentation(context, each))))]),
    ...(dataset.split === null ? [] : [property("split", splitDoc(dataset.split))]),
    property("at", context.at(dataset.at)),
  ]);
  const made: Doc = [`${context.use(dataset.source.kind)}(${stringLiteral(dataset.name)}, `, sourceDoc(dataset.source), ", ", images, ")"];
  return [...comment(`Images of ${shapeText(dataset.image)}: height x width x channels.`), constant(name, made)].join("\n");
}

function sourceDoc(source: DatasetPlan["source"]): Doc {
  if (source.kind === "folder") return stringLiteral(source.path);
  return object([
    property("identities", numberLiteral(source.identities)),
    property("images", numberLiteral(source.images)),
    ...(source.labelNoise === 0 ? [] : [property("labelNoise", numberLiteral(source.labelNoise))]),
    ...(source.seed === 0 ? [] : [property("seed", numberLiteral(source.seed))]),
  ]);
}

function augmentation(context: Context, step: Augmentation): Doc {
  const args = Object.entries(step.args);
  return [`${context.use(step.kind)}(`, args.length === 0 ? "" : argumentsDoc(args), ")"];
}

function argumentsDoc(args: readonly (readonly [string, Parameters<typeof argumentText>[0]])[]): Doc {
  return object(args.map(([name, value]) => property(name, argumentText(value))));
}

function splitDoc(split: NonNullable<DatasetPlan["split"]>): Doc {
  const parts = Object.entries(split.parts).map(([name, count]) => property(name, numberLiteral(count)));
  return object([property("parts", object(parts)), property("seed", split.seed === "run" ? '"run"' : numberLiteral(split.seed))]);
}

function partDoc(context: Context, data: DataPartPlan): string {
  const dataset = context.nameOf("Data", data.dataset);
  return `${context.use("part")}(${dataset}${data.part === null ? "" : `, ${stringLiteral(data.part)}`})`;
}

function protocolDoc(context: Context, protocol: ProtocolPlan): Doc {
  const settings = [
    ...(protocol.folds === 10 ? [] : [property("folds", numberLiteral(protocol.folds))]),
    ...(protocol.seed === 0 ? [] : [property("seed", numberLiteral(protocol.seed))]),
  ];
  const data = partDoc(context, protocol.data);
  return [`${context.use(protocol.kind)}(${data}`, ...(settings.length === 0 ? [] : [", ", object(settings)]), ")"];
}

// ---------------------------------------------------------------- training

/** All that one changes between runs, in one place; spread into `training`. */
export function settingsStatement(context: Context, train: TrainPlan): string {
  const settings = object(
    [
      property("batch", numberLiteral(train.batch)),
      property("epochs", numberLiteral(train.epochs)),
      property("seed", numberLiteral(train.seed)),
      ...(train.clip === null ? [] : [property("clip", numberLiteral(train.clip))]),
      ...(train.precision === "float32" ? [] : [property("precision", `${stringLiteral(train.precision)} as const`)]),
      property("optimizer", optimizerDoc(context, train.optimizer)),
    ],
    true,
  );
  return constant("settings", settings);
}

function optimizerDoc(context: Context, choice: OptimizerChoice): Doc {
  const defaults = new Map(optimizers[choice.kind]?.arguments.map((each) => [each.name, each.default]));
  // Numbers stand there even where they are the default: a reader of the settings looks for the momentum.
  const shown = (name: string, value: unknown): boolean =>
    typeof value === "number" || JSON.stringify(defaults.get(name)) !== JSON.stringify(value);
  const given = Object.entries(choice.args).filter(([name, value]) => shown(name, value));
  const exceptions = choice.except.map((each): Doc => {
    const groups = list(each.groups.map(stringLiteral));
    return [`${context.use("except")}(`, groups, ", ", argumentsDoc(Object.entries(each.args)), ")"];
  });
  const args: Doc[] = [...(given.length > 0 || exceptions.length > 0 ? [argumentsDoc(given)] : []), ...exceptions];
  return [`${context.use(choice.kind)}(`, ...args.flatMap((arg, i) => (i === 0 ? [arg] : [", ", arg])), ")"];
}

export function trainingStatement(context: Context, train: TrainPlan): string {
  const evaluate = train.evaluate;
  const items: Doc[] = [
    property("name", stringLiteral(train.name)),
    property("at", context.at(train.at)),
    property("data", partDoc(context, train.data)),
    property("backbone", context.nameOf("Backbone", train.backbone)),
    property("loss", context.nameOf("Loss", train.loss)),
    property("schedule", context.nameOf("Schedule", train.schedule)),
    ...(evaluate === null
      ? []
      : [
          property(
            "evaluate",
            object([
              property("protocol", protocolDoc(context, evaluate.protocol)),
              property("every", numberLiteral(evaluate.every)),
              property("keepBest", String(evaluate.keepBest)),
            ]),
          ),
        ]),
    "...settings",
  ];
  const name = context.nameOf("Training", train.name);
  return constant(name, [`${context.use("training")}(`, object(items, true), ")"]);
}

// ---------------------------------------------------------------- tables

/** `await table({ ... }, commandLine());` */
export function tableCall(context: Context, table: TablePlan, train: TrainPlan): Doc {
  const { rows, columns, run } = isProductGrid(table) ? productGrid(context, table, train) : plainGrid(context, table, train);
  const items: Doc[] = [
    property("name", stringLiteral(table.name)),
    property("title", stringLiteral(table.title)),
    property("at", context.at(table.at)),
    property("rows", rows),
    property("columns", columns),
    property("run", run),
    property("seeds", list(table.seeds.map(numberLiteral))),
    property(
      "cells",
      list(
        table.cells.map((cell) => cellDoc(context, cell)),
        true,
      ),
    ),
    property("published", list(table.published.map(publishedDoc), table.published.length > 0)),
  ];
  return [`await ${context.use("table")}(`, object(items, true), `, ${context.use("commandLine")}());`];
}

interface Grid {
  readonly rows: Doc;
  readonly columns: Doc;
  readonly run: Doc;
}

/** Weightings on one side and losses on the other: each cell has a loss of its own. */
function isProductGrid({ rows, columns }: TablePlan): boolean {
  const sides = [rows.what, columns?.what];
  return sides.includes("weighting") && sides.includes("loss");
}

function plainGrid(context: Context, table: TablePlan, train: TrainPlan): Grid {
  const name = context.nameOf("Training", train.name);
  const rows = weighted(table, table.rows, "row");
  const columns = table.columns === null ? ownColumn(context, rows, train) : weighted(table, table.columns, "column");
  const changes = `${rows.what}, ${columns.what}`;
  return {
    rows: list(entries(context, rows), rows.entries.length > 1),
    columns: list(entries(context, columns), columns.entries.length > 1),
    run: `(${changes}) => ({ ...${name}, ${changes} })`,
  };
}

/** Weightings without losses beside them stand for their products with the training's loss. */
function weighted(table: TablePlan, axis: AxisPlan, side: "row" | "column"): AxisPlan {
  if (axis.what !== "weighting") return axis;
  const product = (label: string): string => table.products.find((each) => each[side] === label)?.loss ?? "";
  return { what: "loss", entries: axis.entries.map(({ label }) => ({ label, value: product(label) })) };
}

/** One column, the training's backbone; where the rows change that, its loss. */
function ownColumn(context: Context, rows: AxisPlan, train: TrainPlan): AxisPlan {
  const plan = context.plan;
  if (rows.what !== "backbone") {
    const title = plan.backbones.find((each) => each.name === train.backbone)?.title ?? train.backbone;
    return { what: "backbone", entries: [{ label: title, value: train.backbone }] };
  }
  const title = plan.losses.find((each) => each.name === train.loss)?.title ?? train.loss;
  return { what: "loss", entries: [{ label: title, value: train.loss }] };
}

function entries(context: Context, axis: AxisPlan): Doc[] {
  const kind = ({ loss: "Loss", weighting: "Loss", backbone: "Backbone", schedule: "Schedule" } as const)[axis.what];
  return axis.entries.map((each) => list([stringLiteral(each.label), context.nameOf(kind, each.value)]));
}

/** Each row has its product with every column under the column's label. */
function productGrid(context: Context, table: TablePlan, train: TrainPlan): Grid {
  const name = context.nameOf("Training", train.name);
  const columns = table.columns?.entries ?? [];
  const rows = table.rows.entries.map((row): Doc => {
    const products = columns.map((column): Doc => {
      const product = table.products.find((each) => each.row === row.label && each.column === column.label);
      return property(column.label, context.nameOf("Loss", product?.loss ?? column.value));
    });
    return list([stringLiteral(row.label), object(products)]);
  });
  return {
    rows: list(rows, true),
    columns: list(columns.map((column) => list([stringLiteral(column.label), `${stringLiteral(column.label)} as const`]))),
    run: `(losses, column) => ({ ...${name}, loss: losses[column] })`,
  };
}

function cellDoc(context: Context, cell: TablePlan["cells"][number]): Doc {
  const measure = [
    property("kind", stringLiteral(cell.measure.kind)),
    ...("far" in cell.measure ? [property("far", numberLiteral(cell.measure.far))] : []),
  ];
  return object([
    property("protocol", protocolDoc(context, cell.protocol)),
    property("measure", object(measure)),
    property("format", stringLiteral(cell.format)),
    property("spread", String(cell.spread)),
    property("best", String(cell.best)),
  ]);
}

function publishedDoc(published: TablePlan["published"][number]): Doc {
  const figures = published.entries.map((each) =>
    object([
      property("row", stringLiteral(each.row)),
      property("column", stringLiteral(each.column)),
      property("value", numberLiteral(each.value)),
    ]),
  );
  return object([
    property("source", stringLiteral(published.source)),
    property("within", published.within === null ? "null" : numberLiteral(published.within)),
    property("entries", list(figures, figures.length > 1)),
  ]);
}

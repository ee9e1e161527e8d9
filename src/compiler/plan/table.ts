/** Tables: what varies by row and column, the figures of each cell, what was published. */
import { nearest } from "../../diagnostics/suggest.js";
import type * as Ast from "../syntax/ast.js";
import { newBody, Use } from "../types/body.js";
import { constantNumber } from "../types/constant.js";
import { checkedText } from "../types/expect.js";
import { checkExpression } from "../types/formula.js";
import { planLoss, planProduct, planSchedule } from "./formulas.js";
import { planBackbone } from "./network.js";
import type { AxisPlan, TablePlan } from "./plan.js";
import { type Planning, positive, reportUnknownWord, reportValue, settingNumber, sourceText, unwrapped } from "./planning.js";
import { type MeasureUse, overlap, partText, planMeasure } from "./protocol.js";
import { planTrain, type TrainUse } from "./train.js";

type SettingOf<K extends Ast.TableSetting["kind"]> = Extract<Ast.TableSetting, { kind: K }>;
type Varied = SettingOf<"rows" | "columns">;
type What = AxisPlan["what"];

const kinds: readonly What[] = ["loss", "weighting", "backbone", "schedule"];

/** An entry of rows or columns with its label. */
interface Entry {
  readonly label: string;
  readonly value: string;
  readonly expression: Ast.Expression;
}

interface Side {
  readonly what: What;
  readonly entries: readonly Entry[];
}

export function planTable(planning: Planning, declaration: Ast.Table): TablePlan | null {
  const settings = collect(planning, declaration);
  const complete = reportMissing(planning, declaration, settings);
  const train = settings.from === undefined ? null : trainOf(planning, settings.from);
  const rows = settings.rows === undefined ? null : planSide(planning, settings.rows, train);
  const columns = settings.columns === undefined ? null : planSide(planning, settings.columns, train);
  const distinct = settings.columns === undefined || rows === null || reportVariedTwice(planning, settings.columns, rows);
  const products = train === null || rows === null || !distinct ? [] : planProducts(planning, declaration, train, rows, columns);
  const cells = settings.cells.flatMap((setting) => planCell(planning, setting, train));
  const published = settings.published.map((setting) => planPublished(planning, setting, rows, columnLabels(planning, train, columns)));
  const seeds = settings.seeds === undefined ? [1] : planSeeds(planning, settings.seeds.value);
  if (!complete || train === null || rows === null || (settings.columns !== undefined && columns === null)) return null;
  return {
    name: declaration.name.text,
    title: declaration.title?.value ?? declaration.name.text,
    at: planning.locate(declaration.name.span),
    from: train.plan.name,
    rows: axisOf(rows),
    columns: columns === null ? null : axisOf(columns),
    products,
    seeds,
    cells,
    published,
  };
}

function axisOf(side: Side): AxisPlan {
  return { what: side.what, entries: side.entries.map(({ label, value }) => ({ label, value })) };
}

interface Settings {
  readonly from?: SettingOf<"from">;
  readonly rows?: Varied;
  readonly columns?: Varied;
  readonly seeds?: SettingOf<"seeds">;
  readonly cells: readonly SettingOf<"cell">[];
  readonly published: readonly SettingOf<"published">[];
}

function collect(planning: Planning, declaration: Ast.Table): Settings {
  const single: { from?: SettingOf<"from">; rows?: Varied; columns?: Varied; seeds?: SettingOf<"seeds"> } = {};
  const cells: SettingOf<"cell">[] = [];
  const published: SettingOf<"published">[] = [];
  for (const setting of declaration.settings) {
    if (setting.kind === "cell") cells.push(setting);
    else if (setting.kind === "published") published.push(setting);
    else if (single[setting.kind] !== undefined) {
      planning.collector.report("repeated-setting", setting.span, { name: setting.kind, kind: "table" });
    } else if (setting.kind === "from") single.from = setting;
    else if (setting.kind === "seeds") single.seeds = setting;
    else single[setting.kind] = setting as Varied;
  }
  return { ...single, cells, published };
}

function reportMissing(planning: Planning, declaration: Ast.Table, settings: Settings): boolean {
  const missing = [
    ...(settings.from === undefined ? [{ name: "from", example: "from small" }] : []),
    ...(settings.rows === undefined ? [{ name: "rows", example: "rows loss { softmax, cosface }" }] : []),
    ...(settings.cells.length === 0 ? [{ name: "cell", example: "cell pairs(faces.test).accuracy as percent" }] : []),
  ];
  if (missing.length === 0) return true;
  planning.collector.report("missing-settings", declaration.name.span, { kind: "table", name: declaration.name.text, missing });
  return false;
}

function trainOf(planning: Planning, setting: SettingOf<"from">): TrainUse | null {
  const meaning = planning.checking.bound.meanings.get(setting.train);
  if (meaning?.kind !== "declaration") return null;
  const { declaration } = meaning.definition;
  if (declaration.kind === "train") return planTrain(planning, declaration);
  const params = { name: setting.train.text, is: declaration.kind, wanted: "train", where: "`from`" };
  planning.collector.report("wrong-kind", setting.train.span, params, [{ place: declaration.name.span, text: "declared here" }]);
  return null;
}

// ---------------------------------------------------------------- rows and columns

function planSide(planning: Planning, setting: Varied, train: TrainUse | null): Side | null {
  const what = kinds.find((each) => each === setting.what.text);
  if (what === undefined) {
    reportUnknownWord(planning, "thing that a table varies", setting.what, kinds);
    return null;
  }
  if (setting.tuned !== null) {
    planning.collector.report("not-yet", setting.tuned.span, {
      what: "`tuned`, the choice of a setting for each row",
      instead: "Leave out `tuned ...`; give each row its own setting, or vary the schedule by rows.",
    });
  }
  if (setting.entries.length === 0) {
    planning.collector.report("no-entries", setting.what.span, { side: setting.kind, what });
    return null;
  }
  const labels = new Set<string>();
  const entries: Entry[] = [];
  for (const entry of setting.entries) {
    const label = entry.label?.value ?? sourceText(entry.value.span);
    if (labels.has(label)) {
      planning.collector.report("repeated-label", entry.span, { label, what: setting.kind === "rows" ? "row" : "column" });
      continue;
    }
    labels.add(label);
    const value = planEntry(planning, what, entry.value, train, `\`${setting.kind}\` of a table`);
    if (value !== null) entries.push({ label, value, expression: entry.value });
  }
  return { what, entries };
}

/** Where rows and columns both set one thing, no run could follow both. */
function reportVariedTwice(planning: Planning, columns: Varied, rows: Side): boolean {
  if (columns.what.text !== rows.what) return true;
  planning.collector.report("varied-twice", columns.what.span, { what: rows.what, others: kinds.filter((each) => each !== rows.what) });
  return false;
}

function planEntry(planning: Planning, what: What, value: Ast.Expression, train: TrainUse | null, where: string): string | null {
  switch (what) {
    case "loss":
      return planLoss(planning, value, where)?.name ?? null;
    case "backbone":
      return train === null ? null : (planBackbone(planning, where, value, train.data.dataset.image)?.name ?? null);
    case "schedule":
      return planSchedule(planning, value, where)?.name ?? null;
    case "weighting":
      // It becomes a loss with each loss of the table; alone it has only its text.
      return sourceText(value.span);
  }
}

/** Weightings and losses on two sides multiply; weightings alone multiply the training's loss. */
function planProducts(
  planning: Planning,
  declaration: Ast.Table,
  train: TrainUse,
  rows: Side,
  columns: Side | null,
): TablePlan["products"] {
  const where = `the table \`${declaration.name.text}\``;
  const own: Side = { what: "loss", entries: [{ label: "", value: train.plan.loss, expression: train.expressions.loss }] };
  const product = (row: string, column: string, weighting: Entry, loss: Entry): TablePlan["products"] => {
    const made = planProduct(planning, weighting.expression, loss.expression, where);
    return made === null ? [] : [{ row, column, loss: made.name }];
  };
  const [first] = own.entries;
  if (first === undefined) return [];
  const labels = columnLabels(planning, train, columns);
  if (rows.what === "weighting") {
    if (columns?.what === "loss")
      return rows.entries.flatMap((row) => columns.entries.flatMap((each) => product(row.label, each.label, row, each)));
    return rows.entries.flatMap((row) => labels.flatMap((column) => product(row.label, column, row, first)));
  }
  if (columns?.what !== "weighting") return [];
  return rows.entries.flatMap((row) =>
    columns.entries.flatMap((each) => product(row.label, each.label, each, rows.what === "loss" ? row : first)),
  );
}

/** Without columns the table has one, called like the training's backbone. */
function columnLabels(planning: Planning, train: TrainUse | null, columns: Side | null): readonly string[] {
  if (columns !== null) return columns.entries.map((each) => each.label);
  const backbone = planning.backbones.all.find((each) => each.name === train?.plan.backbone);
  return backbone === undefined ? [] : [backbone.title];
}

function planSeeds(planning: Planning, expression: Ast.Expression): readonly number[] {
  const value = checkExpression(newBody(planning.checking, new Use(), "constant", "`seeds`"), expression);
  const items = value.kind === "list" ? value.items : [value];
  const seeds = items.map(constantNumber);
  const fits = seeds.length > 0 && seeds.every((each) => each !== null && Number.isInteger(each) && each >= 0);
  // One run counted twice would look like two that agree.
  const again = seeds.find((each, i) => seeds.indexOf(each) < i);
  if (fits && again !== undefined) {
    reportValue(planning, "seeds", expression, "whole numbers, each of them once", `\`${again}\` twice`);
    return [1];
  }
  if (fits) return seeds.filter((each) => each !== null);
  if (value.kind !== "unknown") reportValue(planning, "seeds", expression, "whole numbers, such as `1..6` or `[1, 2]`", checkedText(value));
  return [1];
}

// ---------------------------------------------------------------- cells and published figures

function planCell(planning: Planning, setting: SettingOf<"cell">, train: TrainUse | null): TablePlan["cells"] {
  const found = planMeasure(planning, setting.value);
  if (setting.format !== null && !["percent", "number"].includes(setting.format.text)) {
    reportUnknownWord(planning, "format", setting.format, ["percent", "number"]);
  }
  if (found === null) return [];
  if (!reportSelection(planning, setting, found, train)) reportTrained(planning, setting, found, train);
  return [
    {
      protocol: found.protocol.plan,
      measure: found.measure,
      format: setting.format?.text === "percent" ? "percent" : "number",
      spread: setting.spread,
      best: setting.best,
    },
  ];
}

/** A cell must not read the data by which `keep best` picked the model. */
function reportSelection(planning: Planning, setting: SettingOf<"cell">, found: MeasureUse, train: TrainUse | null): boolean {
  if (train?.evaluate?.keepBest !== true || !overlap(train.evaluate.protocol.data, found.protocol.data)) return false;
  const split = train.evaluate.protocol.data.dataset.split;
  const params = { part: partText(train.evaluate.protocol.data.plan), train: train.plan.name, parts: Object.keys(split?.parts ?? {}) };
  planning.collector.report("selection-on-test", setting.value.span, params, [
    { place: train.evaluate.protocol.at.span, text: "`keep best` picks by this" },
  ]);
  return true;
}

/** Figures on the images of the training say how well they were learned by heart; a paper's figures are on other people. */
function reportTrained(planning: Planning, setting: SettingOf<"cell">, found: MeasureUse, train: TrainUse | null): void {
  if (train === null || !overlap(train.data, found.protocol.data)) return;
  const params = { part: partText(found.protocol.data.plan), trained: partText(train.data.plan), train: train.plan.name };
  planning.collector.report("cell-on-training", setting.value.span, params);
}

function planPublished(
  planning: Planning,
  setting: SettingOf<"published">,
  rows: Side | null,
  columns: readonly string[],
): TablePlan["published"][number] {
  const rowLabels = rows?.entries.map((each) => each.label) ?? [];
  const entries = setting.entries.flatMap((entry) => {
    const row = labelOf(planning, entry.row, "row", rowLabels);
    const column = labelOf(planning, entry.column, "column", columns);
    const value = settingNumber(planning, "a published figure", entry.value, { wanted: "a number", fits: Number.isFinite });
    return row === null || column === null || value === null ? [] : [{ row, column, value }];
  });
  const within = setting.within === null ? null : settingNumber(planning, "within", setting.within, positive);
  return { source: setting.source.value, within, entries };
}

function labelOf(planning: Planning, expression: Ast.Expression, what: "row" | "column", labels: readonly string[]): string | null {
  const inner = unwrapped(expression);
  if (inner.kind === "hole") return null;
  const label = inner.kind === "string" ? inner.value : sourceText(inner.span);
  // Where rows or columns themselves are wrong, more words would only say it again.
  if (labels.length === 0 || labels.includes(label)) return label;
  planning.collector.report("unknown-label", expression.span, { what, label, near: nearest(label, labels), labels });
  return null;
}

/** Concrete to abstract syntax: what is trained, and the table of it. */
import type * as Cst from "../../../grammar/cst.js";
import { diagnostic } from "../../diagnostics/diagnostic.js";
import type { Expression, Name, Table, TableEntry, TableSetting, Train, TrainSetting } from "./ast.js";
import { buildExpression } from "./build-expression.js";
import { stringLiteral } from "./literals.js";
import { type Context, nameOf, once, one, spanOf } from "./tree.js";

export function buildTrain(context: Context, node: Cst.TrainCstNode): Train {
  return {
    kind: "train",
    name: nameOf(context.source, one(node.children.Word)),
    settings: (node.children.trainSetting ?? []).map((setting) => buildTrainSetting(context, setting)),
    span: spanOf(context.source, node),
  };
}

function buildTrainSetting(context: Context, node: Cst.TrainSettingCstNode): TrainSetting {
  const { evaluate, setting } = node.children;
  const span = spanOf(context.source, node);
  if (evaluate?.[0] !== undefined) {
    const { expression, Keep } = evaluate[0].children;
    const [protocol, every] = expression.map((value) => buildExpression(context, value));
    return {
      kind: "evaluate",
      protocol: one(protocol === undefined ? [] : [protocol]),
      every: every ?? null,
      keepBest: Keep !== undefined,
      span,
    };
  }
  const { Word, expression } = one(setting).children;
  const keyword = nameOf(context.source, one(Word));
  return { kind: "setting", keyword, value: settingValue(context, keyword, expression?.[0]), span };
}

function settingValue(context: Context, keyword: Name, value: Cst.ExpressionCstNode | undefined): Expression {
  if (value !== undefined) return buildExpression(context, value);
  context.report(diagnostic("setting-without-value", keyword.span, { setting: keyword.text }));
  return { kind: "hole", span: keyword.span };
}

export function buildTable(context: Context, node: Cst.TableCstNode): Table {
  const { Word, Text, tableSetting = [] } = node.children;
  return {
    kind: "table",
    name: nameOf(context.source, one(Word)),
    title: Text?.[0] === undefined ? null : stringLiteral(context.source, Text[0], context.report),
    settings: tableSetting.map((setting) => buildTableSetting(context, setting)),
    span: spanOf(context.source, node),
  };
}

function buildTableSetting(context: Context, node: Cst.TableSettingCstNode): TableSetting {
  const { from, variation, seeds, cell, published } = node.children;
  const span = spanOf(context.source, node);
  if (from?.[0] !== undefined) return { kind: "from", train: nameOf(context.source, one(from[0].children.Word)), span };
  if (variation?.[0] !== undefined) return buildVariation(context, variation[0]);
  if (seeds?.[0] !== undefined) return { kind: "seeds", value: buildExpression(context, one(seeds[0].children.expression)), span };
  if (cell?.[0] !== undefined) {
    const { expression, Word, cellStyle = [] } = cell[0].children;
    return {
      kind: "cell",
      value: buildExpression(context, one(expression)),
      format: Word?.[0] === undefined ? null : nameOf(context.source, Word[0]),
      spread:
        once(
          context,
          "`mean and std`",
          cellStyle.filter((style) => style.children.Mean !== undefined),
        ) !== null,
      best:
        once(
          context,
          "`best bold`",
          cellStyle.filter((style) => style.children.Best !== undefined),
        ) !== null,
      span,
    };
  }
  return buildPublished(context, one(published));
}

function buildVariation(context: Context, node: Cst.VariationCstNode): TableSetting {
  const { source } = context;
  const { Rows, Word, entry = [], Tuned, expression } = node.children;
  const [path, values] = (expression ?? []).map((value) => buildExpression(context, value));
  const tuned = Tuned?.[0];
  const end = spanOf(source, node).end;
  return {
    kind: Rows === undefined ? "columns" : "rows",
    what: nameOf(source, one(Word)),
    entries: entry.map((item) => buildEntry(context, item)),
    tuned:
      tuned === undefined || path === undefined || values === undefined
        ? null
        : { path, values, span: { source, start: tuned.startOffset, end } },
    span: spanOf(source, node),
  };
}

function buildEntry(context: Context, node: Cst.EntryCstNode): TableEntry {
  const { Text, expression } = node.children;
  return {
    kind: "entry",
    label: Text?.[0] === undefined ? null : stringLiteral(context.source, Text[0], context.report),
    value: buildExpression(context, one(expression)),
    span: spanOf(context.source, node),
  };
}

function buildPublished(context: Context, node: Cst.PublishedCstNode): TableSetting {
  const { Text, figure = [], expression } = node.children;
  return {
    kind: "published",
    source: stringLiteral(context.source, one(Text), context.report),
    entries: figure.map((one_) => {
      const [row, column, value] = one_.children.expression.map((part) => buildExpression(context, part));
      if (row === undefined || column === undefined || value === undefined)
        throw new Error("a published figure has a row, a column and a value");
      return { row, column, value, span: spanOf(context.source, one_) };
    }),
    within: expression?.[0] === undefined ? null : buildExpression(context, expression[0]),
    span: spanOf(context.source, node),
  };
}

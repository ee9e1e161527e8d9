/** Concrete to abstract syntax, one function for each form of declaration. */
import type * as Cst from "../../../grammar/cst.js";
import type { Broken } from "../../../grammar/read.js";
import type {
  AxisSpec,
  Backbone,
  Binding,
  Block,
  Dataset,
  DatasetSetting,
  Declaration,
  Expression,
  FormulaDeclaration,
  FormulaItem,
  LayerBody,
  LayerCall,
  Learn,
  Let,
  Parameter,
  State,
  Use,
} from "./ast.js";
import { buildTable, buildTrain } from "./build-experiment.js";
import { buildArguments, buildExpression } from "./build-expression.js";
import { stringLiteral } from "./literals.js";
import { type Context, missingName, nameOf, once, one, spanOf, spanOfToken } from "./tree.js";

export function buildDeclaration(context: Context, node: Cst.DeclarationCstNode): Declaration {
  const { use, constant, dataset, network, formula, train, table } = node.children;
  if (use?.[0] !== undefined) return buildUse(context, use[0]);
  if (constant?.[0] !== undefined) return buildLet(context, constant[0]);
  if (dataset?.[0] !== undefined) return buildDataset(context, dataset[0]);
  if (network?.[0] !== undefined) return buildNetwork(context, network[0]);
  if (formula?.[0] !== undefined) return buildFormula(context, formula[0]);
  if (train?.[0] !== undefined) return buildTrain(context, train[0]);
  return buildTable(context, one(table));
}

function buildUse(context: Context, node: Cst.UseCstNode): Use {
  const { source } = context;
  const module = one(node.children.module);
  const text = module.children.Text?.[0];
  const span = spanOf(source, module);
  return {
    kind: "use",
    module:
      text === undefined
        ? { form: "std", text: (module.children.Word ?? []).map((word) => word.image).join("."), span }
        : { form: "path", text: stringLiteral(source, text, context.report).value, span },
    names: (node.children.Word ?? []).map((word) => nameOf(source, word)),
    span: spanOf(source, node),
  };
}

function buildLet(context: Context, node: Cst.ConstantCstNode): Let {
  return {
    kind: "let",
    name: nameOf(context.source, one(node.children.Word)),
    value: buildExpression(context, one(node.children.expression)),
    span: spanOf(context.source, node),
  };
}

// ---------------------------------------------------------------- data

function buildDataset(context: Context, node: Cst.DatasetCstNode): Dataset {
  const { Word, expression, datasetSetting = [] } = node.children;
  return {
    kind: "dataset",
    name: nameOf(context.source, one(Word)),
    from: buildExpression(context, one(expression)),
    settings: datasetSetting.map((setting) => buildDatasetSetting(context, setting)),
    span: spanOf(context.source, node),
  };
}

function buildDatasetSetting(context: Context, node: Cst.DatasetSettingCstNode): DatasetSetting {
  const { source } = context;
  const span = spanOf(source, node);
  const { image, scale, augment, split } = node.children;
  if (image?.[0] !== undefined) {
    const { expression, Resized } = image[0].children;
    const resized = Resized?.[0] === undefined ? null : nameOf(source, Resized[0]);
    return { kind: "image", size: buildExpression(context, one(expression)), resized, span };
  }
  if (scale?.[0] !== undefined) return { kind: "scale", value: buildExpression(context, one(scale[0].children.expression)), span };
  if (augment?.[0] !== undefined) {
    return { kind: "augment", steps: augment[0].children.expression.map((step) => buildExpression(context, step)), span };
  }
  const { Word, part = [], expression } = one(split).children;
  return {
    kind: "split",
    unit: nameOf(source, one(Word)),
    parts: part.map((one_) => ({
      name: nameOf(source, one(one_.children.Word)),
      count: buildExpression(context, one(one_.children.expression)),
      span: spanOf(source, one_),
    })),
    seed: expression?.[0] === undefined ? null : buildExpression(context, expression[0]),
    span,
  };
}

// ---------------------------------------------------------------- networks

function buildNetwork(context: Context, node: Cst.NetworkCstNode): Block | Backbone {
  const { Block, Word, parameters, layers } = node.children;
  return {
    kind: Block === undefined ? "backbone" : "block",
    name: nameOf(context.source, one(Word)),
    parameters: buildParameters(context, parameters?.[0]),
    body: buildLayers(context, one(layers)),
    span: spanOf(context.source, node),
  };
}

function buildParameters(context: Context, node: Cst.ParametersCstNode | undefined): readonly Parameter[] {
  return (node?.children.parameter ?? []).map((parameter) => {
    const value = parameter.children.expression?.[0];
    return {
      kind: "parameter",
      name: nameOf(context.source, one(parameter.children.Word)),
      default: value === undefined ? null : buildExpression(context, value),
      span: spanOf(context.source, parameter),
    };
  });
}

function buildLayers(context: Context, node: Cst.LayersCstNode): LayerBody {
  return {
    kind: "layers",
    layers: (node.children.layer ?? []).map((layer) => buildLayer(context, layer)),
    span: spanOf(context.source, node),
  };
}

function buildLayer(context: Context, node: Cst.LayerCstNode): LayerCall {
  const { Word, argumentList, layers = [] } = node.children;
  return {
    kind: "layer",
    callee: nameOf(context.source, one(Word)),
    args: buildArguments(context, argumentList?.[0]),
    bodies: layers.map((body) => buildLayers(context, body)),
    span: spanOf(context.source, node),
  };
}

// ---------------------------------------------------------------- formulas

function buildFormula(context: Context, node: Cst.FormulaCstNode): FormulaDeclaration {
  const { Weighting, Loss, Word, parameters, expression, where, formulaBody } = node.children;
  const body = formulaBody?.[0]?.children;
  return {
    kind: Weighting !== undefined ? "weighting" : Loss !== undefined ? "loss" : "schedule",
    name: nameOf(context.source, one(Word)),
    parameters: buildParameters(context, parameters?.[0]),
    braces: body !== undefined,
    items: (body?.formulaItem ?? []).map((item) => buildItem(context, item)),
    result: buildExpression(context, one(body?.expression ?? expression)),
    bindings: buildWhere(context, (body?.where ?? where)?.[0]),
    span: spanOf(context.source, node),
  };
}

function buildItem(context: Context, node: Cst.FormulaItemCstNode): FormulaItem {
  const { constant, learn, state, update } = node.children;
  if (constant?.[0] !== undefined) return buildLet(context, constant[0]);
  if (learn?.[0] !== undefined) return buildLearn(context, learn[0]);
  if (state?.[0] !== undefined) return buildState(context, state[0]);
  const { Word, expression } = one(update).children;
  return {
    kind: "update",
    name: nameOf(context.source, one(Word)),
    value: buildExpression(context, one(expression)),
    span: spanOf(context.source, node),
  };
}

function buildLearn(context: Context, node: Cst.LearnCstNode): Learn {
  const { Word, axes, expression, bound = [] } = node.children;
  const least = bound.filter(({ children }) => children.Least !== undefined);
  const most = bound.filter(({ children }) => children.Most !== undefined);
  return {
    kind: "learn",
    name: nameOf(context.source, one(Word)),
    axes: buildAxes(context, one(axes)),
    initial: buildExpression(context, one(expression)),
    atLeast: buildBound(context, "`at least`", least),
    atMost: buildBound(context, "`at most`", most),
    span: spanOf(context.source, node),
  };
}

function buildBound(context: Context, what: string, found: readonly Cst.BoundCstNode[]): Expression | null {
  const bound = once(context, what, found);
  return bound === null ? null : buildExpression(context, one(bound.children.expression));
}

function buildState(context: Context, node: Cst.StateCstNode): State {
  const { Word, axes, expression } = node.children;
  return {
    kind: "state",
    name: nameOf(context.source, one(Word)),
    axes: buildAxes(context, one(axes)),
    initial: buildExpression(context, one(expression)),
    span: spanOf(context.source, node),
  };
}

function buildAxes(context: Context, node: Cst.AxesCstNode): readonly AxisSpec[] {
  return (node.children.axis ?? []).map((axis) => {
    const size = axis.children.expression?.[0];
    return {
      kind: "axis",
      name: nameOf(context.source, one(axis.children.Word)),
      size: size === undefined ? null : buildExpression(context, size),
      span: spanOf(context.source, axis),
    };
  });
}

function buildWhere(context: Context, node: Cst.WhereCstNode | undefined): readonly Binding[] {
  return (node?.children.binding ?? []).map((binding) => {
    const [name, ...parameters] = binding.children.Word;
    return {
      kind: "binding",
      name: nameOf(context.source, one(name === undefined ? [] : [name])),
      parameters: parameters.map((parameter) => nameOf(context.source, parameter)),
      value: buildExpression(context, one(binding.children.expression)),
      span: spanOf(context.source, binding),
    };
  });
}

// ---------------------------------------------------------------- broken text

/** What is left of a declaration that could not be read: its name and parameters stay known, its body is a hole. */
export function buildBroken(context: Context, found: Broken): Declaration | null {
  const { source } = context;
  const span = { source, start: found.at.start, end: found.at.end };
  const hole = { kind: "hole", span } as const;
  const name = found.name === null ? missingName(source, spanOfToken(source, found.keyword).end) : nameOf(source, found.name);
  const parameters = buildParameters(context, found.parameters ?? undefined);
  const word = found.keyword.image;
  switch (word) {
    case "let":
      return { kind: "let", name, value: hole, span, broken: true };
    case "dataset":
      return { kind: "dataset", name, from: hole, settings: [], span, broken: true };
    case "block":
    case "backbone":
      return { kind: word, name, parameters, body: { kind: "layers", layers: [], span }, span, broken: true };
    case "weighting":
    case "loss":
    case "schedule":
      return { kind: word, name, parameters, braces: false, items: [], result: hole, bindings: [], span, broken: true };
    case "train":
      return { kind: "train", name, settings: [], span, broken: true };
    case "table":
      return { kind: "table", name, title: null, settings: [], span, broken: true };
    default:
      return null;
  }
}

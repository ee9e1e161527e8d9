/** The children of every node, in one exhaustive place: a new kind of node is a type error here until it is added. */
import type * as Ast from "./ast.js";

type Setting = Ast.DatasetSetting | Ast.TrainSetting | Ast.TableSetting;

export type Node =
  | Ast.File
  | Ast.Declaration
  | Ast.Name
  | Ast.Parameter
  | Ast.LayerBody
  | Ast.LayerCall
  | Ast.FormulaItem
  | Ast.AxisSpec
  | Ast.Binding
  | Ast.TableEntry
  | Ast.Argument
  | Ast.Over
  | Ast.Expression
  | Setting;

/** Calls `enter` for `node` and all below it, parents first; `false` from it skips what is below. */
export function walk(node: Node, enter: (node: Node) => unknown): void {
  if (enter(node) === false) return;
  for (const child of childrenOf(node)) walk(child, enter);
}

function some(...nodes: readonly (Node | null)[]): Node[] {
  return nodes.filter((node) => node !== null);
}

export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "file":
      return node.declarations;
    case "name":
    case "number":
    case "string":
    case "size":
    case "hole":
      return [];
    case "use":
      return node.names;
    case "let":
    case "update":
      return [node.name, node.value];
    case "dataset":
      return [node.name, node.from, ...node.settings];
    case "parameter":
      return some(node.name, node.default);
    case "block":
    case "backbone":
      return [node.name, ...node.parameters, node.body];
    case "layers":
      return node.layers;
    case "layer":
      return [node.callee, ...node.args, ...node.bodies];
    case "weighting":
    case "loss":
    case "schedule":
      return [node.name, ...node.parameters, ...node.items, node.result, ...node.bindings];
    case "learn":
      return some(node.name, ...node.axes, node.initial, node.atLeast, node.atMost);
    case "state":
      return [node.name, ...node.axes, node.initial];
    case "axis":
      return some(node.name, node.size);
    case "binding":
      return [node.name, ...node.parameters, node.value];
    case "train":
    case "table":
      return [node.name, ...(node.kind === "table" ? some(node.title) : []), ...node.settings];
    case "entry":
      return some(node.label, node.value);
    default:
      return isSetting(node) ? childrenOfSetting(node) : childrenOfExpression(node);
  }
}

function isSetting(node: Setting | Ast.Argument | Ast.Over | Ast.Expression): node is Setting {
  return settings.has(node.kind);
}

const settings = new Set<string>([
  "image",
  "scale",
  "augment",
  "split",
  "setting",
  "evaluate",
  "from",
  "rows",
  "columns",
  "seeds",
  "cell",
  "published",
] satisfies Setting["kind"][]);

function childrenOfSetting(node: Setting): readonly Node[] {
  switch (node.kind) {
    case "image":
      return some(node.size, node.resized);
    case "scale":
    case "seeds":
      return [node.value];
    case "augment":
      return node.steps;
    case "split":
      return some(node.unit, ...node.parts.flatMap((part) => [part.name, part.count]), node.seed);
    case "setting":
      return [node.keyword, node.value];
    case "evaluate":
      return some(node.protocol, node.every);
    case "from":
      return [node.train];
    case "rows":
    case "columns":
      return [node.what, ...node.entries, ...(node.tuned === null ? [] : [node.tuned.path, node.tuned.values])];
    case "cell":
      return some(node.value, node.format);
    case "published":
      return some(node.source, ...node.entries.flatMap((entry) => [entry.row, entry.column, entry.value]), node.within);
  }
}

function childrenOfExpression(
  node: Ast.Argument | Ast.Over | Exclude<Ast.Expression, { kind: "number" | "string" | "size" | "hole" }>,
): readonly Node[] {
  switch (node.kind) {
    case "argument":
      return some(node.name, node.value);
    case "over":
      return some(...node.names, node.by, node.in, node.where);
    case "list":
      return node.items;
    case "range":
      return [node.from, node.to];
    case "reference":
      return [node.name];
    case "call":
      return some(node.callee, ...node.args, node.over);
    case "index":
      return [node.base, node.index];
    case "member":
      return [node.base, node.name];
    case "unary":
      return [node.operand];
    case "binary":
      return [node.left, node.right];
    case "comparison":
      return node.operands;
    case "if":
      return [node.condition, node.then, node.otherwise];
    case "group":
      return [node.inner];
  }
}

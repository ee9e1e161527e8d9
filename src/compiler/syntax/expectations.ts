/** How the grammar's rules and tokens are called in messages. */
import type { IToken } from "chevrotain";
import type { Unexpected } from "../../../grammar/read.js";
import { nearest } from "../../diagnostics/suggest.js";

/** What each rule reads, as it completes "In ..., ... should stand here". */
const contexts: Readonly<Record<string, string>> = {
  use: "a `use`",
  module: "a `use`",
  constant: "a `let`",
  dataset: "a dataset",
  datasetSetting: "a dataset",
  image: "`image`",
  scale: "`scale`",
  augment: "`augment`",
  split: "a split",
  part: "a split",
  parameters: "a list of parameters",
  parameter: "a list of parameters",
  layers: "a list of layers",
  layer: "a layer",
  learn: "a `learn` line",
  bound: "a `learn` line",
  state: "a `state` line",
  axes: "a list of axes",
  axis: "a list of axes",
  update: "an `update` line",
  where: "a `where`",
  binding: "a `where`",
  train: "a `train`",
  trainSetting: "a `train`",
  evaluate: "`evaluate`",
  setting: "a setting",
  table: "a table",
  tableSetting: "a table",
  from: "a table",
  variation: "the rows or columns of a table",
  entry: "the rows or columns of a table",
  seeds: "`seeds`",
  cell: "`cell`",
  cellStyle: "`cell`",
  published: "published figures",
  figure: "published figures",
  conditional: "an `if`",
  group: "parentheses",
  list: "a list",
  call: "a call",
  argumentList: "a call",
  argument: "a call",
  index: "an index",
  member: "a path",
  over: "an `over`",
};

/** The innermost thing being read that has a name worth saying: `operand` and its like have none. */
export function contextOf(rules: readonly string[], keyword: string): string {
  for (const rule of [...rules].reverse()) {
    const context = contexts[rule];
    if (context !== undefined) return context;
  }
  return keyword === "let" || keyword === "use" ? `a \`${keyword}\`` : `a ${keyword}`;
}

/** Rules whose braces hold statements. */
const statements = new Set(["dataset", "layers", "train", "table", "formulaBody"]);

/** What may stand where a repetition ends, which the parser itself does not say: it only misses the closing sign. */
const endings: Readonly<Record<string, string>> = {
  "use `}`": "a name or `}`",
  "dataset `}`": "`image`, `scale`, `augment`, `split` or `}`",
  "split `}`": "a part such as `train 26`, or `}`",
  "layers `}`": "a layer or `}`",
  "train `}`": "a setting or `}`",
  "table `}`": "`from`, `rows`, `columns`, `seeds`, `cell`, `published` or `}`",
  "variation `}`": 'an entry such as `"name" = value`, or `}`',
  "published `}`": 'a figure such as `("row", column) 97.1`, or `}`',
  "formulaBody `}`": "`where` or `}`",
  "parameters `)`": "`,` or `)`",
  "binding `)`": "`,` or `)`",
  "layer `)`": "`,` or `)`",
  "call `)`": "`,`, `over` or `)`",
  "list `]`": "`,` or `]`",
  "axes `]`": "`,` or `]`",
  "dataset `{`": "`{`",
  "network `{`": "`{`",
};

/** `goesOn`: a value stands before the place, and what follows it belongs to nothing. */
export function expectationOf(rule: string, expected: string, goesOn: boolean): string {
  if (goesOn && rule === "layers") return "`;`, a new line or `}`";
  if (goesOn && statements.has(rule)) return "an operator or a new line";
  if (expected === "the end") return "an operator or a new line";
  if (rule === "operand" || rule === "primary") return "a value";
  return endings[`${rule} ${expected}`] ?? expected;
}

export function foundOf(token: IToken | null): string {
  if (token === null) return "the end of the declaration";
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}...` : token.image;
  return image.startsWith('"') ? `the text ${image}` : `\`${image}\``;
}

/** The words that may open a statement, by the rule whose braces they stand in. */
const openers: Readonly<Record<string, readonly string[]>> = {
  dataset: ["image", "scale", "augment", "split"],
  table: ["from", "rows", "columns", "seeds", "cell", "published"],
  formulaBody: ["let", "learn", "state", "update", "where"],
  bound: ["least", "most"],
  learn: ["at"],
  evaluate: ["every", "epochs", "keep", "best"],
  cell: ["as", "mean", "std", "best", "bold"],
  cellStyle: ["mean", "std", "best", "bold"],
  conditional: ["then", "else"],
  declaration: ["where"],
  call: ["over"],
  over: ["by", "in", "where"],
};

const perWhat = new Set(["sample", "class", "group"]);
const items = new Set(["let", "learn", "state", "update"]);
const reserved = new Set(["let", "learn", "state", "update", "if", "then", "else", "where", "over", "by", "in", "and", "or", "not"]);

/** The likely mend of an unexpected token, null when none is likely. */
export function hintOf(problem: Unexpected, sameLine: boolean): string | null {
  const { rules, expected, found, before } = problem;
  const rule = rules.at(-1) ?? "";
  if (found === null) return null;
  const { image } = found;
  if (rule === "layers" && (image === "," || image === "-" || image === "|")) return "Layers stand one below the other, or apart by `;`.";
  if ((rule === "train" || rule === "table" || rule === "dataset") && sameLine) {
    if (image === ",") return "Settings stand one below the other, or apart by `;`.";
    if (image === ":" || image === "=") return "A setting is its word and its value, with nothing between them: `batch 32`.";
  }
  if (before?.image === "per" && perWhat.has(image)) return "Random values, `draw(..., per sample)`, are not available in this version.";
  if (rule === "formulaBody" && items.has(image)) return `The formula comes last: put this \`${image}\` before it.`;
  if (expected === "a name" && reserved.has(image)) return `\`${image}\` is a word of the language and cannot be a name: choose another.`;
  if (expected === "`=`" && (image === "==" || image === ":")) return "Write `=`.";
  if (image === "if") return "Inside a larger formula, put the whole `if ... then ... else ...` in parentheses.";
  if (image === "else" || image === "then") return `A \`${image}\` belongs to an \`if\` before it.`;
  const word = /^[A-Za-z_]/.test(image);
  const near = word
    ? nearest(
        image,
        [rule, rules.at(-2) ?? ""].flatMap((name) => openers[name] ?? []),
      )
    : null;
  if (near !== null) return `Did you mean \`${near}\`?`;
  const value = before !== null && /[\w)\]]$/.test(before.image);
  if (sameLine && value && (expected === "the end" || ended.has(rule)) && (word || /^[\d(]/.test(image)))
    return "A product is written with `*`.";
  if (image === ":" || image === "=") return null;
  return null;
}

/** Rules that notice a formula which goes on where it should have ended. */
const ended = new Set(["declaration", "call", "group", "index", "list", "formulaBody", "file", "parameters", "layer"]);

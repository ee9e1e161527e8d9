/**
 * What the formatter lays out: every declaration, setting, layer and entry as a statement with pieces of text and braces.
 * One shape for all of them lets comments and line breaks be handled in one place.
 */
import type * as Ast from "../syntax/ast.js";
import { quote } from "../syntax/literals.js";
import { concat, type Doc, group, joined, line } from "./doc.js";
import { printCall, printDefinition, printExpression, printWhere } from "./expression.js";

export interface Statement {
  readonly start: number;
  readonly end: number;
  readonly parts: readonly Part[];
  /** Neighbours of one kind line up the beginnings of their columns. */
  readonly aligned: { readonly kind: string; readonly columns: readonly string[] } | null;
}

export type Part = Doc | Braces;

/** Statements in braces; `from` is an offset at or before the opening brace with nothing but comments between. */
export interface Braces {
  readonly kind: "braces";
  readonly from: number;
  readonly statements: readonly Statement[];
  readonly separator: ";" | ",";
}

function statement(span: { readonly start: number; readonly end: number }, ...parts: readonly Part[]): Statement {
  return { start: span.start, end: span.end, parts, aligned: null };
}

function braces(from: number, separator: ";" | ",", statements: readonly Statement[]): Braces {
  return { kind: "braces", from, statements, separator };
}

export function declaration(node: Ast.Declaration): Statement {
  switch (node.kind) {
    case "use": {
      const module = node.module.form === "std" ? node.module.text : quote(node.module.text);
      const names = node.names.map((name) => statement(name.span, name.text));
      const head = `use ${module}`;
      return align(statement(node.span, head, " ", braces(node.module.span.end, ",", names)), "use", [head, ""]);
    }
    case "let":
      return binding("let", node);
    case "dataset": {
      const head = concat(`dataset ${node.name.text} = `, printExpression(node.from), " ");
      return statement(node.span, head, braces(node.from.span.end, ";", node.settings.map(datasetSetting)));
    }
    case "block":
    case "backbone":
      return statement(node.span, concat(`${node.kind} ${node.name.text}`, parameters(node.parameters), " "), layers(node.body));
    case "weighting":
    case "loss":
    case "schedule":
      return formula(node);
    case "train":
      return statement(node.span, `train ${node.name.text} `, braces(node.name.span.end, ";", node.settings.map(trainSetting)));
    case "table": {
      const title = node.title === null ? "" : `${quote(node.title.value)} `;
      const from = node.title?.span.end ?? node.name.span.end;
      return statement(node.span, `table ${node.name.text} ${title}`, braces(from, ";", node.settings.map(tableSetting)));
    }
  }
}

function align(made: Statement, kind: string, columns: readonly string[]): Statement {
  return { ...made, aligned: { kind, columns } };
}

function binding(word: "let" | "update", node: Ast.Let | Ast.Update): Statement {
  return statement(node.span, concat(`${word} ${node.name.text}`, printDefinition(node.value)));
}

function parameters(list: readonly Ast.Parameter[]): Doc {
  if (list.length === 0) return "";
  const each = list.map((one) => (one.default === null ? one.name.text : concat(`${one.name.text} = `, printExpression(one.default))));
  return concat("(", group(joined(each, concat(",", line))), ")");
}

function flat(doc: Doc): string {
  if (typeof doc === "string") return doc;
  if (doc.kind === "line") return doc.flat ?? " ";
  return doc.kind === "concat" ? doc.parts.map(flat).join("") : flat(doc.inner);
}

// ---------------------------------------------------------------- data and networks

function datasetSetting(node: Ast.DatasetSetting): Statement {
  switch (node.kind) {
    case "image":
      return statement(node.span, concat("image ", printExpression(node.size), node.resized === null ? "" : " resized"));
    case "scale":
      return statement(node.span, concat("scale ", printExpression(node.value)));
    case "augment":
      return statement(node.span, concat("augment ", joined(node.steps.map(printExpression), ", ")));
    case "split": {
      const parts = node.parts.map((part) => statement(part.span, concat(`${part.name.text} `, printExpression(part.count))));
      const seed = node.seed === null ? "" : concat(" seed ", printExpression(node.seed));
      return statement(node.span, `split ${node.unit.text} `, braces(node.unit.span.end, ",", parts), seed);
    }
  }
}

function layers(body: Ast.LayerBody): Braces {
  return braces(body.span.start, ";", body.layers.map(layer));
}

function layer(node: Ast.LayerCall): Statement {
  const head = concat(node.callee.text, node.args.length === 0 ? "" : printCall(node.args, null));
  return statement(node.span, head, ...node.bodies.flatMap((body): Part[] => [" ", layers(body)]));
}

// ---------------------------------------------------------------- formulas

function formula(node: Ast.FormulaDeclaration): Statement {
  const head = concat(`${node.kind} ${node.name.text}`, parameters(node.parameters));
  const where = printWhere(node.result, node.bindings);
  if (!node.braces) {
    const made = statement(node.span, head, group(printDefinition(node.result), where));
    return align(made, node.kind, [flat(head), ""]);
  }
  const result = group(printExpression(node.result), where);
  const last = node.bindings.at(-1) ?? node.result;
  const items = [...node.items.map(item), statement({ start: node.result.span.start, end: last.span.end }, result)];
  return statement(node.span, concat(head, " "), braces(node.parameters.at(-1)?.span.end ?? node.name.span.end, ";", items));
}

function item(node: Ast.FormulaItem): Statement {
  switch (node.kind) {
    case "let":
    case "update":
      return binding(node.kind, node);
    case "state":
      return statement(node.span, concat(`state ${node.name.text}${axes(node.axes)}`, printDefinition(node.initial)));
    case "learn":
      return statement(
        node.span,
        concat(
          `learn ${node.name.text}${axes(node.axes)} = `,
          printExpression(node.initial),
          node.atLeast === null ? "" : concat(", at least ", printExpression(node.atLeast)),
          node.atMost === null ? "" : concat(", at most ", printExpression(node.atMost)),
        ),
      );
  }
}

/** `[class, part(3)]: feature`. The tree holds one list; the text says which of them stand behind the colon. */
function axes(list: readonly Ast.AxisSpec[]): string {
  const written = list.map(({ name, size }) => (size === null ? name.text : `${name.text}(${flat(printExpression(size))})`));
  const colon = list.findIndex((axis, i) => {
    const from = i === 0 ? 0 : (list[i - 1]?.span.end ?? 0);
    const before = axis.span.source.text.slice(from, axis.span.start).replace(/\/\/.*/g, "");
    return i === 0 ? /:\s*$/.test(before) : before.includes(":");
  });
  const inside = colon < 0 ? written : written.slice(0, colon);
  const behind = colon < 0 ? [] : written.slice(colon);
  return `${inside.length === 0 ? "" : `[${inside.join(", ")}]`}${behind.length === 0 ? "" : `: ${behind.join(", ")}`}`;
}

// ---------------------------------------------------------------- training and tables

function trainSetting(node: Ast.TrainSetting): Statement {
  if (node.kind === "setting") return statement(node.span, concat(`${node.keyword.text} `, printExpression(node.value)));
  const every = node.every === null ? "" : concat(" every ", printExpression(node.every), " epochs");
  return statement(node.span, concat("evaluate ", printExpression(node.protocol), every, node.keepBest ? ", keep best" : ""));
}

function tableSetting(node: Ast.TableSetting): Statement {
  switch (node.kind) {
    case "from":
      return statement(node.span, `from ${node.train.text}`);
    case "rows":
    case "columns": {
      const { tuned } = node;
      const tail = tuned === null ? "" : concat(" tuned ", printExpression(tuned.path), " in ", printExpression(tuned.values));
      const made = statement(
        node.span,
        node.kind,
        " ",
        node.what.text,
        " ",
        braces(node.what.span.end, ",", node.entries.map(entry)),
        tail,
      );
      return align(made, "variation", [node.kind, node.what.text, ""]);
    }
    case "seeds":
      return statement(node.span, concat("seeds ", printExpression(node.value)));
    case "cell": {
      const format = node.format === null ? "" : ` as ${node.format.text}`;
      return statement(
        node.span,
        concat("cell ", printExpression(node.value), format, node.spread ? ", mean and std" : "", node.best ? ", best bold" : ""),
      );
    }
    case "published": {
      const within = node.within === null ? "" : concat(" within ", printExpression(node.within));
      const figures = node.entries.map((figure) =>
        statement(
          figure.span,
          concat("(", printExpression(figure.row), ", ", printExpression(figure.column), ") ", printExpression(figure.value)),
        ),
      );
      return statement(node.span, `published ${quote(node.source.value)} `, braces(node.source.span.end, ",", figures), within);
    }
  }
}

function entry(node: Ast.TableEntry): Statement {
  const label = node.label === null ? "" : `${quote(node.label.value)} = `;
  return statement(node.span, concat(label, printExpression(node.value)));
}

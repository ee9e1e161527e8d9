/** A formula as the spec has it, on one line: what programs, tables and `explain` show. */
import type { Bound } from "../names/meaning.js";
import type * as Ast from "../syntax/ast.js";
import { sourceText } from "./planning.js";

/** Parameters of a use by name, as numbers. */
export type ParameterValues = readonly { readonly name: string; readonly value: number }[];

/**
 * For a name or call the declaration's own formula, with the parameters of this use; else the expression with the
 * formulas of what it names.
 */
export function formulaText(bound: Bound, expressions: readonly Ast.Expression[], title: string, values: ParameterValues): string {
  const named = expressions.flatMap((each) => formulasIn(bound, each));
  const [only] = named;
  const [expression] = expressions;
  const isName = expression?.kind === "reference" || expression?.kind === "call";
  if (expressions.length === 1 && isName && only !== undefined) {
    return declarationText(only, parametersOf(only, expression.kind === "call" ? expression.args : [], values));
  }
  const texts = [...new Set(named)].map((each) => declarationText(each));
  return texts.length === 0 ? title : `${title} where ${texts.join(", ")}`;
}

function formulasIn(bound: Bound, expression: Ast.Expression): readonly Ast.FormulaDeclaration[] {
  switch (expression.kind) {
    case "reference": {
      const meaning = bound.meanings.get(expression.name);
      if (meaning?.kind !== "declaration") return [];
      const { declaration } = meaning.definition;
      if (declaration.kind === "let") return formulasIn(bound, declaration.value);
      return declaration.kind === "loss" || declaration.kind === "weighting" || declaration.kind === "schedule" ? [declaration] : [];
    }
    case "call":
      return [...formulasIn(bound, expression.callee), ...expression.args.flatMap((each) => formulasIn(bound, each.value))];
    case "group":
      return formulasIn(bound, expression.inner);
    case "unary":
      return formulasIn(bound, expression.operand);
    case "binary":
      return [...formulasIn(bound, expression.left), ...formulasIn(bound, expression.right)];
    default:
      return [];
  }
}

/** Each parameter as this use has it: what stands in the call, else the value it was set to, else its default. */
function parametersOf(declaration: Ast.FormulaDeclaration, args: readonly Ast.Argument[], values: ParameterValues): string {
  const texts = declaration.parameters.map(({ name, default: usual }, index) => {
    const given = args.find((each) => each.name?.text === name.text) ?? (args[index]?.name === null ? args[index] : undefined);
    const value = values.find((each) => each.name === name.text)?.value;
    const isUsual = usual?.kind === "number" && usual.value === value;
    if (given !== undefined) return `${name.text} = ${sourceText(given.value.span)}`;
    if (value !== undefined && !isUsual) return `${name.text} = ${value}`;
    return usual === null ? name.text : `${name.text} = ${sourceText(usual.span)}`;
  });
  return texts.join(", ");
}

/** `cosface(s = 64, m = 0.35) = cross_entropy(...) where c = cosine(x, W)`. */
export function declarationText(
  declaration: Ast.FormulaDeclaration,
  parameters = declaration.parameters.map((each) => sourceText(each.span)).join(", "),
): string {
  const head = declaration.parameters.length === 0 ? declaration.name.text : `${declaration.name.text}(${parameters})`;
  const lines = [...declaration.items, declaration.result].map((each) => sourceText(each.span));
  const body = declaration.braces ? `{ ${lines.join("; ")} }` : lines.join("; ");
  const bindings = declaration.bindings.map((each) => sourceText(each.span)).join(", ");
  return `${head}${declaration.braces ? "" : " ="} ${body}${bindings === "" ? "" : ` where ${bindings}`}`;
}

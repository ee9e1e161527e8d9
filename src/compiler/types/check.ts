/** Checks every formula of the file asked for once, whether it is used or not. */
import { Collector } from "../../diagnostics/collector.js";
import type { Outcome } from "../../diagnostics/diagnostic.js";
import { input } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type { Bound } from "../names/meaning.js";
import type * as Ast from "../syntax/ast.js";
import { type Checking, newBody, Use } from "./body.js";
import { checkExpression } from "./formula.js";
import { checkFormula } from "./instantiate.js";
import { type BoundArgument, plain, unknown, type Value } from "./value.js";

export interface TypedFormula {
  readonly kind: Ast.FormulaDeclaration["kind"];
  readonly name: string;
  /** With the default of each parameter; null where one has none, or after a mistake. */
  readonly result: Expr | null;
}

export interface Typed {
  readonly checking: Omit<Checking, "collector">;
  readonly formulas: readonly TypedFormula[];
}

/**
 * Parameters without a default are unknown here and agree with everything; each use looks again with what it gives.
 * What is found in both is said once.
 */
export function check(bound: Bound, set: Checking["set"], locate: Checking["locate"]): Outcome<Typed> {
  const collector = new Collector();
  const checking: Checking = { bound, collector, set, locate };
  const formulas: TypedFormula[] = [];
  for (const declaration of bound.main.file.declarations) {
    if (declaration.kind === "let") checkLet(checking, declaration);
    else if (declaration.kind === "weighting" || declaration.kind === "loss" || declaration.kind === "schedule") {
      formulas.push(checkDeclared(checking, declaration));
    }
  }
  return { value: { checking: { bound, set, locate }, formulas }, diagnostics: collector.diagnostics };
}

function checkLet(checking: Checking, declaration: Ast.Let): void {
  const what = `the constant \`${declaration.name.text}\``;
  checkExpression(newBody(checking, new Use(), "constant", what), checking.set.get(declaration) ?? declaration.value);
}

/** Logits as any loss with a cross_entropy has them. */
function anyLogits(): Value {
  return plain(input("batch", "z", { axes: ["sample", "class"], of: "number" }));
}

function checkDeclared(checking: Checking, declaration: Ast.FormulaDeclaration): TypedFormula {
  const outside = newBody(checking, new Use(), "constant", `\`${declaration.name.text}\``);
  const args = declaration.parameters.map((parameter): BoundArgument => {
    const chosen = checking.set.get(parameter) ?? parameter.default;
    return { parameter, value: chosen === null ? unknown : checkExpression(outside, chosen) };
  });
  const result = checkFormula(outside, declaration, args, declaration.kind === "weighting" ? anyLogits() : null);
  return { kind: declaration.kind, name: declaration.name.text, result: result.kind === "value" ? result.expr : null };
}

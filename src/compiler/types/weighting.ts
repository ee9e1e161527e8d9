/** How much a sample counts: weightings, and what they multiply. */
import { number } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { expectValue, expectWithin } from "./expect.js";
import { applyOperation } from "./formula.js";
import { checkFormula } from "./instantiate.js";
import { type Checked, plain, unknown, type Value, type Weighting } from "./value.js";

/** `weighting * loss` weighs the loss's samples; `weighting * weighting` is a weighting. */
export function multiplyWeightings(body: Body, at: Ast.Binary, left: Checked, right: Checked): Checked {
  if (left.kind === "weighting" && right.kind === "weighting") return { kind: "weighting", factors: [...left.factors, ...right.factors] };
  if (left.kind === "weighting") return weigh(body, left, right, at.right, at);
  if (right.kind === "weighting") return weigh(body, right, left, at.left, at);
  return unknown;
}

function weigh(body: Body, weighting: Weighting, charged: Checked, at: Ast.Expression, whole: Ast.Expression): Checked {
  const why = "a weighting says how much each sample of it counts";
  const loss = expectWithin(body, charged, ["sample"], at, {
    place: "what the weighting multiplies",
    wanted: "a loss: one number per sample",
    why,
  });
  if (loss === null) return unknown;
  return weighLoss(body, weighting, loss, whole);
}

/** The loss with each sample counting as the weighting says; what it counted before stays a factor. */
export function weighLoss(body: Body, weighting: Weighting, loss: Value, whole: Ast.Expression): Checked {
  const weight = weightingValue(body, weighting, loss.logits === null ? null : plain(loss.logits));
  if (weight.kind !== "value") return unknown;
  const product = applyOperation(body, "multiply", [weight.expr, loss.expr], whole);
  const weights = loss.weights === null ? weight : applyOperation(body, "multiply", [weight.expr, loss.weights], whole);
  if (product.kind !== "value" || weights.kind !== "value") return unknown;
  return { kind: "value", expr: product.expr, logits: loss.logits, weights: weights.expr };
}

/** What each sample counts by this weighting, for a loss with these logits (null: it has none). */
export function weightingValue(body: Body, weighting: Weighting, logits: Checked | null): Checked {
  let product: Expr | null = null;
  for (const { declaration, args, use } of weighting.factors) {
    const value = checkFormula(body, declaration, args, logits, use.span);
    const factor = expectValue(body, value, use, { place: "a weighting", wanted: "one number per sample", why: "" });
    if (factor === null) return unknown;
    if (product === null) product = factor.expr;
    else {
      const both = applyOperation(body, "multiply", [product, factor.expr], use);
      if (both.kind !== "value") return unknown;
      product = both.expr;
    }
  }
  return plain(product ?? number(1));
}

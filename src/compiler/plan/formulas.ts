/** Losses and schedules as plans: one for each use with other arguments. */
import { apply, isFault } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import { differentiate, gradientFacts } from "../formula/gradient.js";
import { inOrder } from "../formula/walk.js";
import type * as Ast from "../syntax/ast.js";
import { type Body, newBody, Use } from "../types/body.js";
import { constantOf } from "../types/constant.js";
import { expectWithin } from "../types/expect.js";
import { checkExpression, givenValue } from "../types/formula.js";
import { results } from "../types/instantiate.js";
import type { Checked, Value, Weighting } from "../types/value.js";
import { weighLoss } from "../types/weighting.js";
import { formulaText } from "./formula-text.js";
import type { LossPlan, SchedulePlan } from "./plan.js";
import { keyOf, type Planning, reportValue, sourceText, unwrapped } from "./planning.js";

/** The loss that an expression stands for, as a training or a table has it. */
export function planLoss(planning: Planning, expression: Ast.Expression, where: string): LossPlan | null {
  const title = sourceText(expression.span);
  return planning.losses.take(keyOf(expression), identifierOf(expression), (name) => {
    const body = newBody(planning.checking, new Use(), "loss", where);
    const value = checkExpression(body, expression);
    if (!isWanted(planning, expression, value, "loss", where)) return null;
    const loss = expectWithin(body, value, ["sample"], expression, { place: `the loss of ${where}`, ...results.loss });
    return loss === null ? null : finishLoss(planning, body, loss, { name, title, expression });
  });
}

/** A weighting multiplied to a loss: the cell of a table with weightings for rows or columns. */
export function planProduct(planning: Planning, weighting: Ast.Expression, loss: Ast.Expression, where: string): LossPlan | null {
  const title = `${operandText(weighting)} * ${operandText(loss)}`;
  return planning.losses.take(`${keyOf(weighting)} * ${keyOf(loss)}`, camel(`${identifierOf(weighting)}_${identifierOf(loss)}`), (name) => {
    const body = newBody(planning.checking, new Use(), "loss", where);
    const weigh = checkExpression(body, weighting);
    const charged = checkExpression(body, loss);
    if (!isWanted(planning, weighting, weigh, "weighting", where) || !isWanted(planning, loss, charged, "loss", where)) return null;
    if (weigh.kind !== "weighting") return null;
    const base = expectWithin(body, charged, ["sample"], loss, { place: `the loss of ${where}`, ...results.loss });
    const product = base === null ? null : weighLoss(body, weigh satisfies Weighting, base, weighting);
    return product?.kind === "value" ? finishLoss(planning, body, product, { name, title, expression: weighting, other: loss }) : null;
  });
}

function operandText(expression: Ast.Expression): string {
  const text = sourceText(expression.span);
  return expression.kind === "binary" && expression.operator !== "*" ? `(${text})` : text;
}

/** Whether a declared thing of the right kind stands here; says so where it does not. */
function isWanted(
  planning: Planning,
  expression: Ast.Expression,
  value: Checked,
  wanted: "loss" | "weighting" | "schedule",
  where: string,
): boolean {
  if (value.kind === "unknown") return false;
  const head = unwrapped(expression);
  const name = head.kind === "reference" ? head.name : head.kind === "call" && head.callee.kind === "reference" ? head.callee.name : null;
  const meaning = name === null ? undefined : planning.checking.bound.meanings.get(name);
  const declared = meaning?.kind === "declaration" ? meaning.definition.declaration : null;
  const is = value.kind === "weighting" ? "weighting" : (declared?.kind ?? wanted);
  if (is === wanted || is === "let") return true;
  const related = declared === null ? [] : [{ place: declared.name.span, text: "declared here" }];
  const params = { name: sourceText(expression.span), is, wanted, where };
  planning.collector.report("wrong-kind", expression.span, params, related);
  return false;
}

interface Naming {
  readonly name: string;
  readonly title: string;
  readonly expression: Ast.Expression;
  /** The other factor of a table's product. */
  readonly other?: Ast.Expression;
}

function finishLoss(planning: Planning, body: Body, loss: Value, naming: Naming): LossPlan | null {
  const perSample = perEachSample(loss.expr);
  const weights = loss.weights === null ? null : perEachSample(loss.weights);
  if (!hasGradients(planning, body, perSample, naming)) return null;
  const { use } = body;
  const updates = use.states.flatMap((state) => state.update ?? []);
  const parameters = parametersIn(use, [perSample, ...(weights === null ? [] : [weights]), ...updates]);
  const expressions = [naming.expression, ...(naming.other === undefined ? [] : [naming.other])];
  return {
    name: naming.name,
    title: naming.title,
    formula: formulaText(planning.checking.bound, expressions, naming.title, parameters),
    at: planning.locate(declarationSpan(planning, naming.expression)),
    uses: usesOf([perSample, ...(weights === null ? [] : [weights]), ...updates]),
    parameters,
    learned: use.learned.map(({ name, axes, sizes, initial, atLeast, atMost }) => ({ name, axes, sizes, initial, atLeast, atMost })),
    states: use.states,
    perSample,
    weights,
    gradients: [],
    rules: [],
  };
}

/** A number for the whole batch is what each of its samples is charged. */
function perEachSample(expr: Expr): Expr {
  if (expr.type.axes.includes("sample")) return expr;
  const spread = apply("broadcast", [expr], "sample", expr.origin);
  return isFault(spread) ? expr : spread;
}

/** A loss must pull on x, or the network never learns, and on everything that it learns itself. */
function hasGradients(planning: Planning, body: Body, perSample: Expr, naming: Naming): boolean {
  const x = givenValue("x");
  if (x === null) return false;
  const learned = body.use.learned;
  const gradients = differentiate(perSample, [x, ...learned.map((each) => each.expr)]);
  let complete = true;
  for (const [index, gradient] of gradients.entries()) {
    if (gradient !== null) continue;
    complete = false;
    const own = learned[index - 1];
    const [fact] = gradientFacts(perSample, [own?.expr ?? x]);
    const by = own === undefined ? "x, the embedding" : `\`${own.name}\`, which it learns`;
    const place = fact?.at.origin ?? own?.node.name.span ?? perSample.origin ?? naming.expression.span;
    planning.collector.report("no-gradient", place, {
      what: `the loss \`${naming.title}\``,
      by,
      name: own === undefined ? "x" : `\`${own.name}\``,
      cut: fact === undefined ? null : cutText(fact.why),
    });
  }
  return complete;
}

function cutText(why: "comparison" | "step" | "stopped"): string {
  if (why === "comparison") return "a comparison, which is yes or no,";
  return why === "stopped" ? "`stop`" : "a function that goes in steps";
}

/** Those that the formulas still name, in the order in which they were met. */
function parametersIn(use: Use, roots: readonly Expr[]): LossPlan["parameters"] {
  const named = new Set(inOrder(roots).flatMap((each) => (each.kind === "parameter" ? [each.name] : [])));
  return [...use.parameters].filter(([name]) => named.has(name)).map(([name, value]) => ({ name, value }));
}

function usesOf(roots: readonly Expr[]): LossPlan["uses"] {
  const named = new Set(inOrder(roots).flatMap((each) => (each.kind === "input" ? [each.name] : [])));
  return (["x", "y", "W", "b"] as const).filter((name) => named.has(name));
}

export function planSchedule(planning: Planning, expression: Ast.Expression, where: string): SchedulePlan | null {
  const title = sourceText(expression.span);
  return planning.schedules.take(keyOf(expression), identifierOf(expression, "rate"), (name) => {
    const body = newBody(planning.checking, new Use(), "schedule", where);
    const value = checkExpression(body, expression);
    if (!isWanted(planning, expression, value, "schedule", where)) return null;
    const rate = expectWithin(body, value, [], expression, { place: `the schedule of ${where}`, ...results.schedule });
    if (rate === null) return null;
    const constant = constantOf(rate.expr);
    if (constant !== null && constant < 0)
      reportValue(planning, "schedule", expression, "a rate from 0", `\`${constant}\`, which would climb`);
    const parameters = parametersIn(body.use, [rate.expr]);
    return {
      name,
      title,
      formula: formulaText(planning.checking.bound, [expression], title, parameters),
      at: planning.locate(declarationSpan(planning, expression)),
      parameters,
      rate: rate.expr,
    };
  });
}

/** Where the formula stands: at its declaration if the expression is one by name, else where it is written. */
function declarationSpan(planning: Planning, expression: Ast.Expression): Ast.Expression["span"] {
  const head = unwrapped(expression);
  const name = head.kind === "reference" ? head.name : head.kind === "call" && head.callee.kind === "reference" ? head.callee.name : null;
  const meaning = name === null ? undefined : planning.checking.bound.meanings.get(name);
  return meaning?.kind === "declaration" ? meaning.definition.declaration.name.span : expression.span;
}

/** A name for the program from the names in the expression: `focal(2) * softmax` is `focalSoftmax`. */
export function identifierOf(expression: Ast.Expression, otherwise = "inlineLoss"): string {
  const names = namesIn(expression);
  const [first = otherwise, ...rest] = names;
  return rest.length === 0 ? first : camel([first, ...rest].join("_"));
}

function namesIn(expression: Ast.Expression): readonly string[] {
  switch (expression.kind) {
    case "reference":
      return [expression.name.text];
    case "call":
      return namesIn(expression.callee);
    case "group":
      return namesIn(expression.inner);
    case "binary":
      return [...namesIn(expression.left), ...namesIn(expression.right)];
    default:
      return [];
  }
}

/** `half_cosine_softmax` as `halfCosineSoftmax`, with no letter lost. */
function camel(text: string): string {
  return text.replace(/(?<=.)_+(\w)/g, (_, letter: string) => letter.toUpperCase());
}

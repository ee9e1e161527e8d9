/** Checks expressions of formulas: from the tree to `Expr`, or to a message. */

import type { OperationName } from "../../runtime/ops/index.js";
import { apply, input, isFault, number } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { checkCall } from "./call.js";
import { constantNumber } from "./constant.js";
import { type Expectation, expectNumbers, expectValue, reportMismatch } from "./expect.js";
import { checkName } from "./reference.js";
import { axesText, typeText } from "./type.js";
import { type Checked, plain, unknown, type Value } from "./value.js";
import { multiplyWeightings } from "./weighting.js";

export function checkExpression(body: Body, expression: Ast.Expression): Checked {
  switch (expression.kind) {
    case "hole":
      return unknown;
    case "number":
      return plain(number(expression.value));
    case "string":
      return { kind: "text", text: expression.value };
    case "size":
      return { kind: "size", sizes: expression.sizes };
    case "list":
      return { kind: "list", items: expression.items.map((item) => checkExpression(body, item)) };
    case "range":
      return checkRange(body, expression);
    case "group":
      return checkExpression(body, expression.inner);
    case "reference":
      return checkName(body, expression);
    case "call":
      return checkCall(body, expression);
    case "index":
      return checkIndex(body, expression);
    case "member":
      return checkMember(body, expression);
    case "unary":
      return checkUnary(body, expression);
    case "binary":
      return checkBinary(body, expression);
    case "comparison":
      return checkComparison(body, expression);
    case "if":
      return checkConditional(body, expression);
  }
}

/** Applies an operation whose arguments were checked one by one; a fault that is left is said at the whole. */
export function applyOperation(body: Body, op: OperationName, args: readonly Expr[], at: Ast.Expression): Checked {
  const made = apply(op, args, null, at.span);
  if (!isFault(made)) return plain(made);
  const given = args[made.argument];
  const place = `${ordinal(made.argument)} operand of \`${op}\``;
  const found = given === undefined ? "nothing" : typeText(given.type);
  reportMismatch(body, at.span, { place, wanted: made.expected, why: "" }, found, undefined);
  return unknown;
}

export function ordinal(index: number): string {
  return ["the first", "the second", "the third", "the fourth", "the fifth"][index] ?? `number ${index + 1}`;
}

function checkMember(body: Body, expression: Ast.Member): Checked {
  const base = checkExpression(body, expression.base);
  if (base.kind !== "unknown")
    body.checking.collector.report("no-member", expression.span, { name: expression.name.text, where: body.what });
  return unknown;
}

/** More would be more terms than anybody means, and formulas too deep to walk. */
const longestRange = 1000;

function checkRange(body: Body, range: Ast.Range): Checked {
  const ends = [checkExpression(body, range.from), checkExpression(body, range.to)];
  if (ends.some((end) => end.kind === "unknown")) return unknown;
  const [from = null, to = null] = ends.map(constantNumber);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from === null || to === null || to < from || to - from >= longestRange) {
    const found = from === null || to === null ? "a range with an end that is not known" : `a range from ${from} to ${to}`;
    body.checking.collector.report("range-ends", range.span, { found, most: longestRange });
    return unknown;
  }
  const items: Checked[] = [];
  for (let each = from; each <= to; each++) items.push(plain(number(each)));
  return { kind: "list", items };
}

function checkIndex(body: Body, expression: Ast.Index): Checked {
  const index = checkExpression(body, expression.index);
  const base = checkExpression(body, expression.base);
  const picked = expectValue(body, index, expression.index, {
    place: "the index in brackets",
    wanted: "the label `y`",
    why: "brackets pick, for each sample, the entry of its class",
  });
  if (picked !== null && picked.expr.type.of !== "label") {
    reportMismatch(
      body,
      expression.index.span,
      { place: "the index in brackets", wanted: "the label `y`", why: "brackets pick, for each sample, the entry of its class" },
      typeText(picked.expr.type),
      undefined,
    );
    return unknown;
  }
  const place = "the value before `[y]`";
  const why = "`[y]` picks the entry of each sample's class";
  const value = expectNumbers(body, base, expression.base, { place, wanted: "one value per class", why });
  if (picked === null || value === null) return unknown;
  if (!value.expr.type.axes.includes("class")) {
    const mend = `It has ${axesText(value.expr.type.axes)}: leave out the \`[y]\`.`;
    reportMismatch(body, expression.base.span, { place, wanted: "a value per class", why }, typeText(value.expr.type), mend);
    return unknown;
  }
  return applyOperation(body, "pick", [value.expr, picked.expr], expression);
}

function checkUnary(body: Body, expression: Ast.Unary): Checked {
  const operand = checkExpression(body, expression.operand);
  if (expression.operator === "not") {
    const value = expectCondition(body, operand, expression.operand, "the operand of `not`");
    return value === null ? unknown : applyOperation(body, "not", [value.expr], expression);
  }
  const value = expectNumbers(body, operand, expression.operand, { place: "the operand of `-`", wanted: "numbers", why: "" });
  if (value === null) return unknown;
  // A literal keeps its sign: -1 is a number, not an operation.
  if (value.expr.kind === "number") return plain(number(-value.expr.value));
  const negated = applyOperation(body, "negate", [value.expr], expression);
  return negated.kind === "value" ? { ...negated, logits: value.logits } : negated;
}

const operations = { "+": "add", "-": "subtract", "*": "multiply", "/": "divide", "^": "power", and: "and", or: "or" } as const;

function checkBinary(body: Body, expression: Ast.Binary): Checked {
  const { operator } = expression;
  const left = checkExpression(body, expression.left);
  const right = checkExpression(body, expression.right);
  if (operator === "and" || operator === "or") {
    const a = expectCondition(body, left, expression.left, `the left side of \`${operator}\``);
    const b = expectCondition(body, right, expression.right, `the right side of \`${operator}\``);
    return a === null || b === null ? unknown : applyOperation(body, operator, [a.expr, b.expr], expression);
  }
  if (operator === "*" && (left.kind === "weighting" || right.kind === "weighting")) {
    return multiplyWeightings(body, expression, left, right);
  }
  const a = expectNumbers(body, left, expression.left, operand(operator, "left"));
  const b = expectNumbers(body, right, expression.right, operand(operator, "right"));
  if (a === null || b === null) return unknown;
  const made = applyOperation(body, operations[operator], [a.expr, b.expr], expression);
  return made.kind === "value" ? { ...made, ...lossOf(operator, a, b) } : made;
}

function operand(operator: string, side: string): Expectation {
  const why =
    operator === "*" ? "only a weighting and a loss, or two weightings, multiply otherwise" : "arithmetic joins numbers by their axes";
  return { place: `the ${side} side of \`${operator}\``, wanted: "numbers", why };
}

/**
 * What stays of a loss in arithmetic: its logits, so that a weighting can multiply a sum or a scaled loss; and what
 * a sample counts only while the loss is scaled by one number. A sum of two terms has no single weight.
 */
function lossOf(operator: Ast.BinaryOperator, a: Value, b: Value): Pick<Value, "logits" | "weights"> {
  if (a.logits !== null && b.logits !== null && a.logits !== b.logits) return { logits: null, weights: null };
  const logits = a.logits ?? b.logits;
  const scales = (operator === "*" || operator === "/") && (a.expr.type.axes.length === 0 || b.expr.type.axes.length === 0);
  return { logits, weights: scales ? (a.weights ?? b.weights) : null };
}

export function expectCondition(body: Body, value: Checked, at: Ast.Expression, place: string): Value | null {
  const expectation = { place, wanted: "yes or no, such as `c > 0` or `target`", why: "it decides which of two values is taken" };
  const found = expectValue(body, value, at, expectation);
  if (found === null || found.expr.type.of === "boolean") return found;
  reportMismatch(body, at.span, expectation, typeText(found.expr.type), "Compare it: `... > 0`.");
  return null;
}

const comparisons = { "<": "less", "<=": "lessEqual", ">": "greater", ">=": "greaterEqual", "==": "equal", "!=": "notEqual" } as const;

function checkComparison(body: Body, expression: Ast.Comparison): Checked {
  const operands = expression.operands.map((each) => {
    const expectation = { place: "an operand of a comparison", wanted: "numbers", why: "comparisons order numbers" };
    return expectNumbers(body, checkExpression(body, each), each, expectation);
  });
  let all: Expr | null = null;
  for (const [index, operator] of expression.operators.entries()) {
    const left = operands[index];
    const right = operands[index + 1];
    if (!left || !right) return unknown;
    const made = applyOperation(body, comparisons[operator], [left.expr, right.expr], expression);
    if (made.kind !== "value") return unknown;
    if (all === null) all = made.expr;
    else {
      const both = applyOperation(body, "and", [all, made.expr], expression);
      if (both.kind !== "value") return unknown;
      all = both.expr;
    }
  }
  return all === null ? unknown : plain(all);
}

function checkConditional(body: Body, expression: Ast.Conditional): Checked {
  const condition = checkExpression(body, expression.condition);
  const then = checkExpression(body, expression.then);
  const otherwise = checkExpression(body, expression.otherwise);
  const chosen = expectCondition(body, condition, expression.condition, "what stands after `if`");
  const why = "both branches of an `if` give numbers";
  const a = expectNumbers(body, then, expression.then, { place: "the branch after `then`", wanted: "numbers", why });
  const b = expectNumbers(body, otherwise, expression.otherwise, { place: "the branch after `else`", wanted: "numbers", why });
  if (chosen === null || a === null || b === null) return unknown;
  return applyOperation(body, "select", [chosen.expr, a.expr, b.expr], expression);
}

/** The values that a formula is given, by name. */
export function givenValue(name: string): Expr | null {
  switch (name) {
    case "x":
      return input("batch", "x", { axes: ["sample", "feature"], of: "number" });
    case "y":
      return input("batch", "y", { axes: ["sample"], of: "label" });
    case "W":
      return input("weight", "W", { axes: ["class", "feature"], of: "number" });
    case "b":
      return input("weight", "b", { axes: ["class"], of: "number" });
    case "N":
    case "C":
    case "epoch":
    case "step":
    case "progress":
    case "v":
      return input("scalar", name, { axes: [], of: "number" });
    case "pi":
      return number(Math.PI);
    default:
      return null;
  }
}

/** `learn` and `state`: values that a formula owns. */
import type { Initial } from "../../runtime/describe.js";
import { type Axis, canonical } from "../../runtime/ops/axes.js";
import { input } from "../formula/build.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { constantNumber } from "./constant.js";
import { checkedText } from "./expect.js";
import { checkExpression } from "./formula.js";
import { type Checked, plain } from "./value.js";

/** Axes of every formula; others are declared with their size: `learn V[class, part(3)]: feature`. */
const knownAxes: readonly Axis[] = ["sample", "class", "feature"];

/** `learn s = 10, at least 0.01`: trained with the weights. */
export function declareLearn(body: Body, item: Ast.Learn): Checked {
  const { axes, sizes } = declaredAxes(body, item);
  const name = body.use.ownName(item.name.text);
  const expr = input("learned", name, { axes, of: "number" });
  const initial = initialOf(body, item.initial, axes);
  const atLeast = item.atLeast === null ? null : expectConstant(body, item.atLeast, "the bound after `at least`");
  const atMost = item.atMost === null ? null : expectConstant(body, item.atMost, "the bound after `at most`");
  reportBounds(body, item, { initial, atLeast, atMost });
  body.use.learned.push({ name, node: item, expr, axes, sizes, initial: initial ?? { kind: "constant", value: 0 }, atLeast, atMost });
  return plain(expr);
}

interface Bounded {
  readonly initial: Initial | null;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** Bounds that leave nothing between them, and a beginning outside of them. */
function reportBounds(body: Body, item: Ast.Learn, { initial, atLeast, atMost }: Bounded): void {
  const { collector } = body.checking;
  const name = item.name.text;
  if (item.atMost !== null && atLeast !== null && atMost !== null && atLeast > atMost) {
    collector.report("learn-bounds", item.atMost.span, { name, atLeast, atMost, initial: null });
  } else if (initial?.kind === "constant") {
    const { value } = initial;
    const below = atLeast !== null && value < atLeast;
    const above = atMost !== null && value > atMost;
    if (below || above) collector.report("learn-bounds", item.initial.span, { name, atLeast, atMost, initial: value });
  }
}

/** `state k[class]: feature = 0`: kept from step to step. The name always means the value before the step. */
export function declareState(body: Body, item: Ast.State): Checked {
  const { axes } = declaredAxes(body, item);
  const name = body.use.ownName(item.name.text);
  body.use.states.push({ name, axes, initial: expectConstant(body, item.initial, "the initial value of a state") ?? 0, update: null });
  return plain(input("state", name, { axes, of: "number" }));
}

function declaredAxes(body: Body, item: Ast.Learn | Ast.State): { axes: readonly Axis[]; sizes: Record<Axis, number> } {
  const sizes: Record<Axis, number> = {};
  const axes: Axis[] = [];
  for (const axis of item.axes) {
    const { text } = axis.name;
    if (text === "") continue;
    const problem = axisProblem(axis, axes);
    if (problem !== null) body.checking.collector.report("axis-declared", axis.span, { axis: text, problem, kind: item.kind });
    // An axis with a wrong size is still an axis, so that its uses are not reported as well.
    if (problem === null || problem === "no-size" || problem === "size-known") axes.push(text);
    if (problem === "no-size") sizes[text] = 1;
    if (axis.size !== null && problem === null) sizes[text] = positive(expectConstant(body, axis.size, `the size of the axis \`${text}\``));
  }
  return { axes: canonical(axes), sizes };
}

type AxisProblem = "per-sample" | "no-size" | "size-known" | "repeated";

function axisProblem(axis: Ast.AxisSpec, before: readonly Axis[]): AxisProblem | null {
  const { text } = axis.name;
  if (before.includes(text)) return "repeated";
  if (text === "sample") return "per-sample";
  if (knownAxes.includes(text)) return axis.size === null ? null : "size-known";
  return axis.size === null ? "no-size" : null;
}

function positive(size: number | null): number {
  return size !== null && size >= 1 ? Math.floor(size) : 1;
}

/** A number that must be known when the spec is compiled; null (after a message) where it is not. */
export function expectConstant(body: Body, expression: Ast.Expression, what: string): number | null {
  const value = checkExpression(body, expression);
  const constant = constantNumber(value);
  if (constant === null && value.kind !== "unknown") {
    body.checking.collector.report("constant-wanted", expression.span, { what, found: checkedText(value) });
  }
  return constant;
}

/** `10`, `normal(0, 0.01)`, `he`, `xavier`. A fan of 0 stands for the number of features, known when the step is built; null after a message. */
function initialOf(body: Body, expression: Ast.Expression, axes: readonly Axis[]): Initial | null {
  const name = initialName(expression);
  if (name === "he" || name === "xavier") {
    if (!axes.includes("feature")) {
      body.checking.collector.report("initial-value", expression.span, {
        found: name,
        problem: "needs the axis feature, whose size it goes by",
      });
    }
    return name === "he" ? { kind: "he", fanIn: 0 } : { kind: "xavier", fanIn: 0, fanOut: 0 };
  }
  if (name === "normal" && expression.kind === "call") {
    const [mean, deviation] = normalArguments(body, expression);
    return { kind: "normal", mean, deviation };
  }
  const value = expectConstant(body, expression, "the initial value of what is learned");
  return value === null ? null : { kind: "constant", value };
}

function initialName(expression: Ast.Expression): string | null {
  if (expression.kind === "reference") return expression.name.text;
  return expression.kind === "call" && expression.callee.kind === "reference" ? expression.callee.name.text : null;
}

function normalArguments(body: Body, call: Ast.Call): readonly [number, number] {
  const names = ["mean", "deviation"];
  const values: [number, number] = [0, 0];
  const given = new Set<number>();
  call.args.forEach((argument, position) => {
    const index = argument.name === null ? position : names.indexOf(argument.name.text);
    if (index < 0 || index > 1) return;
    given.add(index);
    values[index] = expectConstant(body, argument.value, `the ${names[index]} of \`normal\``) ?? 0;
  });
  if (given.size < 2 || call.args.length > 2) {
    body.checking.collector.report("initial-value", call.span, {
      found: "normal",
      problem: "wants two numbers, `normal(mean, deviation)`",
    });
  }
  return values;
}

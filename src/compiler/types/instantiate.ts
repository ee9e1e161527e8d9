/** A formula declaration for one use of it: parameters bound, what it learns and keeps made, its result checked. */

import { Collector } from "../../diagnostics/collector.js";
import type { Span } from "../../diagnostics/source.js";
import { nearest } from "../../diagnostics/suggest.js";
import type * as Ast from "../syntax/ast.js";
import { type Body, newBody } from "./body.js";
import { checkedText, type Expectation, expectWithin, reportMismatch } from "./expect.js";
import { checkExpression } from "./formula.js";
import { declareLearn, declareState } from "./items.js";
import { checkOnce, named } from "./reference.js";
import { type BoundArgument, type Checked, unknown } from "./value.js";

/** `name(args)`: a loss or schedule as its value, a weighting as one that waits for its loss. */
export function instantiate(body: Body, declaration: Ast.FormulaDeclaration, args: readonly Ast.Argument[], use: Ast.Expression): Checked {
  const bound = bindArguments(body, declaration, args, use);
  if (bound === null) return unknown;
  if (declaration.kind === "weighting") return { kind: "weighting", factors: [{ declaration, args: bound, use }] };
  return checkFormula(body, declaration, bound, null, use.span);
}

/** The arguments of a call matched to parameters: by position first, then by name, then the defaults. */
export function bindArguments(
  body: Body,
  declaration: Ast.FormulaDeclaration,
  args: readonly Ast.Argument[],
  use: Ast.Expression,
): readonly BoundArgument[] | null {
  const { checking } = body;
  const given = new Map<Ast.Parameter, Checked>();
  let complete = true;
  for (const [argument, parameter] of matchArguments(body, declaration.name.text, declaration.parameters, args, declaration)) {
    const value = checkExpression(body, argument.value);
    given.set(parameter, expectLikeDefault(body, declaration, parameter, argument.value, value));
  }
  const outside = newBody(checking, body.use, "constant", `\`${declaration.name.text}\``);
  const bound = declaration.parameters.map((parameter): BoundArgument => {
    const chosen = checking.set.get(parameter) ?? parameter.default;
    const value = given.get(parameter) ?? (chosen === null ? null : checkExpression(outside, chosen));
    if (value === null) {
      complete = false;
      checking.collector.report("missing-argument", use.span, { name: parameter.name.text, of: declaration.name.text }, [
        { place: parameter.span, text: "the parameter has no default" },
      ]);
    }
    return { parameter, value: value ?? unknown };
  });
  return complete ? bound : null;
}

/** Arguments with the parameters that they are for; what fits none is reported. */
export function matchArguments<P extends { readonly name: Ast.Name }>(
  body: Pick<Body, "checking">,
  of: string,
  parameters: readonly P[],
  args: readonly Ast.Argument[],
  declaration: { readonly name: Ast.Name },
): readonly (readonly [Ast.Argument, P])[] {
  const { collector } = body.checking;
  const matched = new Map<P, Ast.Argument>();
  const declared = [{ place: declaration.name.span, text: "declared here" }];
  const names = parameters.map((each) => each.name.text);
  let position = 0;
  for (const argument of args) {
    const parameter = argument.name === null ? parameters[position++] : parameters.find((each) => each.name.text === argument.name?.text);
    if (parameter === undefined) {
      if (argument.name === null) {
        collector.report("argument-count", argument.span, { of, most: parameters.length, given: args.length, names }, declared);
        break;
      }
      const near = nearest(argument.name.text, names);
      collector.report("unknown-argument", argument.name.span, { name: argument.name.text, of, near, names }, declared);
    } else if (matched.has(parameter)) {
      collector.report("repeated-argument", argument.span, { name: parameter.name.text, of });
    } else matched.set(parameter, argument);
  }
  return [...matched].map(([parameter, argument]) => [argument, parameter]);
}

/** A parameter with a number for its default is one number; one without takes whatever the call gives. */
function expectLikeDefault(
  body: Body,
  declaration: Ast.FormulaDeclaration,
  parameter: Ast.Parameter,
  at: Ast.Expression,
  value: Checked,
): Checked {
  if (parameter.default === null) return value;
  const place = `the argument \`${parameter.name.text}\` of \`${declaration.name.text}\``;
  if (parameter.default.kind === "list") {
    if (value.kind === "list" || value.kind === "unknown") return value;
    reportMismatch(
      body,
      at.span,
      { place, wanted: "a list, such as `[10, 16]`", why: "its default is one" },
      checkedText(value),
      undefined,
    );
    return unknown;
  }
  return expectWithin(body, value, [], at, { place, wanted: "one number", why: "its default is one" }) ?? unknown;
}

export const results: Record<Ast.FormulaDeclaration["kind"], Pick<Expectation, "wanted" | "why">> = {
  loss: { wanted: "one number per sample", why: "a loss says what each sample is charged" },
  weighting: { wanted: "one number per sample", why: "a weighting says what each sample counts" },
  schedule: { wanted: "one number", why: "a schedule is the learning rate of a step" },
};

/** The result of a formula's body with these arguments. `logits` is what a weighting multiplies. */
export function checkFormula(
  caller: Body,
  declaration: Ast.FormulaDeclaration,
  args: readonly BoundArgument[],
  logits: Checked | null,
  usedAt: Span | null = null,
): Checked {
  const related = usedAt === null ? [] : [{ place: usedAt, text: "used here" }];
  const checking = { ...caller.checking, collector: new Collector(caller.checking.collector, related) };
  const what = `the ${declaration.kind} \`${declaration.name.text}\``;
  const body = newBody(checking, caller.use, declaration.kind, what, logits, usedAt);
  for (const { parameter, value } of args) body.values.set(parameter, named(body, parameter.name.text, value));
  for (const item of declaration.items) {
    if (declaration.kind === "schedule" && (item.kind === "learn" || item.kind === "state")) {
      checking.collector.report("schedule-keeps", item.span, { name: item.name.text, kind: item.kind });
    }
    if (item.kind === "learn") body.values.set(item, declareLearn(body, item));
    else if (item.kind === "state") body.values.set(item, declareState(body, item));
  }
  const result = checkExpression(body, declaration.result);
  checkItems(body, declaration);
  const expectation = { place: `the result of ${what}`, ...results[declaration.kind] };
  const axes = declaration.kind === "schedule" ? [] : ["sample"];
  return expectWithin(body, result, axes, declaration.result, expectation) ?? unknown;
}

/** Updates, and lets that nothing needs: they are checked all the same. */
function checkItems(body: Body, declaration: Ast.FormulaDeclaration): void {
  const updated = new Set<Ast.Learn | Ast.State>();
  for (const item of declaration.items) {
    if (item.kind === "let") checkOnce(body, item);
    if (item.kind !== "update") continue;
    const meaning = body.checking.bound.meanings.get(item.name);
    if (meaning?.kind !== "item" || meaning.node.kind !== "state") continue;
    if (updated.has(meaning.node)) {
      body.checking.collector.report("repeated-update", item.name.span, { name: item.name.text });
      continue;
    }
    updated.add(meaning.node);
    const state = body.values.get(meaning.node);
    // Where its axes were refused, nobody knows what would fit them.
    if (meaning.node.axes.some((each) => each.name.text === "sample")) continue;
    if (state?.kind !== "value" || state.expr.kind !== "input") continue;
    const expectation = {
      place: `the update of the state \`${item.name.text}\``,
      wanted: "a value with the state's axes",
      why: "a state keeps its form",
    };
    const value = expectWithin(body, checkExpression(body, item.value), state.expr.type.axes, item.value, expectation);
    const own = state.expr.name;
    const index = body.use.states.findIndex((each) => each.name === own);
    const found = body.use.states[index];
    if (value !== null && found !== undefined) body.use.states[index] = { ...found, update: value.expr };
  }
  for (const binding of declaration.bindings) if (binding.parameters.length === 0) checkOnce(body, binding);
}

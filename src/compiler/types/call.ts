/** Checks calls in formulas: functions of the language, reductions, local functions, other losses and weightings. */
import { nearest } from "../../diagnostics/suggest.js";
import type { Axis } from "../../runtime/ops/axes.js";
import type { Expr } from "../formula/expr.js";
import { functions } from "../formula/functions.js";
import { kindOf } from "../names/resolve.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { checkComprehension } from "./comprehension.js";
import { expectValue, expectWithin, reportMismatch } from "./expect.js";
import { checkExpression } from "./formula.js";
import { instantiate, matchArguments } from "./instantiate.js";
import { reportCircle } from "./reference.js";
import { axesText, typeText } from "./type.js";
import { type Checked, plain, unknown, type Value } from "./value.js";
import { weightingValue } from "./weighting.js";

type Over = { readonly axes: readonly Axis[]; readonly by: Axis | null };

export function checkCall(body: Body, call: Ast.Call): Checked {
  if (call.callee.kind !== "reference") {
    checkExpression(body, call.callee);
    return unknown;
  }
  const { name } = call.callee;
  const meaning = body.checking.bound.meanings.get(name);
  if (meaning === undefined || meaning.kind === "unknown") return unknown;
  if (meaning.kind === "function") return checkFunction(body, call, meaning.name);
  if (call.over !== null) body.checking.collector.report("not-a-reduction", call.over.span, { name: name.text });
  if (meaning.kind === "binding" && meaning.node.parameters.length > 0) return callLocal(body, call, meaning.node);
  if (meaning.kind === "declaration") {
    const { declaration } = meaning.definition;
    if (declaration.kind === "loss" || declaration.kind === "weighting" || declaration.kind === "schedule") {
      const value = instantiate(body, declaration, call.args, call);
      return value.kind === "weighting" && body.given === "weighting" ? weightingValue(body, value, body.logits) : value;
    }
  }
  body.checking.collector.report("not-callable", name.span, { name: name.text, is: kindOf(meaning) });
  return unknown;
}

/** A local function stands for its text: it is checked anew with each call's arguments. */
function callLocal(body: Body, call: Ast.Call, binding: Ast.Binding): Checked {
  const parameters = binding.parameters.map((name) => ({ name }));
  const matched = matchArguments(body, binding.name.text, parameters, call.args, binding);
  if (matched.length < parameters.length) {
    if (call.args.length < parameters.length) {
      const missing = parameters.find((each) => !matched.some(([, parameter]) => parameter === each));
      const name = missing?.name.text ?? "";
      body.checking.collector.report("missing-argument", call.span, { name, of: binding.name.text }, [
        { place: binding.name.span, text: "declared here" },
      ]);
    }
    return unknown;
  }
  if (body.open.has(binding)) {
    reportCircle(body, binding);
    return unknown;
  }
  const values = new Map(body.values);
  for (const [argument, parameter] of matched) values.set(parameter.name, checkExpression(body, argument.value));
  body.open.add(binding);
  const value = checkExpression({ ...body, values }, binding.value);
  body.open.delete(binding);
  return value;
}

// ---------------------------------------------------------------- functions of the language

function checkFunction(body: Body, call: Ast.Call, name: string): Checked {
  const entry = functions[name];
  if (entry === undefined) return unknown;
  if (call.over?.in) return checkComprehension(body, call, name);
  if (call.over?.where) {
    body.checking.collector.report("not-yet", call.over.span, { what: "reductions over several samples at once" });
    return unknown;
  }
  if (call.over !== null && !entry.reduces) {
    body.checking.collector.report("not-a-reduction", call.over.span, { name });
    return unknown;
  }
  const args = functionArguments(body, call, name);
  const over = call.over === null ? null : overAxes(body, call.over, args);
  if (args === null || over === undefined) return unknown;
  const exprs = args.map(([value]) => value.expr);
  const made = entry.expand(exprs, over, call.span);
  if ("type" in made) return resultOf(name, made, args[0]?.[0] ?? null);
  const [faulty, at] = args[made.argument] ?? [null, call];
  const missing = entry.parameters[made.argument];
  if (faulty === null && missing !== undefined && !missing.many) {
    body.checking.collector.report("missing-argument", call.span, { name: missing.name, of: name });
  } else if (faulty === null) {
    body.checking.collector.report("function-over", (call.over ?? call).span, { name, expected: made.expected, found: made.given });
  } else {
    const place = exprs.length === 1 ? `the argument of \`${name}\`` : `${argumentName(name, made.argument)} of \`${name}\``;
    reportMismatch(body, at.span, { place, wanted: made.expected, why: "" }, typeText(faulty.expr.type), undefined);
  }
  return unknown;
}

function argumentName(name: string, index: number): string {
  const parameter = functions[name]?.parameters[index];
  return parameter === undefined ? `argument ${index + 1}` : `the argument \`${parameter.name}\``;
}

/** Cross-entropy makes a loss of logits; of other functions nothing of a loss remains. */
function resultOf(name: string, made: Expr, first: Value | null): Value {
  if (name === "cross_entropy") return { kind: "value", expr: made, logits: first?.expr ?? null, weights: null };
  return plain(made);
}

/** Values of the arguments in the function's order; null where one is not known or does not fit. */
function functionArguments(body: Body, call: Ast.Call, name: string): readonly (readonly [Value, Ast.Expression])[] | null {
  const parameters = functions[name]?.parameters ?? [];
  const found: (readonly [Value, Ast.Expression])[] = [];
  const many = parameters.some((each) => each.many);
  const positional = call.args.filter((each) => each.name === null).length;
  if (!many && positional > parameters.length) {
    const names = parameters.map((each) => each.name);
    const params = { of: name, most: parameters.length, given: call.args.length, names };
    body.checking.collector.report("argument-count", (call.args[parameters.length] ?? call).span, params);
    return null;
  }
  let position = 0;
  let complete = true;
  for (const argument of call.args) {
    const index = argument.name === null ? position++ : parameters.findIndex((each) => each.name === argument.name?.text);
    const value = checkExpression(body, argument.value);
    if (index < 0) {
      const names = parameters.map((each) => each.name);
      const text = argument.name?.text ?? "";
      body.checking.collector.report("unknown-argument", (argument.name ?? argument).span, {
        name: text,
        of: name,
        near: nearest(text, names),
        names,
      });
      complete = false;
      continue;
    }
    const wanted = { place: `${argumentName(name, index)} of \`${name}\``, wanted: "a value", why: "functions work on numbers with axes" };
    const checked = name === "cross_entropy" ? expectLogits(body, value, argument.value) : expectValue(body, value, argument.value, wanted);
    if (checked === null) complete = false;
    else found[index] = [checked, argument.value];
  }
  return complete ? found : null;
}

/** Logits: one number per sample and class. */
function expectLogits(body: Body, value: Checked, at: Ast.Expression): Value | null {
  const expectation = {
    place: "the argument of `cross_entropy`",
    wanted: "logits: one value per sample and class",
    why: "it compares the logit of each sample's class with those of all classes",
  };
  const logits = expectWithin(body, value, ["sample", "class"], at, expectation);
  if (logits === null || logits.expr.type.axes.length === 2) return logits;
  const mend = "Logits have one value per sample and class: `dot(x, W) + b`, `s * cosine(x, W)`.";
  reportMismatch(body, at.span, expectation, typeText(logits.expr.type), mend);
  return null;
}

/** The axes after `over` and `by`; undefined (after a message) where the value lacks one. */
function overAxes(body: Body, over: Ast.Over, args: readonly (readonly [Value, Ast.Expression])[] | null): Over | null | undefined {
  const [first] = args ?? [];
  const has: readonly Axis[] = first === undefined ? ["sample", "class", "feature"] : first[0].expr.type.axes;
  const axes: Axis[] = [];
  for (const name of over.names) {
    if (name.text === "") return undefined;
    if (args !== null && has.length > 0 && !has.includes(name.text)) {
      const near = nearest(name.text, has);
      const found = first === undefined ? "" : axesText(has);
      body.checking.collector.report("axis-missing", name.span, { axis: name.text, found, near });
      return undefined;
    }
    axes.push(name.text);
  }
  if (over.by !== null && over.by.text !== "class") {
    body.checking.collector.report("axis-missing", over.by.span, { axis: over.by.text, found: "", near: "class" });
    return undefined;
  }
  return { axes, by: over.by?.text ?? null };
}

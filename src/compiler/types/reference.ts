/** Checks names in formulas: what a name stands for, as a value. */
import { number, parameter } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import { functions } from "../formula/functions.js";
import type { Definition } from "../names/meaning.js";
import type * as Ast from "../syntax/ast.js";
import { type Body, newBody } from "./body.js";
import { constantOf } from "./constant.js";
import { applyOperation, checkExpression, givenValue } from "./formula.js";
import { instantiate } from "./instantiate.js";
import { type Checked, plain, unknown } from "./value.js";
import { weightingValue } from "./weighting.js";

export function checkName(body: Body, reference: Ast.Reference): Checked {
  const meaning = body.checking.bound.meanings.get(reference.name);
  if (meaning === undefined) return unknown;
  switch (meaning.kind) {
    case "given":
      return checkGiven(body, meaning.name, reference);
    case "parameter":
    case "argument":
    case "loop":
      return inContext(body, body.values.get(meaning.node) ?? unknown);
    case "item":
      return meaning.node.kind === "let" ? checkOnce(body, meaning.node) : (body.values.get(meaning.node) ?? unknown);
    case "binding":
      if (meaning.node.parameters.length === 0) return inContext(body, checkOnce(body, meaning.node));
      body.checking.collector.report("function-without-arguments", reference.span, { name: reference.name.text });
      return unknown;
    case "declaration":
      return checkDeclared(body, meaning.definition, reference);
    case "function":
    case "layer":
    case "word":
    case "unknown":
      return unknown;
  }
}

/** Inside a weighting all weightings multiply the same loss, so they have values at once. */
function inContext(body: Body, value: Checked): Checked {
  return value.kind === "weighting" && body.given === "weighting" ? weightingValue(body, value, body.logits) : value;
}

/** The value of a let or a `where` name, checked the first time it is met in this body. */
export function checkOnce(body: Body, node: Ast.Let | Ast.Binding): Checked {
  const known = body.done.get(node);
  if (known !== undefined) return known;
  if (body.open.has(node)) {
    reportCircle(body, node);
    return unknown;
  }
  body.open.add(node);
  const value = checkExpression(body, node.value);
  body.open.delete(node);
  body.done.set(node, value);
  return value;
}

/** The names that are being looked at, from this one on, come back to it. */
export function reportCircle(body: Body, node: Ast.Let | Ast.Binding): void {
  const open = [...body.open];
  const cycle = [...open.slice(open.indexOf(node)), node].map((each) => each.name.text);
  body.checking.collector.report("uses-itself", node.name.span, { kind: "let", cycle });
}

function checkGiven(body: Body, name: string, reference: Ast.Reference): Checked {
  const given = givenValue(name);
  if (given !== null) return plain(given);
  if (name === "theta") return expand("angle", [givenValue("x"), givenValue("W")], reference);
  if (name === "target") {
    const label = givenValue("y");
    return label === null ? unknown : applyOperation(body, "isTarget", [label], reference);
  }
  if (body.logits === null) {
    const related = body.usedAt === null ? [] : [{ place: reference.span, text: `it uses \`${name}\` here` }];
    body.checking.collector.report("no-logits", body.usedAt ?? reference.span, { name, where: body.what }, related);
    return unknown;
  }
  if (name === "z" || body.logits.kind !== "value") return body.logits;
  return expand("softmax", [body.logits.expr], reference);
}

function expand(name: string, args: readonly (Expr | null)[], at: Ast.Expression): Checked {
  const known = args.filter((each) => each !== null);
  const made = functions[name]?.expand(known, null, at.span);
  return made !== undefined && "type" in made ? plain(made) : unknown;
}

/** A declaration by its bare name: a constant, or a formula without arguments. */
function checkDeclared(body: Body, definition: Definition, reference: Ast.Reference): Checked {
  const { declaration } = definition;
  if (declaration.kind === "let") return checkConstant(body, declaration);
  if (declaration.kind === "loss" || declaration.kind === "weighting" || declaration.kind === "schedule") {
    return inContext(body, instantiate(body, declaration, [], reference));
  }
  const { collector } = body.checking;
  const wanted = body.given === "schedule" ? "schedule" : body.given === "constant" || body.given === "scale" ? "let" : "loss";
  collector.report("wrong-kind", reference.span, { name: reference.name.text, is: declaration.kind, wanted, where: body.what }, [
    { place: declaration.name.span, text: "declared here" },
  ]);
  return unknown;
}

/** A constant of the file keeps its name, so that the program has it as a setting. */
function checkConstant(body: Body, declaration: Ast.Let): Checked {
  const { checking } = body;
  const outside = newBody(checking, body.use, "constant", `the constant \`${declaration.name.text}\``);
  const value = checkExpression(outside, checking.set.get(declaration) ?? declaration.value);
  return named(body, declaration.name.text, value);
}

/** A value that is one number, known now, as a parameter with that name; anything else as it is. */
export function named(body: Body, name: string, value: Checked): Checked {
  if (value.kind !== "value" || value.logits !== null) return value;
  const constant = constantOf(value.expr);
  if (constant === null) return value;
  // A schedule's or loss's settings are read by name; elsewhere (sizes, counts) the number itself is wanted.
  if (body.given === "constant" || body.given === "scale") return plain(number(constant));
  return plain(parameter(body.use.parameterName(name, constant), constant));
}

import type * as Ast from "../syntax/ast.js";
import { laterFunction } from "./elsewhere.js";
import type { Meaning } from "./meaning.js";
import { bindCallee, bindName, inner, type Scope } from "./scope.js";

/** Binds every name in an expression that stands for a value. */
export function bindExpression(scope: Scope, expression: Ast.Expression): void {
  switch (expression.kind) {
    case "number":
    case "string":
    case "size":
    case "hole":
      return;
    case "list":
      for (const item of expression.items) bindExpression(scope, item);
      return;
    case "range":
      bindExpression(scope, expression.from);
      bindExpression(scope, expression.to);
      return;
    case "reference":
      bindName(scope, expression.name);
      return;
    case "call":
      bindCall(scope, expression);
      return;
    case "index":
      bindExpression(scope, expression.base);
      bindExpression(scope, expression.index);
      return;
    case "member":
      bindExpression(scope, expression.base);
      return;
    case "unary":
      bindExpression(scope, expression.operand);
      return;
    case "binary":
      bindExpression(scope, expression.left);
      bindExpression(scope, expression.right);
      return;
    case "comparison":
      for (const operand of expression.operands) bindExpression(scope, operand);
      return;
    case "if":
      bindExpression(scope, expression.condition);
      bindExpression(scope, expression.then);
      bindExpression(scope, expression.otherwise);
      return;
    case "group":
      bindExpression(scope, expression.inner);
      return;
  }
}

function bindCall(scope: Scope, call: Ast.Call): void {
  if (call.callee.kind === "reference") {
    const meaning = bindCallee(scope, call.callee.name, call.args.length + (call.over === null ? 0 : 1));
    // `draw(normal(0, 1))`: what is in the parentheses of something that is not there yet may not be there either.
    if (meaning.kind === "unknown" && laterFunction(call.callee.name.text) !== null) return;
  } else bindExpression(scope, call.callee);
  const within = call.over === null ? scope : bindOver(scope, call.over);
  for (const argument of call.args) bindExpression(within, argument.value);
}

/** `over e in [...]` makes e a name for the arguments; `over sample` names an axis, which the types know. */
function bindOver(scope: Scope, over: Ast.Over): Scope {
  if (over.in !== null) bindExpression(scope, over.in);
  if (over.in === null && over.where === null) return scope;
  const local = new Map<string, Meaning>(over.names.map((name) => [name.text, { kind: "loop", node: name }]));
  const within = inner(scope, local);
  if (over.where !== null) bindExpression(within, over.where);
  return within;
}

/**
 * Binds the arguments of a call whose own name is a word of its place: `pairs(orl.test).accuracy`, `folder("orl")`,
 * `sgd(momentum = 0.9)`. The word itself is looked at where its meaning is known.
 */
export function bindArguments(scope: Scope, expression: Ast.Expression): void {
  if (expression.kind === "call") {
    if (expression.callee.kind !== "reference") bindArguments(scope, expression.callee);
    for (const argument of expression.args) bindExpression(scope, argument.value);
  } else if (expression.kind === "member") bindArguments(scope, expression.base);
  else if (expression.kind === "group") bindArguments(scope, expression.inner);
  else if (expression.kind !== "reference") bindExpression(scope, expression);
}

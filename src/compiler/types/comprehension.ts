/** `count(epoch >= e over e in [10, 16, 20])`: written out when the spec is compiled, one term for each number. */

import type { OperationName } from "../../runtime/ops/index.js";
import { number } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { checkedText, expectNumbers, reportMismatch } from "./expect.js";
import { applyOperation, checkExpression, expectCondition } from "./formula.js";
import { type Checked, plain, unknown } from "./value.js";

/** How terms are joined, by function. */
const joins: Readonly<Record<string, OperationName>> = { count: "add", sum: "add", mean: "add", max: "maximum", min: "minimum" };

export function checkComprehension(body: Body, call: Ast.Call, name: string): Checked {
  const join = joins[name];
  const [loop] = call.over?.names ?? [];
  const [argument] = call.args;
  if (join === undefined || loop === undefined || call.over?.in == null) {
    body.checking.collector.report("not-a-reduction", call.span, { name });
    return unknown;
  }
  const list = checkExpression(body, call.over.in);
  if (list.kind !== "list") {
    const expectation = {
      place: "what stands after `in`",
      wanted: "a list, such as `[10, 16, 20]`",
      why: "each of its numbers gives one term",
    };
    if (list.kind !== "unknown") reportMismatch(body, call.over.in.span, expectation, checkedText(list), undefined);
    return unknown;
  }
  if (argument === undefined) return plain(number(list.items.length));
  const terms = list.items.map((item) => termOf({ ...body, values: new Map(body.values).set(loop, item) }, name, argument.value));
  return joinTerms(body, call, name, join, terms);
}

/** `count` counts where its condition holds; the others join numbers. */
function termOf(body: Body, name: string, term: Ast.Expression): Expr | null {
  const value = checkExpression(body, term);
  if (name !== "count")
    return expectNumbers(body, value, term, { place: `the argument of \`${name}\``, wanted: "numbers", why: "" })?.expr ?? null;
  const condition = expectCondition(body, value, term, "the argument of `count`");
  if (condition === null) return null;
  const counted = applyOperation(body, "select", [condition.expr, number(1), number(0)], term);
  return counted.kind === "value" ? counted.expr : null;
}

function joinTerms(body: Body, call: Ast.Call, name: string, join: OperationName, terms: readonly (Expr | null)[]): Checked {
  let all: Expr | null = null;
  for (const term of terms) {
    if (term === null) return unknown;
    if (all === null) all = term;
    else {
      const joined = applyOperation(body, join, [all, term], call);
      if (joined.kind !== "value") return unknown;
      all = joined.expr;
    }
  }
  if (all === null) return plain(number(0));
  return name === "mean" ? applyOperation(body, "divide", [all, number(terms.length)], call) : plain(all);
}

/** Concrete to abstract syntax, for expressions: chains of operators get their tree here, by the table of precedence. */
import type { IToken } from "chevrotain";
import type * as Cst from "../../../grammar/cst.js";
import { bindingOf, prefixLevels } from "../../../grammar/precedence.js";
import { join } from "../../diagnostics/source.js";
import type { Argument, BinaryOperator, ComparisonOperator, Expression, Over } from "./ast.js";
import { numberLiteral, sizeLiteral, stringLiteral } from "./literals.js";
import { type Context, nameOf, one, spanOf, spanOfToken } from "./tree.js";

export function buildExpression(context: Context, node: Cst.ExpressionCstNode): Expression {
  const { conditional, operation } = node.children;
  if (conditional?.[0] !== undefined) {
    const [condition, then, otherwise] = conditional[0].children.expression.map((part) => buildExpression(context, part));
    if (condition === undefined || then === undefined || otherwise === undefined) throw new Error("the grammar promises three parts");
    return { kind: "if", condition, then, otherwise, span: spanOf(context.source, node) };
  }
  return new Chain(context, one(operation)).read();
}

/** The spellings of other languages, already reported, and what they mean here. */
const meant: Readonly<Record<string, string>> = { "**": "^", "&&": "and", "&": "and", "||": "or", "===": "==", "!==": "!=", "!": "not" };

function operatorOf(token: IToken): string {
  return meant[token.image] ?? token.image;
}

/** A flat chain `operand operator operand ...`, read by climbing the levels of precedence (Pratt). */
class Chain {
  private readonly items: readonly (IToken | Cst.OperandCstNode)[];
  private at = 0;

  constructor(
    private readonly context: Context,
    node: Cst.OperationCstNode,
  ) {
    const { operand, Infix = [] } = node.children;
    // Each operand's prefixes become items of their own: `-x^2` negates the power, not x.
    this.items = operand.flatMap((one, i) => [
      ...(i === 0 ? [] : [Infix[i - 1]].flatMap((t) => t ?? [])),
      ...(one.children.Prefix ?? []),
      one,
    ]);
  }

  read(): Expression {
    return this.climb(0);
  }

  private climb(lowest: number): Expression {
    let left = this.first();
    for (;;) {
      const token = this.items[this.at];
      if (token === undefined || !("image" in token)) return left;
      const operator = operatorOf(token);
      const binding = bindingOf(operator);
      if (binding === null || binding.level < lowest) return left;
      this.at++;
      const right = this.climb(binding.side === "right" ? binding.level : binding.level + 1);
      left = combine(left, operator, right);
    }
  }

  private first(): Expression {
    const item = this.items[this.at++];
    if (item === undefined) throw new Error("an operator has an operand on its right");
    if (!("image" in item)) return buildOperand(this.context, item);
    const operator = operatorOf(item) === "not" ? "not" : "-";
    const operand = this.climb(prefixLevels[operator] ?? 0);
    return { kind: "unary", operator, operand, span: join(spanOfToken(this.context.source, item), operand.span) };
  }
}

function combine(left: Expression, operator: string, right: Expression): Expression {
  const span = join(left.span, right.span);
  if (operator === "..") return { kind: "range", from: left, to: right, span };
  if (!isComparison(operator)) return { kind: "binary", operator: operator as BinaryOperator, left, right, span };
  // `a < b < c` is one comparison of three; a bracketed `(a < b) < c` is a group and stays apart.
  if (left.kind === "comparison") {
    return { kind: "comparison", operators: [...left.operators, operator], operands: [...left.operands, right], span };
  }
  return { kind: "comparison", operators: [operator], operands: [left, right], span };
}

function isComparison(operator: string): operator is ComparisonOperator {
  return bindingOf(operator)?.side === "chain";
}

function buildOperand(context: Context, node: Cst.OperandCstNode): Expression {
  const { primary, suffix = [] } = node.children;
  return suffix.reduce((base, next) => buildSuffix(context, base, next), buildPrimary(context, one(primary)));
}

function buildPrimary(context: Context, node: Cst.PrimaryCstNode): Expression {
  const { source } = context;
  const { AnyNumber, Text, Size, Word, list, group } = node.children;
  if (AnyNumber?.[0] !== undefined) return numberLiteral(source, AnyNumber[0]);
  if (Text?.[0] !== undefined) return stringLiteral(source, Text[0], context.report);
  if (Size?.[0] !== undefined) return sizeLiteral(source, Size[0]);
  if (Word?.[0] !== undefined) return { kind: "reference", name: nameOf(source, Word[0]), span: spanOfToken(source, Word[0]) };
  if (list?.[0] !== undefined) {
    const items = list[0].children.expression ?? [];
    return { kind: "list", items: items.map((item) => buildExpression(context, item)), span: spanOf(source, node) };
  }
  return { kind: "group", inner: buildExpression(context, one(one(group).children.expression)), span: spanOf(source, node) };
}

function buildSuffix(context: Context, base: Expression, node: Cst.SuffixCstNode): Expression {
  const { call, index, member } = node.children;
  const span = join(base.span, spanOf(context.source, node));
  if (call?.[0] !== undefined) {
    const { argumentList, over } = call[0].children;
    return {
      kind: "call",
      callee: base,
      args: buildArguments(context, argumentList?.[0]),
      over: over?.[0] === undefined ? null : buildOver(context, over[0]),
      span,
    };
  }
  if (index?.[0] !== undefined) return { kind: "index", base, index: buildExpression(context, one(index[0].children.expression)), span };
  return { kind: "member", base, name: nameOf(context.source, one(one(member).children.Word)), span };
}

export function buildArguments(context: Context, node: Cst.ArgumentListCstNode | undefined): readonly Argument[] {
  return (node?.children.argument ?? []).map((argument) => {
    const name = argument.children.Word?.[0];
    return {
      kind: "argument",
      name: name === undefined ? null : nameOf(context.source, name),
      value: buildExpression(context, one(argument.children.expression)),
      span: spanOf(context.source, argument),
    };
  });
}

function buildOver(context: Context, node: Cst.OverCstNode): Over {
  const { Word, By, In, Where, expression = [] } = node.children;
  const names = Word.map((word) => nameOf(context.source, word));
  const by = By === undefined ? null : (names.pop() ?? null);
  const values = expression.map((value) => buildExpression(context, value));
  return {
    kind: "over",
    names,
    by,
    in: In === undefined ? null : one(values),
    where: Where === undefined ? null : one(values.slice(In === undefined ? 0 : 1)),
    span: spanOf(context.source, node),
  };
}

/** How expressions are written: one spacing, and the places where a long one may break. Parentheses stand as the author set them. */
import { bindingOf } from "../../../grammar/precedence.js";
import type { Argument, Binary, Binding, Expression, Over } from "../syntax/ast.js";
import { quote } from "../syntax/literals.js";
import { concat, type Doc, group, hardLine, indent, joined, line, softLine } from "./doc.js";

export function printExpression(node: Expression): Doc {
  switch (node.kind) {
    case "number":
      return node.text;
    case "string":
      return quote(node.value);
    case "size":
      return node.sizes.join("x");
    case "reference":
      return node.name.text;
    case "hole":
      return "";
    case "list":
      return concat("[", group(indent(softLine, joined(node.items.map(printExpression), concat(",", line)))), "]");
    case "range":
      return concat(printExpression(node.from), "..", printExpression(node.to));
    case "call":
      return concat(printExpression(node.callee), printCall(node.args, node.over));
    case "index":
      return concat(printExpression(node.base), "[", printExpression(node.index), "]");
    case "member":
      return concat(printExpression(node.base), ".", node.name.text);
    case "unary":
      return concat(node.operator === "not" ? "not " : "-", printExpression(node.operand));
    case "binary":
      return node.operator === "^" ? printPower(node) : printChain(node);
    case "comparison":
      return group(
        joined(
          node.operands.map((operand, i) =>
            i === 0 ? printExpression(operand) : concat(`${node.operators[i - 1]} `, printExpression(operand)),
          ),
          indent(line),
        ),
      );
    case "if":
      return group(
        concat("if ", printExpression(node.condition)),
        indent(line, "then ", printExpression(node.then), line, "else ", printExpression(node.otherwise)),
      );
    case "group":
      return concat("(", group(indent(printExpression(node.inner))), ")");
  }
}

export function printCall(args: readonly Argument[], over: Over | null): Doc {
  const parts = joined(args.map(printArgument), concat(",", line));
  if (over === null) return args.length === 0 ? "()" : concat("(", group(indent(softLine, parts)), ")");
  return concat("(", group(indent(parts, args.length === 0 ? "" : line, printOver(over))), ")");
}

function printArgument({ name, value }: Argument): Doc {
  return name === null ? printExpression(value) : concat(`${name.text} = `, printExpression(value));
}

function printOver({ names, by, in: values, where }: Over): Doc {
  return concat(
    `over ${names.map((name) => name.text).join(", ")}`,
    by === null ? "" : ` by ${by.text}`,
    values === null ? "" : concat(" in ", printExpression(values)),
    where === null ? "" : concat(line, "where ", printExpression(where)),
  );
}

/** `x^2`, but `0.1 ^ count(...)`: a short exponent stands close to its base. */
function printPower({ left, right }: Binary): Doc {
  return concat(printExpression(left), isShort(right) ? "^" : " ^ ", printExpression(right));
}

function isShort(node: Expression): boolean {
  if (node.kind === "unary") return node.operator === "-" && isShort(node.operand);
  return node.kind === "number" || node.kind === "reference" || node.kind === "group";
}

/** `a + b - c` breaks before each of its operators or before none; a product inside it breaks only when it must itself. */
function printChain(node: Binary): Doc {
  const parts: Doc[] = [];
  let first: Expression = node;
  while (first.kind === "binary" && first.operator !== "^" && levelOf(first) === levelOf(node)) {
    parts.unshift(concat(`${first.operator} `, printExpression(first.right)));
    first = first.left;
  }
  return group(printExpression(first), indent(...parts.flatMap((part) => [line, part])));
}

function levelOf({ operator }: Binary): number {
  return bindingOf(operator)?.level ?? 0;
}

/** ` = value`, the value on a line of its own where it does not fit behind the sign. */
export function printDefinition(value: Expression): Doc {
  return concat(" =", group(indent(line, printExpression(value))));
}

/** ` where a = ..., d(i, k) = ...` as the continuation of a formula; on its own line where the author put it there. */
export function printWhere(result: Expression, bindings: readonly Binding[]): Doc {
  const [first] = bindings;
  if (first === undefined) return "";
  const each = bindings.map(({ name, parameters, value }) => {
    const list = parameters.length === 0 ? "" : `(${parameters.map((parameter) => parameter.text).join(", ")})`;
    return concat(name.text, list, printDefinition(value));
  });
  const apart = first.span.source.text.slice(result.span.end, first.span.start).includes("\n");
  return indent(apart ? hardLine : line, "where ", group(indent(joined(each, concat(",", line)))));
}

/** Formulas in mathematical notation, on one line, as close to the language as it goes. */
import { operationOf } from "../../runtime/ops/index.js";
import type { Expr, OperationExpr } from "./expr.js";
import { inOrder } from "./walk.js";

interface Text {
  readonly text: string;
  /** How tightly its outermost sign binds; 100: nothing needs parentheses around it. */
  readonly binds: number;
}

const atom = 100;
const lowest = 0;

/** The formula in mathematical notation; `names` stand for whole expressions. */
export function print(expr: Expr, names: ReadonlyMap<Expr, string> = new Map()): string {
  const texts = new Map<Expr, Text>();
  for (const each of inOrder([expr])) {
    const name = each === expr ? undefined : names.get(each);
    texts.set(each, name === undefined ? textOf(each, (arg) => texts.get(arg) ?? { text: "?", binds: atom }) : { text: name, binds: atom });
  }
  return texts.get(expr)?.text ?? "";
}

function textOf(expr: Expr, of: (arg: Expr) => Text): Text {
  if (expr.kind === "number") return numberText(expr.value);
  if (expr.kind === "operation") return operationText(expr, expr.args.map(of));
  return { text: expr.name, binds: atom };
}

function numberText(value: number): Text {
  if (value === Math.PI) return { text: "pi", binds: atom };
  return { text: String(value), binds: value < 0 || Object.is(value, -0) ? 7 : atom };
}

function wrapped(text: Text, binds: number): string {
  return text.binds < binds ? `(${text.text})` : text.text;
}

function operationText(expr: OperationExpr, args: readonly Text[]): Text {
  const [a = { text: "", binds: atom }, b = { text: "", binds: atom }, c = { text: "", binds: atom }] = args;
  const special = specialText(expr, a, b, c);
  if (special !== null) return special;
  const { form, symbol, binds } = operationOf(expr.op).notation;
  if (form === "prefix") return { text: `${symbol}${symbol.length > 1 ? " " : ""}${wrapped(a, binds)}`, binds };
  if (form === "infix") {
    // `^` binds to the right, all others to the left, comparisons not at all: parentheses show what is computed first.
    const left = expr.op === "power" || binds === 4 ? binds + 1 : binds;
    const right = expr.op === "power" ? binds : binds + 1;
    return { text: `${wrapped(a, left)} ${symbol} ${wrapped(b, right)}`, binds };
  }
  const over = expr.axis === null ? "" : ` over ${expr.axis}`;
  return { text: `${symbol}(${args.map((arg) => arg.text).join(", ")}${over})`, binds: atom };
}

/** Notation that is not the operation's sign with its arguments. */
function specialText(expr: OperationExpr, a: Text, b: Text, c: Text): Text | null {
  switch (expr.op) {
    case "pick":
      return { text: `${wrapped(a, atom)}[${b.text}]`, binds: atom };
    case "select":
      return { text: `if ${a.text} then ${b.text} else ${c.text}`, binds: lowest };
    case "isTarget":
      return { text: "target", binds: atom };
    case "countByClass":
      return { text: "count(over sample by class)", binds: atom };
    case "sumByClass":
      return { text: `sum(${a.text} over sample by class)`, binds: atom };
    case "spread":
      return { text: `(if target then ${a.text} else 0)`, binds: atom };
    case "withGradient":
      return { text: `value(${a.text}, gradient = ${b.text})`, binds: atom };
    case "dot":
    case "norm":
      return expr.axis === "feature" ? { text: `${expr.op}(${a.text}${expr.op === "dot" ? `, ${b.text}` : ""})`, binds: atom } : null;
    case "softmax":
      return expr.axis === "class" ? { text: `softmax(${a.text})`, binds: atom } : null;
    default:
      return null;
  }
}

/** Arguments of layers, optimisers and augmentations against the runtime's descriptions of them. */
import { nearest } from "../../diagnostics/suggest.js";
import type { ArgumentDescription, Arguments, ArgumentValue } from "../../runtime/describe.js";
import { parameter } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import type * as Ast from "../syntax/ast.js";
import type { Body } from "./body.js";
import { constantOf } from "./constant.js";
import { checkedText } from "./expect.js";
import { checkExpression } from "./formula.js";
import type { Checked } from "./value.js";

export interface CheckedArgument {
  readonly name: string;
  /** What it is for this use. */
  readonly value: ArgumentValue;
  /** How it is written: the value, or a formula over parameters. */
  readonly written: ArgumentValue | Expr;
}

export interface Described {
  readonly name: string;
  readonly arguments: readonly ArgumentDescription[];
}

const kindTexts: Record<ArgumentDescription["kind"], string> = {
  count: "a positive whole number",
  whole: "a whole number, 0 or more",
  size: "a size such as `3x3`, or one number for both sides",
  fraction: "a fraction from 0 to 1, such as `40%`",
  number: "a number",
  word: "a word",
};

/** Those that are given, in the order of the description; null (after messages) when one does not fit. */
export function checkArguments(
  body: Body,
  described: Described,
  args: readonly Ast.Argument[],
  at: Ast.Name,
): readonly CheckedArgument[] | null {
  const { collector } = body.checking;
  const positional = described.arguments.filter((each) => each.positional);
  const found = new Map<string, CheckedArgument>();
  let position = 0;
  let fits = true;
  for (const argument of args) {
    const description =
      argument.name === null ? positional[position++] : described.arguments.find((each) => each.name === argument.name?.text);
    if (description === undefined) {
      reportNoSuch(body, described, argument, positional, args.length);
      fits = false;
      if (argument.name === null) break;
    } else if (found.has(description.name)) {
      collector.report("repeated-argument", argument.span, { name: description.name, of: described.name });
      fits = false;
    } else {
      const checked = checkArgument(body, described.name, description, argument.value);
      if (checked === null) fits = false;
      else found.set(description.name, checked);
    }
  }
  if (!fits) return null;
  for (const each of described.arguments) {
    if (each.default !== undefined || found.has(each.name)) continue;
    collector.report("missing-argument", at.span, { name: each.name, of: described.name });
    fits = false;
  }
  return fits ? described.arguments.flatMap((each) => found.get(each.name) ?? []) : null;
}

function reportNoSuch(
  body: Body,
  described: Described,
  argument: Ast.Argument,
  positional: readonly ArgumentDescription[],
  given: number,
): void {
  const { collector } = body.checking;
  if (argument.name === null) {
    const names = positional.map((each) => each.name);
    collector.report("argument-count", argument.span, { of: described.name, most: positional.length, given, names });
    return;
  }
  const names = described.arguments.map((each) => each.name);
  const near = nearest(argument.name.text, names);
  collector.report("unknown-argument", argument.name.span, { name: argument.name.text, of: described.name, near, names });
}

/** Given values by name, and the defaults for the rest. */
export function withDefaults(described: Described, given: readonly CheckedArgument[]): Arguments {
  const values: Record<string, ArgumentValue> = {};
  for (const each of described.arguments) if (each.default !== undefined) values[each.name] = each.default;
  for (const each of given) values[each.name] = each.value;
  return values;
}

function checkArgument(body: Body, of: string, description: ArgumentDescription, at: Ast.Expression): CheckedArgument | null {
  const { name } = description;
  if (description.kind === "word") return checkWord(body, of, description, at);
  const checked = checkExpression(body, at);
  if (checked.kind === "unknown") return null;
  const value = argumentValue(checked);
  if (value !== null && fitsKind(description, value)) {
    const normal = description.kind === "size" && typeof value === "number" ? [value, value] : value;
    return { name, value: normal, written: writtenAs(checked, at, normal) };
  }
  const found = value === null ? checkedText(checked) : `\`${literalText(at) ?? (typeof value === "object" ? value.join("x") : value)}\``;
  const mend = value === null ? null : unitMend(description, value, literalText(at));
  body.checking.collector.report("argument-kind", at.span, { name, of, wanted: kindTexts[description.kind], found, mend });
  return null;
}

/** A number as the spec writes it, unit and all; null for anything else. */
export function literalText(at: Ast.Expression): string | null {
  if (at.kind === "group") return literalText(at.inner);
  return at.kind === "number" ? at.span.source.text.slice(at.span.start, at.span.end) : null;
}

/** `flip(50)` for `flip(50%)`, `crop(pad = 4%)` for `crop(pad = 4)`. */
function unitMend(description: ArgumentDescription, value: ArgumentValue, written: string | null): string | null {
  if (written === null || typeof value !== "number") return null;
  const percent = written.endsWith("%");
  if (description.kind === "fraction" && !percent && value > 1 && value <= 100) return `Did you mean \`${written}%\`?`;
  const bare = written.slice(0, -1);
  return (description.kind === "count" || description.kind === "whole") && percent && /^\d+$/.test(bare)
    ? `Did you mean \`${bare}\`?`
    : null;
}

/** The number, size or text that an argument comes to; null where it is none of these. */
export function argumentValue(checked: Checked): ArgumentValue | null {
  if (checked.kind === "size") return checked.sizes;
  if (checked.kind === "text") return checked.text;
  return checked.kind === "value" ? constantOf(checked.expr) : null;
}

/** A formula over parameters stays one, so that the program has it; all else is its value. */
function writtenAs(checked: Checked, at: Ast.Expression, value: ArgumentValue): ArgumentValue | Expr {
  if (at.kind === "group") return writtenAs(checked, at.inner, value);
  if (checked.kind === "value") return checked.expr.kind === "number" ? value : checked.expr;
  return at.kind === "reference" ? parameter(at.name.text, 0) : value;
}

function fitsKind(description: ArgumentDescription, value: ArgumentValue): boolean {
  if (description.kind === "size") {
    const sizes = typeof value === "number" ? [value] : Array.isArray(value) && value.length === 2 ? (value as readonly number[]) : [];
    return sizes.length > 0 && sizes.every((each) => Number.isInteger(each) && each >= 1);
  }
  if (typeof value !== "number" || !Number.isFinite(value)) return false;
  if (description.kind === "count") return Number.isInteger(value) && value >= 1;
  if (description.kind === "whole") return Number.isInteger(value) && value >= 0;
  return description.kind !== "fraction" || (value >= 0 && value <= 1);
}

function checkWord(body: Body, of: string, description: ArgumentDescription, at: Ast.Expression): CheckedArgument | null {
  const words = description.words ?? [];
  const word = at.kind === "reference" ? at.name.text : at.kind === "string" ? at.value : null;
  if (word !== null && words.includes(word)) return { name: description.name, value: word, written: word };
  if (at.kind !== "hole") {
    const wanted = `one of ${words.map((each) => `\`${each}\``).join(", ")}`;
    body.checking.collector.report("argument-kind", at.span, {
      name: description.name,
      of,
      wanted,
      found: word === null && literalText(at) === null ? "something else" : `\`${word ?? literalText(at)}\``,
    });
  }
  return null;
}

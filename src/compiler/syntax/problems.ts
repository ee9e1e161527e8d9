/** From what the reader found wrong to what the user is told. Here a fact gets its code; the words are the catalogue's. */
import type { IToken } from "chevrotain";
import { limits } from "../../../grammar/nesting.js";
import type { Problem, Unexpected } from "../../../grammar/read.js";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.js";
import type { SourceFile, Span } from "../../diagnostics/source.js";
import { nearest } from "../../diagnostics/suggest.js";
import { contextOf, expectationOf, foundOf, hintOf } from "./expectations.js";
import { spanOfToken } from "./tree.js";

const declarations = ["use", "let", "dataset", "block", "backbone", "weighting", "loss", "schedule", "train", "table"];

export function explain(source: SourceFile, problem: Problem): Diagnostic {
  const at = (token: IToken): Span => spanOfToken(source, token);
  switch (problem.kind) {
    case "character":
      return unknownCharacter(source, { source, ...problem.at });
    case "slip":
      return slip(source, problem.token);
    case "unexpected":
      return unexpected(source, problem);
    case "unclosed":
      return unclosed(source, problem);
    case "unopened": {
      const open = problem.open?.image ?? null;
      const related = problem.open === null ? [] : [{ place: at(problem.open), text: "opened here" }];
      const wanted = open === null ? null : (closing[open] ?? null);
      return diagnostic("unopened-bracket", at(problem.close), { close: problem.close.image, open, wanted }, related);
    }
    case "stray":
      return stray(source, problem.token);
    case "deep":
      return problem.what === "brackets"
        ? diagnostic("brackets-too-deep", at(problem.token), { limit: limits.brackets })
        : diagnostic("formula-too-long", at(problem.token), { limit: limits.operators });
  }
}

function unclosed(source: SourceFile, { open, found }: Extract<Problem, { kind: "unclosed" }>): Diagnostic {
  const close = closing[open.image] ?? "";
  const inner = found?.image === close;
  const first = found === null ? "the end of the file" : inner ? `a \`${close}\` that belongs further out` : "the next declaration";
  const text = inner ? "this one stands further to the left" : "the next declaration begins here";
  const related = found === null ? [] : [{ place: spanOfToken(source, found), text }];
  return diagnostic("unclosed-bracket", spanOfToken(source, open), { open: open.image, close, found: first }, related);
}

const closing: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** What a reader of papers types, and how it is spelled here. */
const spelled: Readonly<Record<string, string>> = {
  θ: "theta",
  π: "pi",
  γ: "gamma",
  λ: "lambda",
  α: "alpha",
  "≤": "<=",
  "≥": ">=",
  "≠": "!=",
  "·": "*",
  "×": "*",
  "−": "-",
  "÷": "/",
  "–": "-",
  "²": "^2",
  "³": "^3",
  "√": "sqrt(...)",
  "‖": "norm(...)",
  "∧": "and",
  "∨": "or",
  "¬": "not",
  "∞": "a large number",
  "“": '"',
  "”": '"',
  "„": '"',
};

function unknownCharacter(source: SourceFile, place: Span): Diagnostic {
  const text = source.text.slice(place.start, place.end);
  const [first = ""] = text;
  const point = first.codePointAt(0) ?? 0;
  const shown = /[\p{L}\p{N}\p{P}\p{S}]/u.test(first)
    ? `\`${text}\``
    : `the character U+${point.toString(16).toUpperCase().padStart(4, "0")}`;
  const meant = spelled[first];
  return diagnostic("unknown-character", place, { character: shown, hint: meant === undefined ? null : `Write \`${meant}\`.` });
}

const operators: Readonly<Record<string, string>> = {
  "**": "^",
  "&&": "and",
  "&": "and",
  "||": "or",
  "!": "not",
  "===": "==",
  "!==": "!=",
};

function slip(source: SourceFile, token: IToken): Diagnostic {
  const { image } = token;
  const place = spanOfToken(source, token);
  switch (token.tokenType.name) {
    case "TrailingPoint":
      return diagnostic("number-form", place, { found: image, meant: `${image}0` });
    case "LeadingPoint":
      return diagnostic("number-form", place, { found: image, meant: `0${image}` });
    case "UnknownUnit":
      return diagnostic("unknown-unit", place, { found: image, unit: image.replace(/^[\d.]+(?:[eE][+-]?\d+)?/, "") });
    case "OpenText":
      return diagnostic("unclosed-text", { ...place, end: place.start + 1 }, {});
    case "SingleQuotes":
      return diagnostic("single-quotes", place, { meant: `"${image.slice(1, -1).replace(/"/g, '\\"')}"` });
    case "BlockComment":
    case "HashComment": {
      const found = image.startsWith("#") ? "#" : "/*";
      return diagnostic("foreign-comment", { ...place, end: place.start + found.length }, { found });
    }
    case "Bar":
      return diagnostic("norm-bars", place, {});
    default:
      return diagnostic("foreign-operator", place, { found: image, meant: operators[image] ?? image });
  }
}

function unexpected(source: SourceFile, problem: Unexpected): Diagnostic {
  const { found, before, rules, expected, keyword } = problem;
  const rule = rules.at(-1) ?? "";
  // Past the end there is nothing to point at: the place is just behind the last thing that was read.
  const end = before === null ? source.text.length : before.startOffset + before.image.length;
  // So it is for a bracket that is missing at the end of a line: the next line begins well.
  const behind = found === null || (/`[)\]]`/.test(expected) && before?.endLine !== found.startLine);
  const place = behind ? { source, start: end, end } : spanOfToken(source, found);
  const stands = foundOf(found);
  if (rule === "conditional" && expected === "`else`") return diagnostic("missing-else", place, { found: stands });
  if (found?.image === "=" && compares.has(rule)) return diagnostic("equality-sign", place, {});
  if (found?.image === "}" && rule === "expression" && rules.at(-2) === "formulaBody") {
    return diagnostic("missing-formula", place, { what: keyword });
  }
  const onLine = sameLine(problem);
  const wanted = expectationOf(rule, expected, onLine && expected === "`}`" && goesOn(problem));
  const hint = hintOf(problem, onLine);
  return diagnostic("unexpected-text", place, { found: stands, expected: wanted, context: contextOf(rules, keyword), hint });
}

/** Places where a formula has just ended and only a comparison could make sense of `=`. */
const compares = new Set(["conditional", "call", "group", "over", "index", "list", "argumentList"]);

function sameLine({ found, before }: Unexpected): boolean {
  return found !== null && before !== null && before.endLine === found.startLine;
}

/** A value has ended, and what follows is no word that could begin the next statement. */
function goesOn({ found, before }: Unexpected): boolean {
  return found !== null && before !== null && /[\w)\]"%]$/.test(before.image) && !/^[A-Za-z_})\]]/.test(found.image);
}

function stray(source: SourceFile, token: IToken): Diagnostic {
  return diagnostic("no-declaration", spanOfToken(source, token), { found: foundOf(token), nearest: nearest(token.image, declarations) });
}

import type { IToken } from "chevrotain";
import { type Diagnostic, diagnostic } from "../../diagnostics/diagnostic.js";
import type { SourceFile } from "../../diagnostics/source.js";
import type { NumberLiteral, SizeLiteral, StringLiteral } from "./ast.js";
import { spanOfToken } from "./tree.js";

/** 4GB counts in thousands, 4GiB in 1024s. */
const multiples: Readonly<Record<string, number>> = { K: 1, M: 2, G: 3, T: 4 };

export function numberLiteral(source: SourceFile, token: IToken): NumberLiteral {
  const span = spanOfToken(source, token);
  const image = token.image;
  const value = Number.parseFloat(image);
  switch (token.tokenType.name) {
    case "Percent":
      return { kind: "number", value: percent(image.slice(0, -1)), text: image, unit: "percent", span };
    case "Degrees":
      return { kind: "number", value: (value * Math.PI) / 180, text: image, unit: "degrees", span };
    case "Bytes": {
      const [, letter = "K", binary = ""] = /([KMGT])(i?)B$/.exec(image) ?? [];
      return {
        kind: "number",
        value: value * (binary === "i" ? 1024 : 1000) ** (multiples[letter] ?? 0),
        text: image,
        unit: "bytes",
        span,
      };
    }
    case "TrailingPoint":
      return { kind: "number", value, text: image.slice(0, -1), unit: null, span };
    case "LeadingPoint":
      return { kind: "number", value, text: `0${image}`, unit: null, span };
    case "UnknownUnit":
      return { kind: "number", value, text: String(value), unit: null, span };
    default:
      return { kind: "number", value, text: image, unit: null, span };
  }
}

/** The decimal point is moved in the text, not by a division: 0.7% is 0.007 exactly as a reader would write it. */
function percent(digits: string): number {
  const [mantissa = "0", exponent = "0"] = digits.toLowerCase().split("e");
  return Number(`${mantissa}e${Number(exponent) - 2}`);
}

export function sizeLiteral(source: SourceFile, token: IToken): SizeLiteral {
  return { kind: "size", sizes: token.image.split("x").map(Number), span: spanOfToken(source, token) };
}

const escapes: Readonly<Record<string, string>> = { '"': '"', "\\": "\\", n: "\n", t: "\t", r: "\r" };

/** The characters that a text in quotes stands for; an escape that means nothing is reported and kept as it stands. */
export function stringLiteral(source: SourceFile, token: IToken, report: (found: Diagnostic) => void): StringLiteral {
  const name = token.tokenType.name;
  const inner = name === "OpenText" ? token.image.slice(1) : token.image.slice(1, -1);
  const value = inner.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|([\s\S]|$))/g,
    (whole: string, code: string | undefined, letter: string | undefined, offset: number) => {
      const point = code === undefined ? Number.NaN : Number.parseInt(code, 16);
      const meant = code === undefined ? escapes[letter ?? ""] : point <= 0x10ffff ? String.fromCodePoint(point) : undefined;
      if (meant !== undefined || name !== "Text") return meant ?? whole;
      const start = token.startOffset + 1 + offset;
      report(diagnostic("unknown-escape", { source, start, end: start + whole.length }, { escape: whole }));
      return whole;
    },
  );
  return { kind: "string", value, span: spanOfToken(source, token) };
}

/** A text in quotes as it is written in a spec: the inverse of `stringLiteral`. */
export function quote(value: string): string {
  const written = value.replace(/["\\]/g, "\\$&").replace(/\n/g, "\\n").replace(/\t/g, "\\t").replace(/\r/g, "\\r");
  // Control and direction-changing characters would be invisible in a spec, or read as something else.
  return `"${written.replace(/[\p{Cc}\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)}"`;
}

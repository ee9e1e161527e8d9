import type { IToken } from "chevrotain";
import { Else, Infix, LCurly, LParen, LSquare, Prefix, RCurly, RParen, RSquare } from "./tokens.js";

/**
 * How deep a text may go. Reading descends once per bracket and the phases behind it once per operator, so both are bounded
 * before the parser sees the text: deep text gets a message, never a stack overflow. No formula of a paper comes near.
 */
export const limits = { brackets: 100, operators: 1000 } as const;

export interface TooDeep {
  readonly what: "brackets" | "operators";
  readonly token: IToken;
}

const opening = new Set([LParen, LSquare, LCurly]);
const closing = new Set([RParen, RSquare, RCurly]);
const chains = new Set(["Else", "Dot", "LSquare"]);

/** The first token that goes too deep, null when the text is within the limits. Counts start anew with each statement. */
export function tooDeep(tokens: readonly IToken[]): TooDeep | null {
  const outer: number[] = [];
  let total = 0; // operators that enclose this place
  let here = 0; // those of the innermost bracket alone
  let line = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    const name = type.name;
    if (name === "Comma" || name === "Semicolon" || name === "Equals" || (outer.length <= 1 && token.startLine !== line && isWord(token))) {
      total -= here;
      here = 0;
    }
    line = token.startLine ?? line;
    if (chains.has(name) || type.CATEGORIES?.some((category) => category === Infix || category === Prefix)) {
      here++;
      if (++total > limits.operators) return { what: "operators", token };
    }
    if (opening.has(type)) {
      outer.push(here);
      here = 0;
      if (outer.length > limits.brackets) return { what: "brackets", token };
    } else if (closing.has(type)) {
      total -= here;
      here = outer.pop() ?? 0;
    }
  }
  return null;
}

/** A word that begins a line outside brackets begins a statement; `else` never does. */
function isWord(token: IToken): boolean {
  return token.tokenType !== Else && !token.tokenType.CATEGORIES?.includes(Infix) && /^[A-Za-z_]/.test(token.image);
}

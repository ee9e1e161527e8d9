import type { IToken } from "chevrotain";
import { Colon, Comma, Dot, Else, Equals, Infix, LCurly, LParen, LSquare, Prefix, RCurly, RParen, RSquare, Semicolon } from "./tokens.js";

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
const separating = new Set([Comma, Semicolon, Equals, Colon]);
/** What makes a tree deeper, beside the operators: calls, indices, members, and cases of an `if`. */
const chaining = new Set([LParen, LSquare, Dot, Else]);

/** One bracket that is open: how many operators stand around it, and whether statements stand in it. */
interface Level {
  operators: number;
  readonly statements: boolean;
}

/** The first token that goes too deep, null when the text is within the limits. Counts start anew with each statement. */
export function tooDeep(tokens: readonly IToken[]): TooDeep | null {
  const outer: Level[] = [];
  let level: Level = { operators: 0, statements: true };
  let total = 0; // operators over all levels
  let line = 0;
  for (const token of tokens) {
    const type = token.tokenType;
    const begins = level.statements && token.startLine !== line && beginsStatement(token);
    line = token.startLine ?? line;
    if (separating.has(type) || begins) {
      total -= level.operators;
      level.operators = 0;
    }
    if (chaining.has(type) || isOperator(token)) {
      level.operators++;
      if (++total > limits.operators) return { what: "operators", token };
    }
    if (opening.has(type)) {
      outer.push(level);
      level = { operators: 0, statements: type === LCurly };
      if (outer.length > limits.brackets) return { what: "brackets", token };
    } else if (closing.has(type)) {
      total -= level.operators;
      level = outer.pop() ?? { operators: 0, statements: true };
    }
  }
  return null;
}

function isOperator({ tokenType: { CATEGORIES = [] } }: IToken): boolean {
  return CATEGORIES.includes(Infix) || CATEGORIES.includes(Prefix);
}

/** A word that begins a line begins a statement, unless it can only go on with one. */
function beginsStatement(token: IToken): boolean {
  return token.tokenType !== Else && !isOperator(token) && /^[A-Za-z_]/.test(token.image);
}

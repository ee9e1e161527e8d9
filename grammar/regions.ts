import type { IToken } from "chevrotain";
import type { Problem, Range } from "./read.js";
import { declarationWords, LCurly, LParen, LSquare, RCurly, RParen, RSquare, Semicolon } from "./tokens.js";

/** The tokens of one declaration of a broken text. */
export interface Region {
  readonly tokens: readonly IToken[];
  readonly at: Range;
  /** Where the next region begins: what lies between belongs to this one. */
  readonly end: number;
  /** The first bracket without its partner, and the index of the token at which it shows. */
  readonly brackets: { readonly problem: Problem; readonly from: number } | null;
}

/**
 * Takes a text apart where a word that opens a declaration begins a line, or follows a `;`, outside braces. Where braces do not
 * match, depth says nothing, and such a word is taken to open one where it stands as far to the left as any, or on the line of
 * one that does.
 */
export function regionsOf(tokens: readonly IToken[]): { readonly stray: readonly IToken[]; readonly regions: readonly Region[] } {
  const matched = bracesMatch(tokens);
  const starts: number[] = [];
  const words = tokens.flatMap((token, i) =>
    declarationWords.includes(token.tokenType) && beginsLine(tokens, i) ? [token.startColumn ?? 1] : [],
  );
  const leftmost = words.reduce((least, column) => Math.min(least, column), Number.POSITIVE_INFINITY);
  let depth = 0;
  tokens.forEach((token, i) => {
    if (declarationWords.includes(token.tokenType)) {
      const line = beginsLine(tokens, i);
      const trusted = matched
        ? depth === 0
        : line
          ? token.startColumn === leftmost
          : tokens[starts.at(-1) ?? 0]?.startLine === token.startLine;
      if (trusted && (line || tokens[i - 1]?.tokenType === Semicolon)) starts.push(i);
    }
    if (token.tokenType === LCurly) depth++;
    else if (token.tokenType === RCurly) depth--;
  });
  const regions = starts.map((start, i): Region => {
    const next = tokens[starts[i + 1] ?? tokens.length] ?? null;
    const own = withoutSemicolons(tokens.slice(start, starts[i + 1] ?? tokens.length));
    const first = own[0];
    const last = own.at(-1);
    if (first === undefined || last === undefined) throw new Error("a region holds at least the word that opens it");
    return {
      tokens: own,
      at: { start: first.startOffset, end: last.startOffset + last.image.length },
      end: next?.startOffset ?? Number.POSITIVE_INFINITY,
      brackets: bracketProblem(own, next),
    };
  });
  return { stray: tokens.slice(0, starts[0] ?? tokens.length).filter((token) => token.tokenType !== Semicolon), regions };
}

/** The tokens of a declaration without the semicolons behind it. */
function withoutSemicolons(tokens: readonly IToken[]): readonly IToken[] {
  const last = tokens.findLastIndex((token) => token.tokenType !== Semicolon);
  return tokens.slice(0, last + 1);
}

function bracesMatch(tokens: readonly IToken[]): boolean {
  let depth = 0;
  for (const { tokenType } of tokens) {
    if (tokenType === LCurly) depth++;
    else if (tokenType === RCurly && --depth < 0) return false;
  }
  return depth === 0;
}

function beginsLine(tokens: readonly IToken[], i: number): boolean {
  return i === 0 || tokens[i - 1]?.endLine !== tokens[i]?.startLine;
}

const partner = new Map([
  [RParen, LParen],
  [RSquare, LSquare],
  [RCurly, LCurly],
]);
const openers = new Set([LParen, LSquare, LCurly]);

interface Open {
  readonly token: IToken;
  readonly indent: number; // of the line on which it stands
}

/** The first bracket of `tokens` without its partner; `next` is what follows them. */
function bracketProblem(tokens: readonly IToken[], next: IToken | null): Region["brackets"] {
  const open: Open[] = [];
  let suspect: { readonly open: IToken; readonly found: IToken } | null = null;
  let indent = 1;
  for (const [index, token] of tokens.entries()) {
    const firstOfLine = beginsLine(tokens, index);
    if (firstOfLine) indent = token.startColumn ?? 1;
    if (openers.has(token.tokenType)) open.push({ token, indent });
    const wanted = partner.get(token.tokenType);
    if (wanted === undefined) continue;
    const last = open.pop();
    if (last?.token.tokenType !== wanted) {
      // Where no bracket of its kind is open at all, the closing one is too much; otherwise the innermost lacks its partner.
      const inner = open.some((outer) => outer.token.tokenType === wanted) ? (last?.token ?? null) : null;
      return { problem: { kind: "unopened", close: token, open: inner }, from: index };
    }
    // A brace that closes further to the left than it opened most likely belongs to an outer one.
    if (firstOfLine && indent < last.indent) suspect ??= { open: last.token, found: token };
  }
  const last = open.at(-1);
  const before = tokens.at(-1);
  if (last === undefined || before === undefined) return null;
  return { problem: { kind: "unclosed", open: last.token, found: next, before, ...suspect }, from: tokens.length };
}

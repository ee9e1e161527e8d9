import type { IToken } from "chevrotain";
import type { Problem, Range } from "./read.js";
import { declarationWords, LCurly, LParen, LSquare, RCurly, RParen, RSquare } from "./tokens.js";

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
 * Takes a text apart where a word that opens a declaration begins a line outside braces. Where braces do not match, depth
 * says nothing, and a word at the very left of its line is taken to open one.
 */
export function regionsOf(tokens: readonly IToken[]): { readonly stray: readonly IToken[]; readonly regions: readonly Region[] } {
  const matched = bracketProblem(tokens, null) === null;
  const starts: number[] = [];
  let depth = 0;
  tokens.forEach((token, i) => {
    const firstOfLine = i === 0 || tokens[i - 1]?.endLine !== token.startLine;
    const opens = firstOfLine && declarationWords.includes(token.tokenType);
    if (opens && (depth === 0 || (!matched && token.startColumn === 1 && isNamed(tokens[i + 1])))) {
      starts.push(i);
      depth = 0;
    }
    if (token.tokenType === LCurly) depth++;
    else if (token.tokenType === RCurly) depth = Math.max(0, depth - 1);
  });
  const regions = starts.map((start, i): Region => {
    const next = tokens[starts[i + 1] ?? tokens.length] ?? null;
    const own = tokens.slice(start, starts[i + 1] ?? tokens.length);
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
  return { stray: tokens.slice(0, starts[0] ?? tokens.length), regions };
}

/** `loss(2)` or `schedule = 1` at the left of a line is hardly a declaration. */
function isNamed(next: IToken | undefined): boolean {
  return next !== undefined && /^["A-Za-z_]/.test(next.image);
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
    const firstOfLine = index === 0 || tokens[index - 1]?.endLine !== token.startLine;
    if (firstOfLine) indent = token.startColumn ?? 1;
    if (openers.has(token.tokenType)) open.push({ token, indent });
    const wanted = partner.get(token.tokenType);
    if (wanted === undefined) continue;
    const last = open.pop();
    if (last?.token.tokenType !== wanted) return { problem: { kind: "unopened", close: token, open: last?.token ?? null }, from: index };
    // A brace that closes further to the left than it opened most likely belongs to an outer one.
    if (firstOfLine && indent < last.indent) suspect ??= { open: last.token, found: token };
  }
  const last = open.at(-1);
  const before = tokens.at(-1);
  if (last === undefined || before === undefined) return null;
  return { problem: { kind: "unclosed", open: last.token, found: next, before, ...suspect }, from: tokens.length };
}

/**
 * Text to concrete syntax. A sound text is parsed once, as a whole. Only a broken one is taken apart into its declarations,
 * which are then read one by one: what is wrong in one of them says nothing about the others, and each reports its first
 * mistake alone.
 */
import { type ILexingError, type IToken, Lexer } from "chevrotain";
import type { DeclarationCstNode, FileCstNode, ParametersCstNode } from "./cst.js";
import { atEnd, beginsStatement } from "./expressions.js";
import { type TooDeep, tooDeep } from "./nesting.js";
import { FaceParser } from "./parser.js";
import { type Region, regionsOf } from "./regions.js";
import * as t from "./tokens.js";

/** A range of offsets, end excluded. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** The parser wanted something else than it found (null: nothing more) in the declaration that `keyword` opens. */
export interface Unexpected {
  readonly kind: "unexpected";
  readonly keyword: string;
  readonly rules: readonly string[]; // those being read, innermost last
  readonly expected: string;
  readonly found: IToken | null;
  readonly before: IToken | null;
}

/** What is wrong with a text, as facts: places, tokens and the rule that was being read. Wording is done elsewhere. */
export type Problem =
  | { readonly kind: "character"; readonly at: Range }
  | { readonly kind: "slip"; readonly token: IToken }
  | Unexpected
  | { readonly kind: "unclosed"; readonly open: IToken; readonly found: IToken | null; readonly before: IToken }
  | { readonly kind: "unopened"; readonly close: IToken; readonly open: IToken | null }
  | { readonly kind: "stray"; readonly token: IToken }
  | ({ readonly kind: "deep" } & TooDeep);

/** A declaration that could not be read to its end. */
export interface Broken {
  readonly kind: "broken";
  readonly keyword: IToken;
  readonly name: IToken | null;
  readonly parameters: ParametersCstNode | null;
  readonly at: Range;
}

export interface Reading {
  readonly declarations: readonly (DeclarationCstNode | Broken)[];
  readonly comments: readonly IToken[];
  readonly problems: readonly Problem[];
  /** Text that no declaration holds: what it would have declared is unknown. */
  readonly lost: readonly IToken[];
}

interface Tools {
  readonly lexer: Lexer;
  readonly parser: FaceParser;
}

let tools: Tools | null = null;

/** One lexer and one parser serve every text; they are made when the first text comes. */
function ready(): Tools {
  tools ??= {
    lexer: new Lexer([...t.vocabulary], { positionTracking: "full", skipValidations: true, safeMode: false }),
    parser: new FaceParser(false),
  };
  return tools;
}

export function parse(text: string): Reading {
  const { lexer, parser } = ready();
  const lexed = lexer.tokenize(text);
  const comments = lexed.groups.comments ?? [];
  const slips = lexed.tokens.filter((token) => is(token, t.Slip));
  const problems: Problem[] = [
    ...lexed.errors.map(
      (error: ILexingError): Problem => ({ kind: "character", at: { start: error.offset, end: error.offset + error.length } }),
    ),
    ...slips.map((token): Problem => ({ kind: "slip", token })),
  ];
  const readable = (token: IToken): boolean => !is(token, t.ForeignComment) && (!is(token, t.Unreadable) || is(token, t.Text));
  const tokens = lexed.tokens.filter(readable);
  const deep = tooDeep(tokens);
  if (deep !== null) return { declarations: [], comments, problems: [{ kind: "deep", ...deep }], lost: tokens };
  markStatements(tokens);

  const unreadable = [
    ...lexed.errors.map((error) => error.offset),
    ...slips.filter((token) => is(token, t.Unreadable)).map((token) => token.startOffset),
  ];
  if (unreadable.length === 0) {
    const whole = readWhole(parser, tokens);
    if (whole !== null) return { declarations: whole.children.declaration ?? [], comments, problems, lost: [] };
  }
  const parts = readRegions(parser, tokens, unreadable);
  const told = problems.filter((problem) => !parts.hidden.some(({ start, end }) => start < offsetOf(problem) && offsetOf(problem) < end));
  return { declarations: parts.declarations, comments, problems: [...told, ...parts.problems], lost: parts.lost };
}

function is(token: IToken, type: typeof t.Slip): boolean {
  return token.tokenType === type || (type.categoryMatches?.includes(token.tokenTypeIdx) ?? false);
}

/**
 * A `-` that begins a line and touches what follows is a sign, not a difference: `-log(c)` under `let c = ...` is the
 * formula of its block. Within parentheses and square brackets it can only go on with the line above.
 */
function markStatements(tokens: readonly IToken[]): void {
  let inside = 0;
  tokens.forEach((token, i) => {
    if (token.tokenType === t.LParen || token.tokenType === t.LSquare) inside++;
    else if (token.tokenType === t.RParen || token.tokenType === t.RSquare) inside = Math.max(0, inside - 1);
    else if (token.tokenType === t.LCurly || token.tokenType === t.RCurly) inside = 0;
    const next = tokens[i + 1];
    const previous = tokens[i - 1];
    if (token.tokenType !== t.Minus || inside > 0 || next === undefined || previous === undefined) return;
    if (previous.endLine !== token.startLine && next.startOffset === token.startOffset + 1) token.payload = beginsStatement;
  });
}

function readWhole(parser: FaceParser, tokens: IToken[]): FileCstNode | null {
  parser.input = tokens;
  const file = parser.file();
  return parser.errors.length === 0 ? (file as FileCstNode) : null;
}

interface Parts {
  readonly declarations: (DeclarationCstNode | Broken)[];
  readonly problems: Problem[];
  readonly lost: IToken[];
  /** Where mistakes of spelling are not told any more: what a sign that could not be read leaves of its declaration. */
  readonly hidden: Range[];
}

/** Reads the declarations one by one; `unreadable` are the offsets of signs that could not be read, and have been reported. */
function readRegions(parser: FaceParser, tokens: IToken[], unreadable: readonly number[]): Parts {
  const { stray, regions } = regionsOf(tokens);
  const [first] = stray;
  const parts: Parts = {
    declarations: [],
    problems: first === undefined ? [] : [{ kind: "stray", token: first }],
    lost: [...stray],
    hidden: [],
  };
  for (const region of regions) {
    const spoilt = unreadable.find((offset) => offset >= region.at.start && offset < region.end);
    if (spoilt !== undefined) parts.hidden.push({ start: spoilt, end: region.end });
    const read = spoilt === undefined ? readRegion(parser, region) : null;
    if (read !== null && read.problem !== null && !read.slipped) parts.problems.push(read.problem);
    parts.lost.push(...(read?.lost ?? []));
    if (read?.cst !== undefined && read.cst !== null) parts.declarations.push(read.cst);
    else parts.declarations.push(broken(parser, region.tokens, region.at));
  }
  return parts;
}

interface ReadRegion {
  readonly cst: DeclarationCstNode | null; // null where the declaration is broken
  readonly problem: Problem | null;
  readonly lost: readonly IToken[];
  /** A mistake of spelling stands before the place of the problem, and most likely is its reason. */
  readonly slipped: boolean;
}

function readRegion(parser: FaceParser, { tokens, brackets }: Region): ReadRegion {
  parser.input = [...tokens];
  const cst = parser.declaration() as DeclarationCstNode;
  const mistake = parser.errors[0];
  if (mistake === undefined) return { cst, problem: null, lost: [], slipped: false };
  const at = tokens.findIndex((token) => token.startOffset === mistake.token.startOffset);
  const index = at < 0 ? tokens.length : at;
  const slipped = tokens.slice(0, index + 1).some((token) => is(token, t.Slip));
  if (brackets !== null && index >= brackets.from) return { cst: null, problem: brackets.problem, lost: [], slipped };
  const found = tokens[index] ?? null;
  const before = tokens[index - 1] ?? null;
  // The declaration is whole, and a line follows that is none: `looss b = ...` under a loss.
  if (mistake.message === atEnd && found !== null && before?.endLine !== found.startLine) {
    return { cst, problem: { kind: "stray", token: found }, lost: tokens.slice(index), slipped: false };
  }
  const keyword = tokens[0]?.image ?? "";
  const problem: Problem = { kind: "unexpected", keyword, rules: mistake.context.ruleStack, expected: mistake.message, found, before };
  return { cst: null, problem, lost: [], slipped };
}

function offsetOf(problem: Problem): number {
  if (problem.kind === "character") return problem.at.start;
  return problem.kind === "slip" ? problem.token.startOffset : 0;
}

/** What can still be known of a broken declaration: its word, its name, and its parameters where these are sound. */
function broken(parser: FaceParser, tokens: readonly IToken[], at: Range): Broken {
  const [keyword, name, next] = tokens;
  if (keyword === undefined) throw new Error("a region holds at least the word that opens it");
  const named = name !== undefined && is(name, t.Word);
  let parameters: ParametersCstNode | null = null;
  if (named && next?.tokenType === t.LParen) {
    const close = tokens.findIndex((_, i) => i > 2 && depthOf(tokens.slice(2, i + 1)) === 0);
    parser.input = tokens.slice(2, close + 1);
    const read = parser.parameters();
    if (close > 0 && parser.errors.length === 0) parameters = read as ParametersCstNode;
  }
  return { kind: "broken", keyword, name: named ? name : null, parameters, at };
}

function depthOf(tokens: readonly IToken[]): number {
  return tokens.reduce((depth, { tokenType }) => depth + (tokenType === t.LParen ? 1 : tokenType === t.RParen ? -1 : 0), 0);
}

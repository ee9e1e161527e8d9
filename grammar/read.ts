/**
 * Text to concrete syntax. A sound text is parsed once, as a whole. Only a broken one is taken apart into its declarations,
 * which are then read one by one: what is wrong in one of them says nothing about the others, and each reports its first
 * mistake alone.
 */
import { type ILexingError, type IToken, Lexer } from "chevrotain";
import type { DeclarationCstNode, FileCstNode, ParametersCstNode } from "./cst.js";
import { type TooDeep, tooDeep } from "./nesting.js";
import { atEnd, beginsStatement, FaceParser } from "./parser.js";
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
    ...lexed.errors.map((error: ILexingError): Problem => ({ kind: "character", at: { start: error.offset, end: error.offset + error.length } })),
    ...slips.map((token): Problem => ({ kind: "slip", token })),
  ];
  const tokens = lexed.tokens.filter((token) => !is(token, t.Unreadable) || is(token, t.Text));
  const deep = tooDeep(tokens);
  if (deep !== null) return { declarations: [], comments, problems: [{ kind: "deep", ...deep }] };
  markStatements(tokens);

  const unreadable = [...lexed.errors.map((error) => error.offset), ...slips.filter((token) => is(token, t.Unreadable)).map((token) => token.startOffset)];
  if (unreadable.length === 0) {
    const whole = readWhole(parser, tokens);
    if (whole !== null) return { declarations: whole.children.declaration ?? [], comments, problems };
  }
  return readRegions(parser, tokens, comments, problems, unreadable);
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

function readRegions(parser: FaceParser, tokens: IToken[], comments: readonly IToken[], earlier: readonly Problem[], unreadable: readonly number[]): Reading {
  const declarations: (DeclarationCstNode | Broken)[] = [];
  const { stray, regions } = regionsOf(tokens);
  const [first] = stray;
  const problems: Problem[] = first === undefined ? [] : [{ kind: "stray", token: first }];
  let hidden = (_offset: number): boolean => false;
  for (const region of regions) {
    const spoilt = unreadable.find((offset) => offset >= region.at.start && offset < region.end);
    if (spoilt !== undefined) {
      // What a sign that could not be read does to the rest of its declaration would only repeat it.
      const before = hidden;
      hidden = (offset) => before(offset) || (offset > spoilt && offset < region.end);
      declarations.push(broken(parser, region.tokens, region.at));
      continue;
    }
    const { cst, problem, whole } = readRegion(parser, region);
    if (problem !== null) problems.push(problem);
    declarations.push(whole ? cst : broken(parser, region.tokens, region.at));
  }
  return { declarations, comments, problems: [...earlier.filter((problem) => !hidden(offsetOf(problem))), ...problems] };
}

interface ReadRegion {
  readonly cst: DeclarationCstNode;
  readonly problem: Problem | null;
  readonly whole: boolean;
}

function readRegion(parser: FaceParser, region: Region): ReadRegion {
  parser.input = [...region.tokens];
  const cst = parser.declaration() as DeclarationCstNode;
  const mistake = parser.errors[0];
  if (mistake === undefined) return { cst, problem: null, whole: true };
  const at = region.tokens.findIndex((token) => token.startOffset === mistake.token.startOffset);
  const index = at < 0 ? region.tokens.length : at;
  if (region.brackets !== null && index >= region.brackets.from) return { cst, problem: region.brackets.problem, whole: false };
  const found = region.tokens[index] ?? null;
  const before = region.tokens[index - 1] ?? null;
  // The declaration is whole, and a line follows that is none: `looss b = ...` under a loss.
  if (mistake.message === atEnd && found !== null && before?.endLine !== found.startLine) return { cst, problem: { kind: "stray", token: found }, whole: true };
  const keyword = region.tokens[0]?.image ?? "";
  const rules = mistake.context.ruleStack;
  return { cst, problem: { kind: "unexpected", keyword, rules, expected: mistake.message, found, before }, whole: false };
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

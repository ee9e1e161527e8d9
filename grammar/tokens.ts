/**
 * The words and signs of a .face text. Earlier entries win, so longer forms stand first.
 * Words that open a declaration or a setting are soft: they also count as `Word`, so that a split may be called `train`.
 */
import { createToken, type ITokenConfig, Lexer, type TokenType } from "chevrotain";

const made: TokenType[] = [];

function token(config: ITokenConfig): TokenType {
  const type = createToken(config);
  made.push(type);
  return type;
}

// ---------------------------------------------------------------- categories: never matched themselves

/** An operator between two operands; `precedence.ts` says how tightly each binds. */
export const Infix = createToken({ name: "Infix", label: "an operator", pattern: Lexer.NA });
/** `-` or `not` before an operand. */
export const Prefix = createToken({ name: "Prefix", label: "`-` or `not`", pattern: Lexer.NA });
/** A number in any of its forms. */
export const AnyNumber = createToken({ name: "AnyNumber", label: "a number", pattern: Lexer.NA });
/** Forms of other languages: read as what they mean, and reported. The parser sees only what they stand for. */
export const Slip = createToken({ name: "Slip", pattern: Lexer.NA });
/** As `Slip`, but it is left out: a comment in another language's form. */
export const ForeignComment = createToken({ name: "ForeignComment", pattern: Lexer.NA });
/** As `Slip`, but nothing can be read in its place: it is left out, and its declaration counts as broken. */
export const Unreadable = createToken({ name: "Unreadable", pattern: Lexer.NA });

export const Word = createToken({ name: "Word", label: "a name", pattern: /[A-Za-z_][A-Za-z0-9_]*/ });

// ---------------------------------------------------------------- space and comments

token({ name: "Space", pattern: /[ \t\r\n\v\f\u00a0\u2000-\u200b\u2028\u2029\u3000\ufeff]+/, group: Lexer.SKIPPED, line_breaks: true });
token({ name: "Comment", pattern: /\/\/[^\r\n]*/, group: "comments" });
token({ name: "BlockComment", pattern: /\/\*(?:[\s\S]*?\*\/|[\s\S]*)/, line_breaks: true, categories: [Slip, ForeignComment] });
token({ name: "HashComment", pattern: /#[^\r\n]*/, categories: [Slip, ForeignComment] });

// ---------------------------------------------------------------- literals

const exponent = "(?:[eE][+-]?\\d+)?";
const decimal = `\\d+(?:\\.\\d+)?${exponent}`;
const wordEnd = "(?![A-Za-z0-9_])";

export const Size = token({ name: "Size", label: "a size such as 3x3", pattern: new RegExp(`\\d+(?:x\\d+)+${wordEnd}`) });
token({ name: "Percent", pattern: new RegExp(`${decimal}%`), categories: AnyNumber });
token({ name: "Bytes", pattern: new RegExp(`${decimal}[KMGT]i?B${wordEnd}`), categories: AnyNumber });
token({ name: "Degrees", pattern: new RegExp(`${decimal}deg${wordEnd}`), categories: AnyNumber });
token({ name: "TrailingPoint", pattern: /\d+\.(?![\d.A-Za-z_])/, categories: [AnyNumber, Slip] });
token({ name: "Number", pattern: new RegExp(`${decimal}${wordEnd}`), categories: AnyNumber });
token({ name: "UnknownUnit", pattern: new RegExp(`${decimal}[A-Za-z_][A-Za-z0-9_]*`), categories: [AnyNumber, Slip] });
export const Text = token({ name: "Text", label: "a text in quotes", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
token({ name: "OpenText", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*\\?/, categories: [Text, Slip, Unreadable] });
token({ name: "SingleQuotes", pattern: /'[^'\r\n]*'/, categories: [Text, Slip] });

// ---------------------------------------------------------------- signs

export const DotDot = token({ name: "DotDot", label: "`..`", pattern: "..", categories: Infix });
token({ name: "LeadingPoint", pattern: /\.\d+(?:[eE][+-]?\d+)?/, categories: [AnyNumber, Slip] });
token({ name: "StarStar", pattern: "**", categories: [Infix, Slip] });
token({ name: "AmpAmp", pattern: /&&?/, categories: [Infix, Slip] });
token({ name: "BarBar", pattern: "||", categories: [Infix, Slip] });
token({ name: "Assign3", pattern: /[=!]==/, categories: [Infix, Slip] });
for (const sign of ["==", "!=", "<=", ">=", "<", ">"])
  token({ name: `Sign ${sign}`, label: `\`${sign}\``, pattern: sign, categories: Infix });
token({ name: "Bang", pattern: "!", categories: [Prefix, Slip] });
export const Equals = token({ name: "Equals", label: "`=`", pattern: "=" });
export const Minus = token({ name: "Minus", label: "`-`", pattern: "-", categories: [Infix, Prefix] });
for (const sign of ["+", "*", "/", "^"]) token({ name: `Sign ${sign}`, label: `\`${sign}\``, pattern: sign, categories: Infix });
export const LParen = token({ name: "LParen", label: "`(`", pattern: "(" });
export const RParen = token({ name: "RParen", label: "`)`", pattern: ")" });
export const LSquare = token({ name: "LSquare", label: "`[`", pattern: "[" });
export const RSquare = token({ name: "RSquare", label: "`]`", pattern: "]" });
export const LCurly = token({ name: "LCurly", label: "`{`", pattern: "{" });
export const RCurly = token({ name: "RCurly", label: "`}`", pattern: "}" });
export const Comma = token({ name: "Comma", label: "`,`", pattern: "," });
export const Semicolon = token({ name: "Semicolon", label: "`;`", pattern: ";" });
export const Colon = token({ name: "Colon", label: "`:`", pattern: ":" });
export const Dot = token({ name: "Dot", label: "`.`", pattern: "." });

// ---------------------------------------------------------------- words

const words: TokenType[] = [];

function hard(name: string, categories: TokenType[] = []): TokenType {
  const text = name.toLowerCase();
  const type = createToken({ name, label: `\`${text}\``, pattern: text, longer_alt: Word, categories });
  words.push(type);
  return type;
}

function soft(name: string): TokenType {
  return hard(name, [Word]);
}

export const Let = hard("Let");
export const Learn = hard("Learn");
export const State = hard("State");
export const Update = hard("Update");
export const If = hard("If");
export const Then = hard("Then");
export const Else = hard("Else");
export const Where = hard("Where");
export const Over = hard("Over");
export const By = hard("By");
export const In = hard("In");
export const And = hard("And", [Infix]);
hard("Or", [Infix]);
hard("Not", [Prefix]);

export const Use = soft("Use");
export const Dataset = soft("Dataset");
export const Block = soft("Block");
export const Backbone = soft("Backbone");
export const Weighting = soft("Weighting");
export const Loss = soft("Loss");
export const Schedule = soft("Schedule");
export const Train = soft("Train");
export const Table = soft("Table");
export const Image = soft("Image");
export const Resized = soft("Resized");
export const Scale = soft("Scale");
export const Augment = soft("Augment");
export const Split = soft("Split");
export const Seed = soft("Seed");
export const At = soft("At");
export const Least = soft("Least");
export const Most = soft("Most");
export const Evaluate = soft("Evaluate");
export const Every = soft("Every");
export const Epochs = soft("Epochs");
export const Keep = soft("Keep");
export const Best = soft("Best");
export const From = soft("From");
export const Rows = soft("Rows");
export const Columns = soft("Columns");
export const Tuned = soft("Tuned");
export const Seeds = soft("Seeds");
export const Cell = soft("Cell");
export const As = soft("As");
export const Mean = soft("Mean");
export const Std = soft("Std");
export const Bold = soft("Bold");
export const Published = soft("Published");
export const Within = soft("Within");

// `seeds` is tried before `seed`.
made.push(...words.sort((a, b) => b.name.length - a.name.length), Word);
token({ name: "Bar", pattern: "|", categories: [Slip, Unreadable] });

/** The words that open a declaration. */
export const declarationWords: readonly TokenType[] = [Use, Let, Dataset, Block, Backbone, Weighting, Loss, Schedule, Train, Table];

/** Every token in the order in which they are tried, and the categories. */
export const vocabulary: readonly TokenType[] = [...made, Infix, Prefix, AnyNumber, Slip, ForeignComment, Unreadable];

/** The generated files of this room, as text: `npm run grammar` writes them, and a test fails where they are stale. */
import { generateCstDts, type IProduction, type Rule, type TokenType } from "chevrotain";
import { limits } from "./nesting.js";
import { FaceParser } from "./parser.js";
import { bindings, prefixLevels } from "./precedence.js";
import { AnyNumber, Infix, Prefix, Size, Text, vocabulary, Word } from "./tokens.js";

/** The rules as a reader meets them, from `file` down; the grammar is checked for ambiguities first. */
function rules(): readonly Rule[] {
  const all = new FaceParser(true).getGAstProductions();
  const found = new Set<Rule>();
  const visit = (name: string): void => {
    const rule = all[name];
    if (rule === undefined || found.has(rule)) return;
    found.add(rule);
    for (const next of rule.definition.flatMap(namesIn)) visit(next);
  };
  visit("file");
  return [...found];
}

function namesIn(part: IProduction): readonly string[] {
  if ("nonTerminalName" in part) return [String(part.nonTerminalName)];
  return "definition" in part && Array.isArray(part.definition) ? (part.definition as IProduction[]).flatMap(namesIn) : [];
}

/** The types of the concrete syntax: cst.ts. */
export function renderCst(): string {
  const header = "// Generated from parser.ts by `npm run grammar`. Do not edit.\n\n";
  return header + generateCstDts(Object.fromEntries(rules().map((rule) => [rule.name, rule])));
}

/** The grammar as text: REFERENCE.md. */
export function renderReference(): string {
  const width = Math.max(...rules().map((rule) => rule.name.length));
  const productions = rules().map((rule) => {
    const body = rule.definition.map((part) => show(part, rule.definition.length === 1)).join(" ");
    return broken(`${rule.name.padEnd(width)} = ${body}`, width);
  });
  const levels = [...bindings]
    .map(({ level, operators, side, about }) => ({ level, text: `${code(operators)} | ${sides[side]} | ${about}` }))
    .concat([
      { level: prefixLevels.not ?? 0, text: "`not` | before its operand | takes a whole comparison" },
      { level: prefixLevels["-"] ?? 0, text: "`-` | before its operand | takes a power" },
    ])
    .sort((a, b) => b.level - a.level);
  return `# The grammar of .face

Generated from \`grammar/parser.ts\` by \`npm run grammar\`. Do not edit.

\`[ ]\` may be left out, \`{ }\` may come any number of times, \`|\` separates alternatives. Words and signs of the language
stand in double quotes, kinds of tokens in capitals.

\`\`\`ebnf
${productions.join("\n")}
\`\`\`

## Tokens

| token | form |
|---|---|
| NAME | letters, digits and \`_\`, not beginning with a digit; not one of the reserved words |
| NUMBER | \`3\`, \`0.35\`, \`5e-4\`; with a unit directly behind: \`50%\`, \`28.6deg\`, \`4GB\`, \`4GiB\`. Digits stand on both sides of a point |
| SIZE | numbers joined by x: \`3x3\`, \`112x92x1\` |
| TEXT | in double quotes on one line; \`\\"\`, \`\\\\\`, \`\\n\`, \`\\t\`, \`\\r\`, \`\\u{3b8}\` |
| comment | from \`//\` to the end of the line |

Reserved: ${code(reserved())}. All other words of the language may also be names.

## Operators, from the tightest to the loosest

| operators | side | meaning |
|---|---|---|
${levels.map(({ text }) => `| ${text} |`).join("\n")}
| \`if then else\` | | reaches as far as it can; inside a larger formula it stands in parentheses |

## Lines

A statement may end with \`;\` or a new line, or with nothing. A line break has a meaning in these places only:

- \`(\` and \`[\` are a call or an index only on the line of what they follow, and never behind a number.
- A \`-\` that begins a line and touches what follows begins a statement, unless it stands in parentheses or brackets.
- The value of a setting begins on the line of its word.

At most ${limits.brackets} brackets may be open at once, and ${limits.operators} operators may surround one place.
`;
}

const sides = { left: "left to right", right: "right to left", chain: "a chain" } as const;

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(" ");
}

function reserved(): readonly string[] {
  const isReserved = ({ PATTERN, CATEGORIES, LONGER_ALT }: TokenType): boolean =>
    typeof PATTERN === "string" && LONGER_ALT === Word && !CATEGORIES?.includes(Word);
  return vocabulary
    .filter(isReserved)
    .map(({ PATTERN }) => String(PATTERN))
    .sort();
}

const kinds = new Map<TokenType, string>([
  [Word, "NAME"],
  [AnyNumber, "NUMBER"],
  [Size, "SIZE"],
  [Text, "TEXT"],
  [Infix, "OPERATOR"],
  [Prefix, '( "-" | "not" )'],
]);

function terminal(type: TokenType): string {
  return kinds.get(type) ?? `"${type.PATTERN}"`;
}

/** One production in text; `alone` where no parentheses are needed around alternatives. */
function show(part: IProduction, alone = false): string {
  const parts = "definition" in part && Array.isArray(part.definition) ? (part.definition as IProduction[]) : [];
  const inner = (): string => parts.map((each) => show(each, parts.length === 1)).join(" ");
  const separator = "separator" in part ? `"${(part.separator as TokenType).PATTERN}"` : "";
  switch (part.constructor.name.replace(/^_/, "")) {
    case "Terminal":
      return terminal((part as IProduction & { terminalType: TokenType }).terminalType);
    case "NonTerminal":
      return (part as IProduction & { nonTerminalName: string }).nonTerminalName;
    case "Option":
      return `[ ${inner()} ]`;
    case "Repetition":
      return `{ ${inner()} }`;
    case "RepetitionMandatory":
      return `${inner()} { ${inner()} }`;
    case "RepetitionWithSeparator":
      return `[ ${inner()} { ${separator} ${inner()} } ]`;
    case "RepetitionMandatoryWithSeparator":
      return `${inner()} { ${separator} ${inner()} }`;
    case "Alternation": {
      const text = parts.map((each) => show(each)).join(" | ");
      return alone ? text : `( ${text} )`;
    }
    default:
      return inner();
  }
}

/** Long productions go on below their first symbol. */
function broken(text: string, width: number): string {
  const lines: string[] = [];
  let current = "";
  for (const word of text.split(/(?<! ) (?! )/)) {
    if (current !== "" && current.length + 1 + word.length > 120) {
      lines.push(current);
      current = `${" ".repeat(width + 2)} ${word}`;
    } else current = current === "" ? word : `${current} ${word}`;
  }
  return [...lines, current].join("\n");
}

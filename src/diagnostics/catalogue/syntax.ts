import { error } from "../message.js";

/** What the reader of the text reports: characters, tokens and structure. */
export const syntaxMessages = {
  "unexpected-text": error(
    (p: { found: string; expected: string; context: string; hint?: string | null }) => ({
      title: `Expected ${p.expected}`,
      label: "not expected here",
      text: `In ${p.context}, ${p.expected} should stand here; ${p.found} stands there.`,
      ...(p.hint === undefined || p.hint === null ? {} : { hint: p.hint }),
    }),
    `The text does not follow the grammar at this place: the message says what may stand there.

Only the first mistake of a declaration is reported, because what follows it can no longer be read with
certainty; other declarations are read as usual. grammar/REFERENCE.md shows the form of each declaration.`,
  ),
  "no-declaration": error(
    (p: { found: string; nearest: string | null }) => ({
      title: "This is no declaration",
      label: "a declaration should begin here",
      text: `A file holds declarations: use, let, dataset, block, backbone, weighting, loss, schedule, train or table. ${p.found} opens none of them.`,
      ...(p.nearest === null ? {} : { hint: `Did you mean \`${p.nearest}\`?` }),
    }),
    `Outside braces stand declarations only. Each begins with its word and has a name:

    loss scaled(s = 16) = cross_entropy(s * cosine(x, W))

Formulas, layers and settings stand inside a declaration.`,
  ),
  "unknown-character": error(
    (p: { character: string; hint: string | null }) => ({
      title: "Unknown character",
      label: "not a sign of the language",
      text: `Names are made of the letters a-z, digits and \`_\`, formulas of these and the usual signs; ${p.character} has no meaning here.`,
      ...(p.hint === null ? {} : { hint: p.hint }),
    }),
    `A spec is written with the characters of every keyboard, so that it can be typed, searched and mailed anywhere.
Greek letters are spelled out (theta, pi), operators are * / ^ <= >= !=. Inside quotes and comments any character may stand.`,
  ),
  "foreign-operator": error(
    (p: { found: string; meant: string }) => ({
      title: `\`${p.found}\` is written \`${p.meant}\` here`,
      label: `write \`${p.meant}\``,
      text: `The language has one spelling for each operator; for this one it is \`${p.meant}\`, not \`${p.found}\`.`,
      hint: `Replace \`${p.found}\` by \`${p.meant}\`.`,
    }),
    `Operators: + - * / ^ (power), == != < <= > >=, and, or, not, .. (range). Conditions read as in a paper:

    if target and c > 0 then c - m else c`,
  ),
  "number-form": error(
    (p: { found: string; meant: string }) => ({
      title: "A number needs digits on both sides of its point",
      label: `write \`${p.meant}\``,
      text: `\`${p.found}\` has digits on one side only; without this rule the range \`1..6\` could be read in two ways.`,
      hint: `Write \`${p.meant}\`.`,
    }),
    "Numbers: 3, 0.35, 5e-4; with a unit directly behind them: 50%, 28.6deg, 4GB. A point always stands between digits.",
  ),
  "unknown-unit": error(
    (p: { found: string; unit: string }) => ({
      title: "Unknown unit",
      label: "no such unit",
      text: `Directly behind a number may stand %, deg, or a size in bytes (KB, MB, GB, TB, KiB, MiB, GiB, TiB); \`${p.unit}\` is none of them, and a name cannot begin with a digit.`,
      hint: `If a product is meant, write \`*\` between the number and the name.`,
    }),
    "Numbers: 3, 0.35, 5e-4; with a unit directly behind them: 50%, 28.6deg, 4GB. Sizes are numbers joined by x: 3x3, 112x92x1.",
  ),
  "unclosed-text": error(
    () => ({
      title: "A text in quotes is not closed",
      label: "the quotes open here",
      text: 'A text ends with `"` on the line on which it began; this line ends first.',
      hint: 'Add the closing `"`. A quote inside the text is written \\".',
    }),
    'Texts stand in double quotes on one line: "focal, gamma 2". Inside, \\" is a quote, \\\\ a backslash, \\n a line break, \\t a tab, \\u{3b8} any character by its number.',
  ),
  "single-quotes": error(
    (p: { meant: string }) => ({
      title: "A text stands in double quotes",
      label: `write ${p.meant}`,
      text: `Texts are written in double quotes here, and single quotes have no meaning.`,
      hint: `Write ${p.meant}.`,
    }),
    'Texts stand in double quotes: "focal, gamma 2".',
  ),
  "unknown-escape": error(
    (p: { escape: string }) => ({
      title: "Unknown escape",
      label: "stands for nothing",
      text: `In a text, a backslash may begin \\", \\\\, \\n, \\t, \\r or \\u{...} with the number of a character; ${p.escape} is none of them.`,
      hint: "For a backslash itself write two.",
    }),
    'Inside quotes: \\" is a quote, \\\\ a backslash, \\n a line break, \\t a tab, \\r a carriage return, \\u{3b8} any character by its number in hexadecimal.',
  ),
  "foreign-comment": error(
    (p: { found: string }) => ({
      title: "A comment begins with //",
      label: "not a comment here",
      text: `\`${p.found}\` opens no comment in this language: a comment begins with \`//\` and goes to the end of its line.`,
      hint: "Put `//` before each line of it.",
    }),
    "Comments begin with // and go to the end of the line. There is one form only, so that nothing can be commented out by halves.",
  ),
  "norm-bars": error(
    () => ({
      title: "Bars have no meaning here",
      label: "write norm(...) or abs(...)",
      text: "A bar opens and closes alike, so it cannot be read with certainty; the length of a vector is `norm(v)`, the size of a number `abs(v)`.",
      hint: "Write `norm(x)` for |x| of a feature, `abs(a)` for |a| of a number, `or` for ||.",
    }),
    "norm(v) is the Euclidean length over the feature axis, abs(v) the absolute value, element by element.",
  ),
  "unclosed-bracket": error(
    (p: { open: string; close: string; found: string }) => ({
      title: `This \`${p.open}\` is never closed`,
      label: "opened here",
      text: `Each \`${p.open}\` needs its \`${p.close}\`; ${p.found} comes first.`,
      hint: `Add \`${p.close}\` where the part ends.`,
    }),
    "Brackets come in pairs. Where one is missing, the next declaration at the left of its line ends the search for it, so that one missing bracket gives one message.",
  ),
  "unopened-bracket": error(
    (p: { close: string; open: string | null; wanted: string | null }) => ({
      title: p.wanted === null ? `This \`${p.close}\` closes nothing` : `\`${p.close}\` cannot close \`${p.open}\``,
      label: p.wanted === null ? "nothing is open here" : `\`${p.wanted}\` should stand here`,
      text:
        p.wanted === null
          ? `A closing bracket ends what an opening one began; no bracket of its kind is open where this \`${p.close}\` stands.`
          : `The bracket opened last is \`${p.open}\`, and it ends with \`${p.wanted}\`; \`${p.close}\` stands there.`,
      hint:
        p.wanted === null
          ? `Remove it, or add the bracket that it should close.`
          : `Write \`${p.wanted}\`, or add it before the \`${p.close}\`.`,
    }),
    "Brackets come in pairs and close in the opposite order in which they opened: ( ... [ ... ] ... ).",
  ),
  "missing-else": error(
    (p: { found: string }) => ({
      title: "An `if` without its `else`",
      label: "`else` should stand here",
      text: `An \`if\` is a value, so it needs one for both cases: if ... then ... else ...; ${p.found} stands where \`else\` should.`,
      hint: "Add `else` and the value for the other case. In a sum or a product, put the whole `if` in parentheses.",
    }),
    `if condition then a else b is a formula like any other: it always has a value, therefore always an else.
It reaches as far as it can; inside a larger formula it stands in parentheses:

    s * (if target then c - m else c)`,
  ),
  "equality-sign": error(
    () => ({
      title: "`=` names a value; `==` compares",
      label: "write `==`",
      text: "At this place two values can be compared, which is written `==`; a single `=` gives a value a name and can only follow a name at the beginning of an argument or a statement.",
      hint: "Write `==`.",
    }),
    "`=` defines: let c = ..., cosface(s = 64). `==` and `!=` compare: if y[a] == y[p] then ... else ...",
  ),
  "missing-formula": error(
    (p: { what: string }) => ({
      title: `This ${p.what} has no formula`,
      label: "its formula should stand here",
      text: `A ${p.what} in braces ends with the formula that is its value, after its let, learn, state and update lines; the braces close before one came.`,
      hint: "Add the formula as the last line before `}`.",
    }),
    `In braces stand first the names (let, learn, state, update), then one formula, which is the value of the whole:

    loss normface {
      learn s = 10, at least 0.01
      cross_entropy(s * cosine(x, W))
    }`,
  ),
  "setting-without-value": error(
    (p: { setting: string }) => ({
      title: `\`${p.setting}\` has no value`,
      label: "its value should follow on this line",
      text: `A setting is a word and a value on the same line, such as \`batch 32\`; nothing follows \`${p.setting}\`.`,
      hint: "Write the value behind the word.",
    }),
    "A setting's value begins on the line of its word: otherwise a forgotten value would swallow the next setting.",
  ),
  "said-twice": error(
    (p: { what: string }) => ({
      title: `${p.what} is said twice`,
      label: "said again here",
      text: `${p.what} can be said once; the second could only repeat the first or contradict it.`,
      hint: "Keep one of the two.",
    }),
    "A bound of a learned value, and each word about how a table's cells are shown, stands at most once.",
  ),
  "brackets-too-deep": error(
    (p: { limit: number }) => ({
      title: "Brackets are nested too deeply",
      label: "one bracket too many",
      text: `At most ${p.limit} brackets may be open at once, far more than a formula that can be read; this text opens more.`,
      hint: "Give parts of the formula names with `let` or `where`.",
    }),
    "The depth of nesting is bounded, so that no text can exhaust the compiler. A formula that meets the bound is better written in named parts.",
  ),
  "formula-too-long": error(
    (p: { limit: number }) => ({
      title: "This formula is too long",
      label: "one operator too many",
      text: `A formula may hold at most ${p.limit} operators around one place, far more than one that can be read; this one holds more.`,
      hint: "Give parts of the formula names with `let` or `where`.",
    }),
    "The size of a single formula is bounded, so that no text can exhaust the compiler. A formula that meets the bound is better written in named parts.",
  ),
};

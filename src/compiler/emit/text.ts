/**
 * The only door for text of a spec into a program: as a string, as a comment, as a name. Whatever stands in the spec, it
 * stays what it is let in as.
 */

/**
 * Control characters, line separators (U+2028 ends a `//` comment too), invisible characters and those that turn the
 * direction of what is read after them, and halves of surrogate pairs.
 */
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return code > 0xffff ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}

/** A string literal in double quotes. */
export function stringLiteral(text: string): string {
  return JSON.stringify(text).replace(unsafe, escaped);
}

/** Text on one line of a comment: it can neither end the comment nor the line, and hides nothing. */
export function commentText(text: string): string {
  return text
    .replace(/[\t\r\n\u2028\u2029]+/g, " ")
    .replace(unsafe, escaped)
    .replaceAll("*/", "* /")
    .replace(/@(?=ts-)/g, "@ "); // after slashes that word is an order to the type checker
}

/** A property's name: bare where it is an ordinary word, quoted elsewhere. */
export function propertyName(text: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(text) && text !== "__proto__" ? text : text === "__proto__" ? '["__proto__"]' : stringLiteral(text);
}

/** Words that cannot be a name, or that would hide something a program uses. */
const reserved = new Set(
  (
    "abstract any arguments as async await bigint boolean break case catch class const continue debugger declare default delete do else enum eval export " +
    "extends false finally for from function get if implements import in infer instanceof interface is keyof let module namespace never new null number " +
    "object of package private protected public readonly require return set static string super switch symbol this throw true try type typeof undefined " +
    "unique unknown using var void while with yield " +
    "Array ArrayBuffer Boolean Buffer Date Error Float32Array Function Infinity JSON Map Math NaN Number Object Promise Proxy Reflect RegExp Set String Symbol " +
    "console constructor exports global globalThis hasOwnProperty isFinite isNaN parseFloat parseInt process prototype toString valueOf __proto__ " +
    "at settings parameters Layer"
  ).split(" "),
);

/** Hands out names of one scope; no two are equal, and none is taken from an outer scope. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }

  /** `wanted` made a JavaScript name; where it is taken, `kind` follows it (`softmaxLoss`), then a number. */
  claim(wanted: string, kind = ""): string {
    const base = toName(wanted);
    const choices = [base, ...(kind === "" ? [] : [`${base}${kind}`])];
    for (const choice of choices) if (this.#take(choice)) return choice;
    const last = choices[choices.length - 1] ?? base;
    for (let n = 2; ; n++) if (this.#take(`${last}${n}`)) return `${last}${n}`;
  }

  #take(name: string): boolean {
    if (reserved.has(name) || this.#taken.has(name)) return false;
    this.#taken.add(name);
    return true;
  }
}

/** The nearest name that is one: other characters part words, which are joined in camel case. */
function toName(text: string): string {
  const words = text.split(/[^A-Za-z0-9_]+/).filter((word) => word !== "");
  const joined = words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
  if (joined === "") return "unnamed";
  return /^[0-9]/.test(joined) ? `_${joined}` : joined;
}

/** A number as TypeScript: the shortest text that reads back as the same value. */
export function numberLiteral(value: number): string {
  if (Number.isNaN(value)) return "Number.NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (Object.is(value, -0)) return "-0";
  if (value === Math.PI) return "Math.PI";
  const plain = String(value);
  if (plain.length <= 8 || plain.includes("e")) return plain.replace("e+", "e");
  const short = value.toExponential().replace("e+", "e");
  return short.length < plain.length ? short : plain;
}

/** Text from specs, files and data as a terminal may safely show it. */

// Control characters would drive the terminal; the others change direction, break the line, or show nothing at all.
const unsafe = /[\p{Cc}\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/u;

/** One character in visible form: ESC is shown as its picture, a direction mark by its number. */
function visibleCharacter(character: string): string {
  if (!unsafe.test(character)) return character;
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x20) return String.fromCodePoint(0x2400 + point);
  if (point === 0x7f) return "\u2421";
  return `<U+${point.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/** `text` with every unsafe character made visible; line breaks stay where `lines` is true. */
export function visible(text: string, lines = false): string {
  return [...text].map((character) => (character === "\n" && lines ? character : visibleCharacter(character))).join("");
}

const tabWidth = 4;

/** Columns that a character takes: none for combining marks, two for East Asian wide ones and pictures. */
function widthOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x300) return 1;
  if (/\p{Mn}|\p{Me}/u.test(character)) return 0;
  const wide =
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0xa4cf) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1faff) ||
    (point >= 0x20000 && point <= 0x3fffd);
  return wide ? 2 : 1;
}

export function displayWidth(text: string): number {
  return [...text].reduce((sum, character) => sum + widthOf(character), 0);
}

/** A line laid out in columns: what each offset shows, and where it stands. */
export interface Cells {
  /** Visible pieces, one for each character of the line. */
  readonly pieces: readonly { readonly text: string; readonly column: number }[];
  /** Column of each UTF-16 offset of the line, its end included. */
  readonly columnOf: (offset: number) => number;
}

export function layOut(line: string): Cells {
  const pieces: { text: string; column: number }[] = [];
  const columns: number[] = [];
  let column = 0;
  for (const character of line) {
    const text = character === "\t" ? " ".repeat(tabWidth - (column % tabWidth)) : visibleCharacter(character);
    pieces.push({ text, column });
    for (let i = 0; i < character.length; i++) columns.push(column);
    column += displayWidth(text);
  }
  columns.push(column);
  return { pieces, columnOf: (offset) => columns[Math.max(0, Math.min(offset, columns.length - 1))] ?? 0 };
}

/** Breaks prose at spaces so that no line passes `width` columns, unless a single word does. */
export function wrap(text: string, width: number): string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      const longer = line === "" ? word : `${line} ${word}`;
      if (line !== "" && displayWidth(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    lines.push(line);
    return lines;
  });
}

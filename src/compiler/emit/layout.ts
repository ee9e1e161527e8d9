/** Lays out an expression: on one line where it fits, one item a line where it does not. */

/** Text, parts in a row, or a list between brackets. */
export type Doc = string | readonly Doc[] | Group;

export interface Group {
  readonly open: string;
  readonly close: string;
  readonly items: readonly Item[];
  /** Between the items; "" for statements. */
  readonly separator: "," | "";
  /** Inside the brackets on one line: `{ a }`, but `(a)`. */
  readonly padded: boolean;
  /** One item a line also where all would fit. */
  readonly broken: boolean;
}

export interface Item {
  readonly doc: Doc;
  /** A comment at the end of the item's line. */
  readonly note: string | null;
  /** Lines of comment above the item. */
  readonly above: readonly string[];
}

export const lineWidth = 120;
const step = "  ";

export function item(doc: Doc, note: string | null = null, above: readonly string[] = []): Item {
  return { doc, note, above };
}

export function list(items: readonly (Item | Doc)[], broken = false): Group {
  return { open: "[", close: "]", items: items.map(asItem), separator: ",", padded: false, broken };
}

export function object(items: readonly (Item | Doc)[], broken = false): Group {
  return { open: "{", close: "}", items: items.map(asItem), separator: ",", padded: true, broken };
}

/** `name(a, b)`. */
export function call(name: string, args: readonly Doc[]): Doc {
  return [name, { open: "(", close: ")", items: args.map((arg) => item(arg)), separator: ",", padded: false, broken: false }];
}

/** Statements in braces, one a line. */
export function block(statements: readonly Doc[]): Group {
  return { open: "{", close: "}", items: statements.map((doc) => item(doc)), separator: "", padded: false, broken: true };
}

function asItem(of: Item | Doc): Item {
  return typeof of === "object" && "doc" in of ? of : item(of);
}

function isParts(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** The text on one line; null where something in it asks for several. */
export function flat(doc: Doc): string | null {
  if (typeof doc === "string") return doc;
  if (isParts(doc)) {
    const parts = doc.map(flat);
    return parts.includes(null) ? null : parts.join("");
  }
  if (doc.items.length === 0) return doc.open + doc.close;
  if (doc.broken || doc.items.some((each) => each.note !== null || each.above.length > 0)) return null;
  const items = doc.items.map((each) => flat(each.doc));
  if (items.includes(null)) return null;
  const pad = doc.padded ? " " : "";
  return `${doc.open}${pad}${items.join(`${doc.separator} `)}${pad}${doc.close}`;
}

/** The text, its first line beginning at `column` and the others indented by `indent`; `after` columns must stay free. */
export function render(doc: Doc, indent = "", column = indent.length, after = 0): string {
  if (typeof doc === "string") return doc;
  if (isParts(doc)) return renderParts(doc, indent, column, after);
  const onOne = flat(doc);
  if (onOne !== null && column + onOne.length + after <= lineWidth) return onOne;
  const inner = indent + step;
  const lines = doc.items.flatMap((each) => {
    const text = render(each.doc, inner, inner.length, doc.separator.length);
    return [...each.above.map((line) => inner + line), `${inner}${text}${doc.separator}${each.note === null ? "" : ` // ${each.note}`}`];
  });
  return `${doc.open}\n${lines.join("\n")}\n${indent}${doc.close}`;
}

function renderParts(parts: readonly Doc[], indent: string, column: number, after: number): string {
  let text = "";
  parts.forEach((part, i) => {
    const lastLine = text.slice(text.lastIndexOf("\n") + 1);
    const at = text.includes("\n") ? lastLine.length : column + lastLine.length;
    text += render(part, indent, at, leading(parts.slice(i + 1)) ?? after);
  });
  return text;
}

/** Columns up to where the parts could next break; null where they cannot. */
function leading(parts: readonly Doc[]): number | null {
  let width = 0;
  for (const part of parts) {
    if (typeof part === "string") width += part.length;
    else if (isParts(part)) width += flat(part)?.length ?? 0;
    else return width + part.open.length;
  }
  return parts.length === 0 ? null : width;
}

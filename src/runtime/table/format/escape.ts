/** Labels come from a spec and may hold anything: each format has one door for them. */
import { printable } from "../../words.js";

export const plain = printable;

const html: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For text and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => html[character] ?? character);
}

/** For a cell of a Markdown table: nothing is markup, and no bar ends the cell. */
export function escapeMarkdown(text: string): string {
  return printable(text).replace(/[\\`*_{}[\]()#+!|<>&~$]/g, (character) =>
    /[<>&]/.test(character) ? (html[character] ?? "") : `\\${character}`,
  );
}

const latex: Readonly<Record<string, string>> = {
  "\\": "\\textbackslash{}",
  "~": "\\textasciitilde{}",
  "^": "\\textasciicircum{}",
  "<": "\\textless{}",
  ">": "\\textgreater{}",
  "|": "\\textbar{}",
  '"': "\\textquotedbl{}",
  "±": "$\\pm$",
};

export function escapeLatex(text: string): string {
  return printable(text)
    .replace(/[\\~^<>|"±&%$#_{}]/g, (character) => latex[character] ?? `\\${character}`)
    .replaceAll("\ufffd", "?");
}

/** A field of CSV (RFC 4180); a leading sign that a spreadsheet would run as a formula is kept as text by an apostrophe. */
export function escapeCsv(text: string): string {
  const safe = printable(text).replace(/^[=+\-@]/, (sign) => `'${sign}`);
  return /[",;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

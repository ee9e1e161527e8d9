/** Labels come from a spec and may hold anything: each format has one door for them. */

/** Control characters, and the separators that end a line for some readers, become visible. */
function visible(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

export function plain(text: string): string {
  return visible(text);
}

const html: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** For text and for attributes in double quotes. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => html[character] ?? character);
}

/** For a cell of a Markdown table: nothing is markup, and no bar ends the cell. */
export function escapeMarkdown(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]()#+!|<>&~$]/g, (character) => (/[<>&]/.test(character) ? (html[character] ?? "") : `\\${character}`));
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
  return visible(text)
    .replace(/[\\~^<>|"±&%$#_{}]/g, (character) => latex[character] ?? `\\${character}`)
    .replaceAll("\ufffd", "?");
}

/** A field of CSV (RFC 4180); a leading sign that a spreadsheet would run as a formula is kept as text by an apostrophe. */
export function escapeCsv(text: string): string {
  const safe = visible(text).replace(/^[=+\-@]/, (sign) => `'${sign}`);
  return /[",;]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

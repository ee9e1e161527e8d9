/** Diagnostics as frames for a reader at a terminal. Every text that comes from outside passes through `visible`. */
import pico from "picocolors";
import type { Diagnostic, Place } from "./diagnostic.js";
import { lineText, positionAt, type Span } from "./source.js";
import { displayWidth, layOut, visible, wrap } from "./visible.js";

export interface RenderOptions {
  readonly color: boolean;
}

const textWidth = 100;
const codeWidth = 140;

type Paint = (text: string) => string;
interface Palette {
  readonly head: Paint; // severity and code
  readonly mark: Paint; // carets and label
  readonly gutter: Paint;
  readonly bold: Paint;
}

/** All diagnostics, a blank line between two. */
export function renderAll(list: readonly Diagnostic[], options: RenderOptions): string {
  return list.map((found) => render(found, options)).join("\n\n");
}

/** One diagnostic: head line, frame, what is said, hint, related places. Ends without a line break. */
export function render(found: Diagnostic, { color }: RenderOptions): string {
  const colors = pico.createColors(color);
  const strong: Paint = found.severity === "error" ? colors.red : colors.yellow;
  const palette: Palette = { head: (text) => colors.bold(strong(text)), mark: strong, gutter: colors.cyan, bold: colors.bold };
  const { title, label = "", text, hint } = found.wording;
  const lines = [`${palette.head(`${found.severity}[${found.code}]`)}${palette.bold(`: ${visible(title)}`)}`];
  lines.push(...frame(found.place, label, palette, palette.mark));
  for (const { place, text: note } of found.related) lines.push(...frame(place, note, palette, palette.gutter));
  lines.push(...wrap(visible(text, true), textWidth));
  if (hint !== undefined) lines.push(...indented("hint: ", hint, palette));
  return lines.join("\n");
}

function indented(head: string, text: string, palette: Palette): string[] {
  const [first = "", ...rest] = wrap(visible(text, true), textWidth - head.length);
  return [palette.gutter(head) + first, ...rest.map((line) => " ".repeat(head.length) + line)];
}

/** Where a diagnostic stands: code with carets where the text is at hand, otherwise the place alone. */
function frame(place: Place, label: string, palette: Palette, mark: Paint): string[] {
  if (place === null) return [];
  if ("source" in place) return codeFrame(place, label, palette, mark);
  const where = "path" in place ? visible(place.path) : `${visible(place.file)}:${place.line}`;
  return [`  ${palette.gutter("-->")} ${where}${label === "" ? "" : `: ${visible(label)}`}`];
}

function codeFrame(span: Span, label: string, palette: Palette, mark: Paint): string[] {
  const { source } = span;
  const from = positionAt(source, span.start);
  const to = positionAt(source, Math.max(span.start, span.end - 1));
  const digits = String(from.line).length;
  const bar = (number: string) => palette.gutter(` ${number.padStart(digits)} |`);
  const { code, carets } = underline(
    lineText(source, from.line),
    from.column - 1,
    to.line === from.line ? to.column : Number.POSITIVE_INFINITY,
  );
  const more = to.line === from.line ? "" : ` (to line ${to.line})`;
  const said = `${visible(label)}${more}`;
  return [
    `${" ".repeat(digits + 1)}${palette.gutter("-->")} ${visible(source.name)}:${from.line}:${from.column}`,
    bar(""),
    code === "" ? bar(String(from.line)) : `${bar(String(from.line))} ${code}`,
    `${bar("")} ${mark(said === "" ? carets.trimEnd() : `${carets} ${said}`.trimEnd())}`,
    bar(""),
  ];
}

/** A line in visible characters and the carets under columns [start, end) of it; a long line is cut around them. */
function underline(line: string, start: number, end: number): { readonly code: string; readonly carets: string } {
  const { pieces, columnOf } = layOut(line.trimEnd() === "" ? "" : line);
  const first = columnOf(start);
  const last = Math.max(first + 1, columnOf(Math.min(end, line.trimEnd().length)));
  const width = columnOf(line.length);
  if (width <= codeWidth) {
    return {
      code: pieces
        .map((piece) => piece.text)
        .join("")
        .trimEnd(),
      carets: " ".repeat(first) + "^".repeat(last - first),
    };
  }
  const low = Math.max(0, Math.min(first - codeWidth / 4, width - codeWidth));
  const kept = pieces.filter((piece) => piece.column >= low && piece.column + displayWidth(piece.text) <= low + codeWidth);
  const origin = kept[0]?.column ?? 0;
  const left = origin > 0 ? "…" : "";
  const shown = kept.map((piece) => piece.text).join("");
  const right = origin + displayWidth(shown) < width ? "…" : "";
  const shift = displayWidth(left) - origin;
  return {
    code: left + shown.trimEnd() + right,
    carets: " ".repeat(first + shift) + "^".repeat(Math.min(last, origin + displayWidth(shown)) - first),
  };
}

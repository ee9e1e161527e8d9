import type { Diagnostic, Place } from "./diagnostic.js";
import { type Position, positionAt } from "./source.js";

/** A range of 1-based lines and columns; the end is the position just behind the last character. */
export interface JsonRange {
  readonly start: Position;
  readonly end: Position;
}

export interface JsonDiagnostic {
  readonly file: string | null;
  readonly range: JsonRange | null;
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  readonly related: readonly { readonly file: string | null; readonly range: JsonRange | null; readonly message: string }[];
}

/** A diagnostic as `--json` prints it. Where only a line is known, its range is empty at the beginning of that line. */
export function toJson(found: Diagnostic): JsonDiagnostic {
  return {
    ...placeToJson(found.place),
    severity: found.severity,
    code: found.code,
    message: `${found.wording.title}${/[.?!]$/.test(found.wording.title) ? "" : "."} ${found.wording.text}`,
    hint: found.wording.hint ?? null,
    related: found.related.map(({ place, text }) => ({ ...placeToJson(place), message: text })),
  };
}

function placeToJson(place: Place): { readonly file: string | null; readonly range: JsonRange | null } {
  if (place === null) return { file: null, range: null };
  if ("path" in place) return { file: place.path, range: null };
  if ("source" in place) {
    return { file: place.source.name, range: { start: positionAt(place.source, place.start), end: positionAt(place.source, place.end) } };
  }
  const start = { line: place.line, column: 1 };
  return { file: place.file, range: { start, end: start } };
}

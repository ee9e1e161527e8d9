import { type Catalogue, catalogue } from "./catalogue/index.js";
import type { Wording } from "./message.js";
import type { Span } from "./source.js";

export type Code = keyof Catalogue;
export type Params<C extends Code> = Parameters<Catalogue[C]["wording"]>[0];

/** A spec line known only by name, as a generated program knows it. */
export interface Line {
  readonly file: string;
  readonly line: number;
}

/** A file on disk (an image, a checkpoint, a folder), or nothing but the command line. */
export interface Path {
  readonly path: string;
}

export type Place = Span | Line | Path | null;

export interface Related {
  readonly place: Place;
  readonly text: string; // "declared here"
}

/** A mistake as data. Nothing here is worded: `wordingOf` asks the catalogue, `render` makes frames. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: "error" | "warning";
  readonly place: Place;
  readonly wording: Wording;
  readonly related: readonly Related[];
}

/** Makes the diagnostic `code` at `place`; the parameters are checked against the catalogue entry. */
export function diagnostic<C extends Code>(code: C, place: Place, params: Params<C>, related: readonly Related[] = []): Diagnostic {
  const entry = catalogue[code];
  // The entry and its parameters come from the same code; TypeScript cannot see that across the union.
  const wording = (entry.wording as (params: Params<C>) => Wording)(params);
  return { code, severity: entry.severity, place, wording, related };
}

export function isError(found: Diagnostic): boolean {
  return found.severity === "error";
}

/** What every phase returns: its result, and what it found wrong on the way. */
export interface Outcome<T> {
  readonly value: T;
  readonly diagnostics: readonly Diagnostic[];
}

/** A run-time failure that knows its diagnostic; the only exception that facec throws for a user's mistake. */
export class FaceError extends Error {
  readonly diagnostics: readonly Diagnostic[];

  constructor(diagnostics: Diagnostic | readonly Diagnostic[]) {
    const all = Array.isArray(diagnostics) ? diagnostics : [diagnostics];
    super(all.map((found: Diagnostic) => `${found.wording.title}: ${found.wording.text}`).join("\n"));
    this.name = "FaceError";
    this.diagnostics = all;
  }
}

/** Throws the diagnostic `code` as a FaceError. */
export function fail<C extends Code>(code: C, place: Place, params: Params<C>, related: readonly Related[] = []): never {
  throw new FaceError(diagnostic(code, place, params, related));
}

import { type Code, type Diagnostic, diagnostic, type Params, type Place, type Related } from "./diagnostic.js";

function keyOf(found: Diagnostic): string {
  const { place } = found;
  if (place === null) return `${found.code} ${found.wording.text}`;
  if ("source" in place) return `${found.code} ${place.source.name} ${place.start} ${place.end}`;
  return `${found.code} ${JSON.stringify(place)} ${found.wording.text}`;
}

function samePlace(a: Place, b: Place): boolean {
  if (a === null || b === null || !("source" in a) || !("source" in b)) return false;
  return a.source === b.source && a.start === b.start && a.end === b.end;
}

/**
 * Gathers what one phase finds. One code at one place is said once, however often the place is looked at: a loss's
 * body is checked anew for each use of the loss.
 */
export class Collector {
  private readonly found = new Map<string, Diagnostic>();

  /** With `outer`, everything goes there, and `related` is said beside it: where the text that is wrong was used. */
  constructor(
    private readonly outer: Collector | null = null,
    private readonly related: readonly Related[] = [],
  ) {}

  get diagnostics(): readonly Diagnostic[] {
    return [...this.found.values()];
  }

  get hasErrors(): boolean {
    return this.diagnostics.some((each) => each.severity === "error");
  }

  report<C extends Code>(code: C, place: Place, params: Params<C>, related: readonly Related[] = []): void {
    this.add(diagnostic(code, place, params, related));
  }

  add(...all: readonly Diagnostic[]): void {
    for (const each of all) {
      if (this.outer !== null) {
        const elsewhere = this.related.filter(({ place }) => !samePlace(place, each.place));
        this.outer.add({ ...each, related: [...each.related, ...elsewhere] });
        continue;
      }
      const key = keyOf(each);
      if (!this.found.has(key)) this.found.set(key, each);
    }
  }
}

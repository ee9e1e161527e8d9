import { type Code, type Diagnostic, diagnostic, type Params, type Place, type Related } from "./diagnostic.js";

function keyOf(found: Diagnostic): string {
  const { place } = found;
  if (place === null) return `${found.code} ${found.wording.text}`;
  if ("source" in place) return `${found.code} ${place.source.name} ${place.start} ${place.end}`;
  return `${found.code} ${JSON.stringify(place)} ${found.wording.text}`;
}

/**
 * Gathers what one phase finds. One code at one place is said once, however often the place is looked at: a loss's
 * body is checked anew for each use of the loss.
 */
export class Collector {
  private readonly found = new Map<string, Diagnostic>();

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
      const key = keyOf(each);
      if (!this.found.has(key)) this.found.set(key, each);
    }
  }
}

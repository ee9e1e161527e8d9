/** The groups of rules in their order. */
import type { Expr } from "./expr.js";
import { type Fired, type Rule, rewrite } from "./rewrite.js";
import { fold } from "./rules/fold.js";
import { erase, simplify } from "./rules/simplify.js";
import { guard, specialise, stabilise } from "./rules/stabilise.js";

export type { Fired };

export interface Improved {
  readonly roots: readonly Expr[];
  /** Rules that fired, each once, in the order in which they first did. */
  readonly fired: readonly Fired[];
}

/**
 * Each group runs with those before it to a fixed point. `specialise` must wait until log p[y] and 1 - p[y] were seen
 * as such, and `guard` until no rule can remove what it guards. The rules of `erase` come after differentiation.
 */
function groups(differentiated: boolean): readonly (readonly Rule[])[] {
  const first = [...fold, ...(differentiated ? erase : []), ...stabilise, ...simplify];
  const second = [...first, ...specialise];
  return [first, second, [...second, ...guard]];
}

/** The same formulas in stable and short form; what they share stays shared. */
export function improve(roots: readonly Expr[], options: { readonly differentiated?: boolean } = {}): Improved {
  const fired = new Map<string, Fired>();
  const note = (each: Fired): void => {
    if (!fired.has(each.name)) fired.set(each.name, each);
  };
  const improved = groups(options.differentiated ?? false).reduce((now, rules) => rewrite(now, rules, note), roots);
  return { roots: improved, fired: [...fired.values()] };
}

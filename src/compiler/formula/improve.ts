/** The groups of rules in their order. */
import type { Expr } from "./expr.js";
import { type Noted, type Rule, rewrite } from "./rewrite.js";
import { fold } from "./rules/fold.js";
import { erase, marks } from "./rules/marks.js";
import { finish, simplify } from "./rules/simplify.js";
import { guard, specialise, stabilise } from "./rules/stabilise.js";

/** A rule that changed a formula, and what the new form is better at. */
export interface Fired {
  readonly name: string;
  readonly why: string;
}

export interface Improved {
  readonly roots: readonly Expr[];
  /** Rules that fired, each once, in the order in which they first did; not those that only tidy up. */
  readonly fired: readonly Fired[];
}

/**
 * Each group runs with those before it to a fixed point. `specialise` must wait until log p[y] and 1 - p[y] were seen
 * as such, and `guard` until no rule can remove what it guards; `finish` is for what is final. `stop` and `withGradient` stay in what may still be differentiated.
 */
function groups(differentiated: boolean): readonly (readonly Rule[])[] {
  const first = [...fold, ...(differentiated ? erase : marks), ...stabilise, ...simplify];
  const second = [...first, ...specialise];
  const third = [...second, ...guard];
  return [first, second, third, [...third, ...finish]];
}

/**
 * The same formulas in stable and short form; what they share stays shared. With `differentiated`, they are gradients or
 * what no gradient is asked of.
 */
export function improve(roots: readonly Expr[], options: { readonly differentiated?: boolean } = {}): Improved {
  const fired = new Map<string, Fired>();
  const note = ({ name, why, tidy }: Noted): void => {
    if (!tidy && !fired.has(name)) fired.set(name, { name, why });
  };
  const improved = groups(options.differentiated ?? false).reduce((now, rules) => rewrite(now, rules, note), roots);
  return { roots: improved, fired: [...fired.values()] };
}

/** Finds a formula or backbone of a plan by what the spec calls it. */
import { fail } from "../diagnostics/diagnostic.js";
import { nearest } from "../diagnostics/suggest.js";

interface Titled {
  readonly name: string;
  /** As the spec writes it: "cosface(s = 16, m = 0.2)". */
  readonly title: string;
}

/** The plan has one entry for each set of arguments: the bare name means the first of them, `focal(2)` but not `focal(2) * softmax`. */
export function findTitled<T extends Titled>(all: readonly T[], name: string): T | undefined {
  const isUse = ({ title }: Titled): boolean => title.startsWith(`${name}(`) && closing(title, name.length) === title.length - 1;
  return all.find((each) => each.title === name) ?? all.find((each) => each.name === name) ?? all.find(isUse);
}

/** Where the parenthesis that opens at `start` closes. */
function closing(text: string, start: number): number {
  let depth = 0;
  for (let i = start; i < text.length; i++) {
    if (text[i] === "(") depth += 1;
    if (text[i] === ")") depth -= 1;
    if (depth === 0) return i;
  }
  return -1;
}

export function findFormula<T extends Titled>(kind: string, file: string, all: readonly T[], name: string): T {
  const known = all.map((each) => each.title);
  return findTitled(all, name) ?? fail("name-missing", null, { kind, name, file, known, close: nearest(name, known) });
}

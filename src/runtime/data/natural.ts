/** Natural order of file names. */

/**
 * The names with runs of digits compared as numbers, so s2 comes before s10; each is taken apart once. Not by locale, which
 * differs from machine to machine.
 */
export function naturalSort(names: readonly string[]): string[] {
  return names
    .map((name) => ({ name, runs: runsOf(name) }))
    .sort((a, b) => compareKeys(a.runs, b.runs) || compareText(a.name, b.name))
    .map(({ name }) => name);
}

/** Runs of digits (without leading zeros) and of other characters, in turn. */
type Run = { readonly text: string; readonly digits: boolean };

function runsOf(name: string): readonly Run[] {
  return (name.match(/\d+|\D+/g) ?? []).map((text) => {
    const digits = /^\d/.test(text);
    return { text: digits ? text.replace(/^0+/, "") : text, digits };
  });
}

function compareKeys(a: readonly Run[], b: readonly Run[]): number {
  for (let i = 0; i < a.length && i < b.length; i++) {
    const left = a[i];
    const right = b[i];
    if (left === undefined || right === undefined) break;
    const byLength = left.digits && right.digits ? left.text.length - right.text.length : 0;
    // A number before any other text, as the digits stand before the letters.
    const order = left.digits === right.digits ? byLength || compareText(left.text, right.text) : left.digits ? -1 : 1;
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Neighbouring lines lined up: the `=` of one-line formulas, the braces of `use`, and comments at the end of lines. */
export interface Line {
  readonly text: string; // with its indentation; empty for a blank line
  readonly comment: string | null; // at the end of the line
  readonly aligned: { readonly kind: string; readonly columns: readonly string[] } | null;
}

/** A column is not widened beyond this: one long name must not push all others to the right. */
const spread = 24;

export function alignLines(lines: readonly Line[], width: number): string[] {
  const texts = runs(lines, (line) => (line.aligned === null ? null : `${line.aligned.kind} ${indentOf(line.text)}`)).flatMap((run) =>
    alignColumns(run, width),
  );
  return runs(texts, (line) => (line.comment === null ? null : "comment")).flatMap(alignComments);
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}

/** Splits a list into the longest runs of neighbours with the same key; items without a key stand alone. */
function runs<T>(items: readonly T[], keyOf: (item: T) => string | null): T[][] {
  const found: T[][] = [];
  let last: string | null = null;
  for (const item of items) {
    const key = keyOf(item);
    if (key !== null && key === last) found.at(-1)?.push(item);
    else found.push([item]);
    last = key;
  }
  return found;
}

function alignColumns(run: readonly Line[], width: number): readonly Line[] {
  if (run.length === 1) return run;
  const columns = run.map((line) => line.aligned?.columns ?? []);
  const count = Math.min(...columns.map((each) => each.length)) - 1;
  const widths = Array.from({ length: count }, (_, i) => Math.max(...columns.map((each) => each[i]?.length ?? 0)));
  const narrow = Array.from({ length: count }, (_, i) => Math.min(...columns.map((each) => each[i]?.length ?? 0)));
  if (widths.some((wide, i) => wide - (narrow[i] ?? 0) > spread)) return run;
  const texts = run.map((line, row) => {
    const indent = " ".repeat(indentOf(line.text));
    const own = columns[row] ?? [];
    const rest = line.text.slice(indent.length + own.slice(0, count).reduce((sum, column) => sum + column.length + 1, 0));
    return `${indent}${widths.map((wide, i) => (own[i] ?? "").padEnd(wide)).join(" ")} ${rest}`;
  });
  return texts.some((text) => text.length > width) ? run : run.map((line, i) => ({ ...line, text: texts[i] ?? line.text }));
}

function alignComments(run: readonly Line[]): string[] {
  const lengths = run.map((line) => line.text.length);
  const longest = Math.max(...lengths);
  const together = longest - Math.min(...lengths) <= 2 * spread;
  return run.map((line) => (line.comment === null ? line.text : `${together ? line.text.padEnd(longest) : line.text}  ${line.comment}`));
}

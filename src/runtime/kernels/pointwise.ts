/** An expression over the entries of a kernel's inputs: `pointwise(expression, inputs)` stands for every elementwise kernel. */
export type Pointwise =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "apply"; readonly op: string; readonly args: readonly Pointwise[] }; // op: a pointwise operation of runtime/ops

export const input = (index: number): Pointwise => ({ kind: "input", index });
export const constant = (value: number): Pointwise => ({ kind: "constant", value });
export const apply = (op: string, ...args: readonly Pointwise[]): Pointwise => ({ kind: "apply", op, args });

/** `expression` with each part replaced by what `replace` makes of it once its operands are; the same object where nothing changes. */
export function rebuilt(expression: Pointwise, replace: (part: Pointwise) => Pointwise): Pointwise {
  const done = new Map<Pointwise, Pointwise>(); // expressions share parts: keep them shared
  const visit = (part: Pointwise): Pointwise => {
    const before = done.get(part);
    if (before !== undefined) return before;
    const args = part.kind === "apply" ? part.args.map(visit) : [];
    const isNew = part.kind === "apply" && args.some((arg, i) => arg !== part.args[i]);
    const after = replace(isNew ? { ...part, args } : part);
    done.set(part, after);
    return after;
  };
  return visit(expression);
}

/** `expression` with each input replaced. */
export function substitute(expression: Pointwise, becomes: readonly Pointwise[]): Pointwise {
  return rebuilt(expression, (part) => (part.kind === "input" ? (becomes[part.index] ?? part) : part));
}

/** Numbers of the inputs that an expression reads. */
export function inputsOf(expression: Pointwise): ReadonlySet<number> {
  const found = new Set<number>();
  const seen = new Set<Pointwise>();
  const visit = (part: Pointwise): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part.kind === "input") found.add(part.index);
    else if (part.kind === "apply") part.args.forEach(visit);
  };
  visit(expression);
  return found;
}

/** Text that is equal for equal expressions only. Numbers the shared parts, so that its length stays linear. */
export function pointwiseKey(expression: Pointwise): string {
  const numbers = new Map<string, number>();
  const seen = new Map<Pointwise, number>();
  const visit = (part: Pointwise): number => {
    const before = seen.get(part);
    if (before !== undefined) return before;
    const text =
      part.kind === "input"
        ? `i${part.index}`
        : part.kind === "constant"
          ? `c${Object.is(part.value, -0) ? "-0" : part.value}`
          : `${part.op}(${part.args.map(visit).join()})`;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    seen.set(part, number);
    return number;
  };
  visit(expression);
  return [...numbers.keys()].join(" ");
}

/** An expression over the entries of a kernel's inputs: `pointwise(expression, inputs)` stands for every elementwise kernel. */
export type Pointwise =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "apply"; readonly op: string; readonly args: readonly Pointwise[] }; // op: a pointwise operation of runtime/ops

export const input = (index: number): Pointwise => ({ kind: "input", index });
export const constant = (value: number): Pointwise => ({ kind: "constant", value });
export const apply = (op: string, ...args: readonly Pointwise[]): Pointwise => ({ kind: "apply", op, args });

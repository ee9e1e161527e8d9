/** An expression over the entries of a kernel's inputs: `pointwise(expression, inputs)` stands for every elementwise kernel. */
export type Pointwise =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "apply"; readonly op: string; readonly args: readonly Pointwise[] }; // op: a pointwise operation of runtime/ops

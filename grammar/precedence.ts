/** How tightly operators bind, for the reader of chains, the formatter and the reference. Higher binds tighter. */
export interface Binding {
  readonly level: number;
  readonly side: "left" | "right" | "chain";
  readonly operators: readonly string[];
  readonly about: string;
}

export const bindings: readonly Binding[] = [
  { level: 1, side: "left", operators: ["or"], about: "either" },
  { level: 2, side: "left", operators: ["and"], about: "both" },
  { level: 4, side: "chain", operators: ["<", "<=", ">", ">=", "==", "!="], about: "comparison; a < b < c means a < b and b < c" },
  { level: 5, side: "left", operators: [".."], about: "range, both ends included" },
  { level: 6, side: "left", operators: ["+", "-"], about: "sum" },
  { level: 7, side: "left", operators: ["*", "/"], about: "product" },
  { level: 9, side: "right", operators: ["^"], about: "power; 2^3^2 is 2^(3^2), -x^2 is -(x^2)" },
];

/** Before an operand: `not` takes a whole comparison, `-` takes a power. */
export const prefixLevels: Readonly<Record<string, number>> = { not: 3, "-": 8 };

const byOperator = new Map(bindings.flatMap((binding) => binding.operators.map((operator) => [operator, binding] as const)));

/** The binding of `operator`, null when it is none. */
export function bindingOf(operator: string): Binding | null {
  return byOperator.get(operator) ?? null;
}

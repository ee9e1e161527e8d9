/** Names that readers of papers and other libraries bring along, and what this language has for them. */

/** Functions of other languages: how the same is written here. */
const functions: Readonly<Record<string, string>> = {
  acos: "Write `arccos(v)`.",
  arcsin: "Write `pi / 2 - arccos(v)`.",
  tan: "Write `sin(v) / cos(v)`.",
  tanh: "Write `1 - 2 / (1 + exp(2 * v))`.",
  sigmoid: "Write `1 / (1 + exp(-v))`.",
  relu: "In a formula it is `max(0, v)`.",
  pow: "A power is written with `^`: `v ^ 2`.",
  square: "Write `v ^ 2`.",
  ln: "Write `log(v)`, the natural logarithm.",
  logsumexp: "Write `log(sum(exp(z) over class))`: it is compiled to the stable form.",
  log_softmax: "Write `log(softmax(z))`, or `cross_entropy(z)` for the loss itself.",
  normalize: "Write `unit(v)`: the vector divided by its length.",
  normalise: "Write `unit(v)`: the vector divided by its length.",
  l2: "Write `norm(v)`.",
  matmul: "Write `dot(x, W)`: it sums over the axis feature.",
  detach: "Write `stop(v)`.",
  stop_gradient: "Write `stop(v)`.",
  one_hot: "`target` is true where the class is the sample's label: `if target then 1 else 0`.",
  onehot: "`target` is true where the class is the sample's label: `if target then 1 else 0`.",
  clip: "Write `clamp(v, low, high)`.",
  average: "Write `mean(v over sample)`.",
};

/** What the language is to have, in the words of "this version cannot do it: ...". */
const laterFunctions: Readonly<Record<string, string>> = {
  first: "`first`, a value taken from the first batch",
  draw: "`draw`, random values in a formula",
  sort: "`sort`",
  rank: "`rank`",
  median: "`median`",
  std: "`std`",
  top: "`top`",
};

const insteadOf: Readonly<Record<string, string>> = {
  first: "Begin with a number near it: `learn R = 20`.",
  std: "Write it out: `sqrt(mean((v - mean(v over sample))^2 over sample))`.",
};

const laterLayers: Readonly<Record<string, string>> = {
  branch: "`branch`, layers side by side",
  concat: "`concat`",
  dense_block: "`dense_block`",
  depthwise: "`depthwise`",
  groupnorm: "`groupnorm`",
  squeeze_excite: "`squeeze_excite`",
};

function entry(table: Readonly<Record<string, string>>, name: string): string | null {
  return Object.hasOwn(table, name) ? (table[name] ?? null) : null;
}

/** How a function of another language is written here; null where it is none that is known. */
export function foreignFunction(name: string): string | null {
  return entry(functions, name);
}

export interface Later {
  readonly what: string;
  readonly instead: string | undefined;
}

export function laterFunction(name: string): Later | null {
  const what = entry(laterFunctions, name);
  return what === null ? null : { what, instead: entry(insteadOf, name) ?? undefined };
}

export function laterLayer(name: string): Later | null {
  const what = entry(laterLayers, name);
  return what === null ? null : { what, instead: undefined };
}

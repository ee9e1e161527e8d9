/**
 * Sums and maxima along axes. A workgroup makes some results side by side, each by several threads whose parts are joined
 * as a tree; long reductions are cut into pieces, joined by a second program. The order depends on shapes alone.
 */
import { numbersOf, sizeOf } from "../shapes.js";
import {
  type Binding,
  type Dispatch,
  inputSlot,
  type Loop,
  offset,
  outputSlot,
  type Plan,
  type Planner,
  program,
  type Slot,
  scratchSlot,
  shapeOf,
  specials,
} from "./plan.js";

/** What is joined: WGSL of a start, of joining two, and of one entry. */
export interface Joined {
  readonly start: string;
  readonly join: (a: string, b: string) => string;
  /** Of the entry at `at` of the operands; `o` is the number of the result. */
  readonly entry: string;
  /** Of the result, from what was joined. */
  readonly finish: (joined: string) => string;
  readonly to: Slot;
}

export interface Reduction {
  /** Loops over results, and over what is joined, in the order of the operands' entries. */
  readonly kept: readonly Loop[];
  readonly gone: readonly Loop[];
  readonly bindings: readonly Binding[];
  readonly results: readonly Joined[];
  readonly outside?: string;
  /** WGSL of where result `o` goes; row by row unless said. */
  readonly place?: string;
}

export const summed = (entry: string, to: Slot, finish: (sum: string) => string = (sum) => sum): Joined => ({
  start: "0.0f",
  join: (a, b) => `${a} + ${b}`,
  entry,
  finish,
  to,
});

export const reduceSum: Planner = (inputs, attributes) =>
  reductionPlan(along(shapeOf(inputs), numbersOf(attributes, "axes"), [summed("v[at]", outputSlot(0))]));

export const sumSquares: Planner = (inputs) => {
  const shape = shapeOf(inputs);
  const axes = shape.map((_, axis) => axis);
  return reductionPlan(along(shape, axes, [summed("v[at] * v[at]", outputSlot(0))]));
};

export const reduceMax: Planner = (inputs, attributes) => {
  const largest: Joined = {
    start: "-bitcast<f32>(infinity_bits)",
    join: (a, b) => `largest(${a}, ${b})`,
    entry: "v[at]",
    finish: (joined) => joined,
    to: outputSlot(0),
  };
  return reductionPlan(along(shapeOf(inputs), numbersOf(attributes, "axes"), [largest]));
};

/** A reduction of one operand `v` along axes. */
function along(shape: readonly number[], axes: readonly number[], results: readonly Joined[]): Reduction {
  const kept: Loop[] = [];
  const gone: Loop[] = [];
  let stride = sizeOf(shape);
  shape.forEach((size, axis) => {
    stride /= size;
    const list = axes.includes(axis) ? gone : kept;
    const before = list.at(-1);
    // Neighbours in memory become one loop.
    if (before !== undefined && before.stride === size * stride) list[list.length - 1] = { size: before.size * size, stride };
    else if (size !== 1) list.push({ size, stride });
  });
  return { kept, gone, bindings: [{ slot: inputSlot(0), name: "v" }], results, outside: specials };
}

const count = (loops: readonly Loop[]): number => sizeOf(loops.map((loop) => loop.size));
const powerOfTwo = (atLeast: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));

/** Workgroups that keep a GPU busy. */
const enoughGroups = 128;
const threads = 256;

export function reductionPlan(reduction: Reduction): Plan {
  const [results, entries] = [count(reduction.kept), count(reduction.gone)];
  const isRow = (reduction.gone.at(-1)?.stride ?? 0) === 1;
  const deep = Math.min(powerOfTwo(entries), isRow ? threads : 16);
  const wide = Math.min(powerOfTwo(results), threads / deep);
  const groups = Math.ceil(results / wide);
  const pieces = Math.max(1, Math.min(Math.floor(entries / (deep * 16)), Math.ceil(enoughGroups / groups)));
  if (pieces === 1) return { scratch: [], dispatches: [reduce(reduction, deep, wide, 1)] };
  const scratch = reduction.results.map((_, i) => scratchSlot(i));
  const { place: _, ...unplaced } = reduction;
  const cut: Reduction = {
    ...unplaced,
    results: reduction.results.map((result, i) => ({ ...result, finish: (joined) => joined, to: entryOf(scratch, i) })),
  };
  const joining: Reduction = {
    ...reduction,
    kept: [{ size: results, stride: 1 }],
    gone: [{ size: pieces, stride: results }],
    bindings: [...reduction.bindings, ...scratch.map((slot, i) => ({ slot, name: `part${i}` }))],
    results: reduction.results.map((result, i) => ({ ...result, entry: `part${i}[at]` })),
  };
  return {
    scratch: reduction.results.map(() => results * pieces),
    dispatches: [reduce(cut, deep, wide, pieces), reduce(joining, Math.min(powerOfTwo(pieces), 16), Math.min(powerOfTwo(results), 16), 1)],
  };
}

function entryOf<T>(list: readonly T[], index: number): T {
  const found = list[index];
  if (found === undefined) throw new Error(`No entry ${index}.`);
  return found;
}

/** `deep` threads for each of `wide` results of a workgroup; piece by piece where there are several. */
function reduce({ kept, gone, bindings, results, outside = "", place }: Reduction, deep: number, wide: number, pieces: number): Dispatch {
  const [many, entries] = [count(kept), count(gone)];
  const across = Math.ceil(many / wide);
  const piece = Math.ceil(entries / pieces);
  const shared = results.map((_, k) => `var<workgroup> shared${k}: array<f32, ${deep * wide}>;`).join("\n");
  const lines = [
    `let o = (group % ${across}u) * ${wide}u + lane % ${wide}u;`,
    `let deep = lane / ${wide}u;`,
    `let piece = group / ${across}u;`,
    ...results.map(({ start }, k) => `var joined${k} = ${start};`),
    `if (o < ${many}u) {`,
    `  let base = ${offset("o", kept)};`,
    `  let end = min(piece * ${piece}u + ${piece}u, ${entries}u);`,
    `  for (var r = piece * ${piece}u + deep; r < end; r = r + ${deep}u) {`,
    `    let at = base + ${offset("r", gone)};`,
    ...results.map(({ join, entry }, k) => `    joined${k} = ${join(`joined${k}`, `(${entry})`)};`),
    "  }",
    "}",
    ...(deep === 1 ? [] : tree(results, deep, wide)),
    `if (deep == 0u && o < ${many}u) {`,
    `  let to = ${place ?? `piece * ${many}u + o`};`,
    ...results.map(({ finish }, k) => `  result${k}[to] = ${finish(`joined${k}`)};`),
    "}",
  ];
  const written = results.map(({ to }, k): Binding => ({ slot: to, name: `result${k}`, written: true }));
  const body = lines.map((line) => `  ${line}`).join("\n");
  return program([...bindings, ...written], deep * wide, across * pieces, body, `${outside}${deep === 1 ? "" : shared}`);
}

function tree(results: readonly Joined[], deep: number, wide: number): string[] {
  const lines = results.map((_, k) => `shared${k}[lane] = joined${k};`);
  lines.push("workgroupBarrier();");
  for (let half = deep / 2; half >= 1; half /= 2) {
    lines.push(`if (deep < ${half}u) {`);
    results.forEach(({ join }, k) => {
      lines.push(`  shared${k}[lane] = ${join(`shared${k}[lane]`, `shared${k}[lane + ${half * wide}u]`)};`);
    });
    lines.push("}", "workgroupBarrier();");
  }
  return [...lines, ...results.map((_, k) => `joined${k} = shared${k}[lane];`)];
}

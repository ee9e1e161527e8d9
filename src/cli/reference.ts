/** The slow float64 evaluation of a loss on given numbers: what the compiled program is held against. */
import { evaluateAll, type Sizes } from "../compiler/formula/evaluate.js";
import type { LossPlan } from "../compiler/plan/plan.js";
import { fail } from "../diagnostics/diagnostic.js";
import type { NamedArray } from "../runtime/describe.js";
import type { Axis } from "../runtime/ops/axes.js";
import type { Nested, ProbeResult, ProbeValues } from "../runtime/probe.js";

/** Value, weights and gradients; `improved` has the gradients, `original` the formula as the spec has it. */
export function reference(original: LossPlan, improved: LossPlan, values: ProbeValues, path: string): ProbeResult {
  const sizes = sizesOf(improved, values);
  const bindings = bindingsOf(improved, values, sizes, path);
  const samples = sizes.get("sample") ?? 0;
  const formulas = [original.perSample, ...(original.weights === null ? [] : [original.weights])];
  const [perSample, weights] = evaluateAll(formulas, bindings, sizes);
  const gradients = evaluateAll(
    improved.gradients.map((each) => each.value),
    bindings,
    sizes,
  );
  const charged = eachSample(perSample, samples);
  return {
    per_sample: charged,
    loss: charged.reduce((sum, value) => sum + value, 0) / samples,
    weights: weights === undefined ? null : eachSample(weights, samples),
    gradients: Object.fromEntries(
      improved.gradients.map(({ of }, i) => [of, shaped(gradients[i], bindings[of], of)]).filter(([, value]) => value !== null),
    ),
  };
}

/** max|a - b| / max|b| over each array, the largest of all; absolute where the reference is zero throughout. */
export function maxRelativeDifference(compiled: ProbeResult, wanted: ProbeResult): number {
  const pairs: (readonly [Nested, Nested])[] = [
    [compiled.per_sample, wanted.per_sample],
    [compiled.loss, wanted.loss],
    ...(compiled.weights === null || wanted.weights === null ? [] : [[compiled.weights, wanted.weights] as const]),
  ];
  const values = pairs.map(([a, b]) => relativeDifference(flatten(a), flatten(b)));
  return Math.max(...values, maxGradientDifference(compiled.gradients, wanted.gradients));
}

/** The same of gradients alone; a gradient that is missing is not a number. */
export function maxGradientDifference(found: ProbeResult["gradients"], wanted: ProbeResult["gradients"]): number {
  return Math.max(
    0,
    ...Object.entries(wanted).map(([name, value]) => relativeDifference(flatten(found[name] ?? Number.NaN), flatten(value))),
  );
}

function relativeDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.NaN;
  const scale = Math.max(...b.map(Math.abs));
  const worst = Math.max(...b.map((value, i) => Math.abs((a[i] ?? Number.NaN) - value)));
  return scale > 0 ? worst / scale : worst;
}

// ---------------------------------------------------------------- inputs

function sizesOf(loss: LossPlan, values: ProbeValues): Sizes {
  const labels = Math.max(...values.y) + 1;
  const classes = values.W?.[0]?.length ?? values.b?.length ?? values.centers?.length ?? labels;
  const own = loss.learned.flatMap((each) => Object.entries(each.sizes));
  return new Map([["sample", values.x.length], ["class", classes], ["feature", values.x[0]?.length ?? 0], ...own]);
}

/** Every input by its name, in the order of axes that formulas have: W is {class, feature} here. */
function bindingsOf(loss: LossPlan, values: ProbeValues, sizes: Sizes, path: string): Record<string, NamedArray> {
  const array = (name: string, axes: readonly Axis[], nested: Nested): NamedArray => {
    const shape = axes.map((axis) => sizes.get(axis) ?? 0);
    const data = Float64Array.from(flatten(nested));
    const wanted = shape.reduce((a, b) => a * b, 1);
    if (data.length !== wanted)
      fail("values-wrong", null, { path, what: `${name} wants ${shape.join("x")} numbers, and has ${data.length}` });
    return { axes, shape, data };
  };
  const found: Record<string, NamedArray> = {
    x: array("x", ["sample", "feature"], values.x),
    y: array("y", ["sample"], values.y),
    epoch: array("epoch", [], values.epoch ?? 0),
    step: array("step", [], values.step ?? 0),
    progress: array("progress", [], values.progress ?? 0),
  };
  if (values.W !== undefined) found.W = array("W", ["class", "feature"], columnsOf(values.W));
  if (values.b !== undefined) found.b = array("b", ["class"], values.b);
  for (const each of loss.states) found[each.name] = array(each.name, each.axes, stateValue(each, values, sizes));
  for (const each of loss.learned) {
    const nested = values.learned?.[each.name] ?? (each.axes.join() === "class,feature" ? values.centers : undefined);
    if (nested === undefined) fail("values-wrong", null, { path, what: `the learned ${each.name} has no value` });
    else found[each.name] = array(each.name, each.axes, nested);
  }
  return found;
}

/** A state that is not given stands where a run begins. */
function stateValue(state: LossPlan["states"][number], values: ProbeValues, sizes: Sizes): Nested {
  const given = values.states?.[state.name] ?? (state.axes.join() === "class,feature" ? values.centers : undefined);
  const count = state.axes.reduce((product, axis) => product * (sizes.get(axis) ?? 0), 1);
  return given ?? Array.from({ length: count }, () => state.initial);
}

// ---------------------------------------------------------------- outputs

function eachSample(value: NamedArray | undefined, samples: number): number[] {
  const list = [...(value?.data ?? [])];
  const [only] = list;
  return value?.axes.length === 0 && only !== undefined ? Array.from({ length: samples }, () => only) : list;
}

/** A gradient with the shape of what it belongs to: axes along which it does not vary are written out. */
function shaped(gradient: NamedArray | undefined, of: NamedArray | undefined, name: string): Nested | null {
  if (gradient === undefined || of === undefined) return null;
  const full = [...of.data.keys()].map((place) => gradient.data[placeIn(gradient, of, place)] ?? Number.NaN);
  const nested = nest(full, of.shape);
  return name === "W" && Array.isArray(nested) ? columnsOf(nested) : nested;
}

function placeIn(gradient: NamedArray, of: NamedArray, place: number): number {
  let rest = place;
  const index = new Map<Axis, number>();
  for (let d = of.axes.length - 1; d >= 0; d--) {
    const size = of.shape[d] ?? 1;
    index.set(of.axes[d] ?? "", rest % size);
    rest = Math.floor(rest / size);
  }
  return gradient.axes.reduce((offset, axis, d) => offset * (gradient.shape[d] ?? 1) + (index.get(axis) ?? 0), 0);
}

function nest(flat: readonly number[], shape: readonly number[]): Nested {
  const [count, ...rest] = shape;
  if (count === undefined) return flat[0] ?? Number.NaN;
  const size = flat.length / Math.max(1, count);
  return Array.from({ length: count }, (_, i) => nest(flat.slice(i * size, (i + 1) * size), rest));
}

function flatten(nested: Nested): readonly number[] {
  return typeof nested === "number" ? [nested] : nested.flatMap(flatten);
}

/** Rows to columns: files have W as [features][classes]. */
function columnsOf(rows: readonly Nested[]): Nested {
  const [first] = rows;
  if (first === undefined || typeof first === "number") return rows;
  return first.map((_, column) => rows.map((row) => (typeof row === "number" ? row : (row[column] ?? Number.NaN))));
}

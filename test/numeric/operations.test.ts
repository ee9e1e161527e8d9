/** Every operation of the catalogue: its derivative against differences, its recorded form against its meaning. */
import { describe, expect, it } from "vitest";
import { number } from "../../src/compiler/formula/build.js";
import { type Bindings, evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Axis, Expr, InputExpr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import type { Algebra, NamedArray, PointwiseOperation } from "../../src/runtime/describe.js";
import * as recorded from "../../src/runtime/ops/index.js";
import { isOperationName, type OperationName, operationOf, operations } from "../../src/runtime/ops/index.js";
import { createRecorder, type Value } from "../../src/runtime/step/record.js";
import { outputOf } from "../runtime/reference.js";
import { along, array, distance, draws, named, op, randomArray, y } from "./formulas.js";
import { recordFormula } from "./recording.js";

const names = Object.keys(operations).filter(isOperationName);
/** Their derivative is not that of their value: that is what they are for. */
const marks: readonly OperationName[] = ["stop", "withGradient"];
const pointwise = names.map(operationOf).filter((each) => each.kind === "pointwise");
const alongAxes = names.filter((name) => operationOf(name).kind === "axis");

// ---------------------------------------------------------------- value by value

const numbers: Algebra<number> = {
  number: (value) => value,
  size: () => 1,
  apply: (name, args) => {
    const operation = isOperationName(name) ? operationOf(name) : null;
    if (operation?.kind !== "pointwise") throw new Error(`${name} has no meaning on plain numbers`);
    return operation.meaning(...args);
  },
  axesOf: () => [],
};

/** Domains in which random points are drawn; everywhere else -2..2. */
const domains: Readonly<Record<string, readonly (readonly [number, number])[]>> = {
  log: [[0.1, 3]],
  sqrt: [[0.1, 3]],
  log1p: [[-0.8, 3]],
  arccos: [[-0.95, 0.95]],
  power: [
    [0.1, 3],
    [-2, 3],
  ],
  divide: [
    [-2, 2],
    [0.3, 2],
  ],
};

function randomPoints(operation: PointwiseOperation): readonly (readonly number[])[] {
  const draw = draws(7);
  const arity = operation.probes[0]?.length ?? 0;
  return Array.from({ length: 20 }, () =>
    Array.from({ length: arity }, (_, i) => {
      const [low, high] = domains[operation.name]?.[i] ?? [-2, 2];
      return low + (high - low) * draw();
    }),
  );
}

/** Slopes to the left and to the right: at a kink they differ, and the derivative is one of them or lies between. */
function slopes(operation: PointwiseOperation, point: readonly number[], i: number): readonly [number, number] {
  const h = 1e-6 * Math.max(Math.abs(point[i] ?? 0), 1e-3);
  const moved = (by: number): number => operation.meaning(...point.map((v, k) => (k === i ? v + by : v)));
  const slope = (by: number): number => (moved(by + h) - moved(by - h)) / (2 * h);
  const [left, right] = [slope(-2 * h), slope(2 * h)];
  return [Math.min(left, right), Math.max(left, right)];
}

describe("operations value by value", () => {
  for (const operation of pointwise) {
    if (operation.derivative === null || marks.some((name) => name === operation.name)) continue;
    const derivative = operation.derivative;
    it(`${operation.name}: derivative against differences`, () => {
      for (const point of [...operation.probes, ...randomPoints(operation)]) {
        if (operation.name === "select") continue;
        const out = operation.meaning(...point);
        const flows = derivative(numbers, 1.5, point, out, null);
        expect(flows.length).toBe(point.length);
        for (const [i, flow] of flows.entries()) {
          if (flow === null) continue;
          const [low, high] = slopes(operation, point, i);
          const room = 1e-4 * Math.max(1, Math.abs(low), Math.abs(high));
          expect(flow / 1.5, `${operation.name}(${point}) by argument ${i}`).toBeGreaterThanOrEqual(low - room);
          expect(flow / 1.5, `${operation.name}(${point}) by argument ${i}`).toBeLessThanOrEqual(high + room);
        }
      }
    });
  }

  it("select sends the gradient to what is taken", () => {
    const { derivative } = operations.select;
    expect(derivative?.(numbers, 3, [1, 5, 6], 5, null)).toEqual([null, 3, 0]);
    expect(derivative?.(numbers, 3, [0, 5, 6], 6, null)).toEqual([null, 0, 3]);
  });

  it("stop lets nothing through, value(f, gradient = g) sends all to g", () => {
    expect(operations.stop.derivative?.(numbers, 3, [1], 1, null)).toEqual([null]);
    expect(operations.withGradient.derivative?.(numbers, 3, [1, 2], 1, null)).toEqual([null, 3]);
  });

  it("every operation says what it is, and what each argument should have been", () => {
    for (const name of names) {
      const operation = operationOf(name);
      expect(operation.name).toBe(name);
      expect(operation.doc.length).toBeGreaterThan(2);
      expect(
        operation.signature(
          [
            { axes: ["sample"], of: "label" },
            { axes: ["sample"], of: "label" },
          ],
          null,
        ),
      ).toSatisfy((result: object) => "expected" in result || name === "isTarget" || name === "countByClass");
    }
  });
});

// ---------------------------------------------------------------- along axes

const sizes = new Map<Axis, number>([
  ["sample", 4],
  ["class", 3],
  ["part", 2],
  ["feature", 5],
]);
const labels = array(["sample"], [4], [2, 0, 2, 1]);

const rows = named("rows", ["sample", "feature"]);
const others = named("others", ["sample", "feature"]);
const centres = named("centres", ["class", "feature"]);
const scores = named("scores", ["sample", "class"]);
const parts = named("parts", ["class", "part", "feature"]);
const partScores = named("partScores", ["sample", "class", "part"]);
const each = named("each", ["sample"]);
const perClass = named("perClass", ["class"]);
const vector = named("vector", ["feature"]);
const alone = named("alone", []);

/** Uses of each operation along axes, over all layouts that formulas give it. */
const uses: Readonly<Record<string, readonly Expr[]>> = {
  sum: [along("sum", "class", scores), along("sum", "sample", scores), along("sum", "part", partScores)],
  max: [along("max", "class", scores), along("max", "part", partScores)],
  logSumExp: [along("logSumExp", "class", scores), along("logSumExp", "sample", scores)],
  softmax: [along("softmax", "class", scores), along("softmax", "sample", scores), along("softmax", "part", partScores)],
  norm: [along("norm", "feature", rows), along("norm", "feature", parts)],
  dot: [
    along("dot", "feature", rows, centres),
    along("dot", "feature", centres, rows),
    along("dot", "class", scores, centres),
    along("dot", "sample", scores, rows),
    along("dot", "sample", rows, scores),
    along("dot", "feature", rows, others),
    along("dot", "feature", rows, parts),
    along("dot", "feature", rows, vector),
    along("dot", "feature", vector, vector),
    along("dot", "class", scores, perClass),
    along("dot", "sample", each, scores),
    along("dot", "class", scores, parts),
    along("dot", "feature", rows, op("add", others, centres)),
  ],
  pick: [op("pick", scores, y), op("pick", centres, y), op("pick", perClass, y), op("pick", parts, y), op("pick", partScores, y)],
  spread: [op("spread", each, y), op("spread", alone, y), op("spread", op("pick", partScores, y), y)],
  sumByClass: [op("sumByClass", rows, y), op("sumByClass", each, y)],
  countByClass: [op("countByClass", y)],
  isTarget: [op("select", op("isTarget", y), scores, 0)],
  broadcast: [along("broadcast", "class", rows), along("broadcast", "sample", perClass), along("broadcast", "feature", each)],
};

const draw = draws(11);
const inputs = [rows, others, centres, scores, parts, partScores, each, perClass, vector, alone].filter((expr) => expr.kind === "input");
const bindings: Record<string, NamedArray> = { y: labels };
for (const input of inputs) bindings[input.name] = randomArray(input.type.axes, sizes, draw);

/** One number from an output: its entries weighted by fixed draws, so that every entry matters differently. */
function weighted(expr: Expr): { readonly loss: Expr; readonly bindings: Bindings } {
  const weights = named("weights", expr.type.axes);
  const loss = expr.type.axes.reduce<Expr>((v, axis) => along("sum", axis, v), op("multiply", expr, weights));
  return { loss, bindings: { ...bindings, weights: randomArray(expr.type.axes, sizes, draws(5)) } };
}

function expectDifferences(loss: Expr, values: Bindings, input: InputExpr, gradient: NamedArray): void {
  const start = values[input.name];
  if (start === undefined || typeof start === "number") throw new Error(`${input.name} is no array`);
  const h = 1e-6;
  const at = (i: number, by: number): number => {
    const data = start.data.slice();
    data[i] = (data[i] ?? 0) + by;
    return evaluate(loss, { ...values, [input.name]: { ...start, data } }, sizes).data[0] ?? Number.NaN;
  };
  expect(gradient.axes).toEqual(input.type.axes);
  for (const [i, found] of gradient.data.entries()) expect(found).toBeCloseTo((at(i, h) - at(i, -h)) / (2 * h), 6);
}

describe("operations along axes", () => {
  it("has a use of every one", () => {
    expect(Object.keys(uses).sort()).toEqual([...alongAxes].sort());
  });
  for (const [name, list] of Object.entries(uses)) {
    for (const expr of list) {
      it(`${name} on {${expr.kind === "operation" ? expr.args.map((arg) => arg.type.axes.join(" ")).join("}, {") : ""}}`, () => {
        const { loss, bindings: values } = weighted(expr);
        const by = inOrder([expr]).filter((each) => each.kind === "input" && each.type.of === "number");
        for (const [i, gradient] of differentiate(loss, by).entries()) {
          const input = by[i];
          if (input?.kind !== "input" || gradient === null) throw new Error("every input has a gradient here");
          expectDifferences(loss, values, input, evaluate(gradient, values, sizes));
        }
        expectRecorded(expr);
      });
    }
  }
  it("zero vectors have norm 0 and gradient 0", () => {
    const [gradient] = differentiate(along("norm", "feature", rows), [rows]);
    const zeros = array(
      ["sample", "feature"],
      [4, 5],
      Array.from({ length: 20 }, () => 0),
    );
    if (gradient === undefined || gradient === null) throw new Error("a norm has a gradient");
    expect(evaluate(gradient, { rows: zeros }, sizes).data.every((v) => v === 0)).toBe(true);
  });
});

// ---------------------------------------------------------------- recorded

/** Records a formula and runs its kernels in float64. */
function expectRecorded(expr: Expr): void {
  const recorder = createRecorder();
  for (const [axis, size] of sizes) recorder.declare(axis, size);
  const given: Record<string, Float64Array> = {};
  const result = recordFormula(expr, (name) => {
    const bound = bindings[name];
    if (bound === undefined) throw new Error(`${name} is not bound`);
    given[name === "y" ? "labels" : name] = bound.data;
    return name === "y" ? recorder.feed("labels", bound.shape, "int32", bound.axes) : variable(recorder, name, bound);
  });
  if (typeof result === "number") throw new Error("a formula of values is a value");
  recorder.output("result", result);
  expect(result.axes).toEqual(expr.type.axes);
  const expected = evaluate(expr, bindings, sizes);
  expect(result.shape).toEqual(expected.shape);
  const found = array(result.axes, result.shape, outputOf(recorder.step(), "result", given));
  expect(distance(found, expected)).toBeLessThan(1e-12);
}

function variable(recorder: ReturnType<typeof createRecorder>, name: string, bound: NamedArray): Value {
  const description = {
    name,
    shape: bound.shape,
    kind: "state",
    initial: { kind: "constant", value: 0 },
    group: "learned",
    at: null,
  } as const;
  return recorder.variable(description, bound.axes);
}

describe("recorded operations", () => {
  for (const operation of pointwise) {
    if (!isOperationName(operation.name)) continue;
    const name = operation.name;
    it(`${name} joins axes by name`, () => {
      const arity = operation.probes[0]?.length ?? 0;
      const numbers = [op("softplus", scores), op("softplus", each), op("softplus", perClass)];
      const conditions = numbers.map((v, i) => op("less", v, 0.6 + 0.1 * i));
      // Softplus of at most 1 is at most 1.32: divided by 4, a cosine.
      const values = name === "arccos" ? numbers.map((v) => op("divide", v, 4)) : numbers;
      const kinds = [values, conditions, [conditions[0] ?? number(0), ...numbers.slice(1)]].map((args) => args.slice(0, arity));
      const fits = kinds.find(
        (args) =>
          !(
            "expected" in
            operation.signature(
              args.map((arg) => arg.type),
              null,
            )
          ),
      );
      if (fits === undefined) throw new Error(`nothing fits ${name}`);
      expectRecorded(op(name, ...fits));
    });
  }

  it("takes plain numbers, and refuses nothing but numbers", () => {
    expectRecorded(op("subtract", 1, scores));
    expectRecorded(op("power", op("softplus", scores), 2));
    expect(() => recorded.add(1, 2)).toThrow(TypeError);
  });

  it("records the usual products as products of matrices, without copies", () => {
    for (const [left, right, axis] of [
      [rows, centres, "feature"],
      [scores, centres, "class"],
      [scores, rows, "sample"],
    ] as const) {
      const recorder = createRecorder();
      const [a, b] = [left, right].map((expr) => {
        const bound = expr.kind === "input" ? bindings[expr.name] : undefined;
        if (bound === undefined) throw new Error("not bound");
        return variable(recorder, expr.kind === "input" ? expr.name : "", bound);
      });
      if (a === undefined || b === undefined) throw new Error("two operands");
      recorded.dot(a, b, axis);
      expect(recorder.nodes().map((node) => node.kernel)).toEqual(["matmul"]);
    }
  });
});

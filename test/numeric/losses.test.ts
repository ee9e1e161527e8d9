/** Values and gradients of the losses against the published figures, from the formulas as they are written and as they are compiled. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { number, parameter } from "../../src/compiler/formula/build.js";
import { type Bindings, evaluate, evaluateAll } from "../../src/compiler/formula/evaluate.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { improve } from "../../src/compiler/formula/improve.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import { arcface, array, at, b, cosface, crossEntropy, distance, fn, focalWeight, named, op, over, W, x } from "./formulas.js";

interface Case {
  readonly name: string;
  readonly params: Readonly<Record<string, number | string | boolean>>;
  readonly per_sample: readonly number[];
  readonly loss: number;
  readonly weights?: readonly number[];
  readonly grad_x: readonly (readonly number[])[];
  readonly grad_W?: readonly (readonly number[])[];
  readonly grad_b?: readonly number[];
}

interface Reference {
  readonly x: readonly (readonly number[])[];
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly centres: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly cases: readonly Case[];
}

interface Built {
  readonly perSample: Expr;
  readonly weights: Expr | null;
}

const file = join(process.env.FACEC_DATA ?? join(import.meta.dirname, "../../../shared/data"), "../reference/losses.json");
const missing = !existsSync(file);
const reference: Reference | null = missing ? null : (JSON.parse(readFileSync(file, "utf8")) as Reference);
const centres = named("centres", ["class", "feature"]);

function value(test: Case, name: string): number {
  return Number(test.params[name]);
}

function stopped(test: Case, weight: Expr): Expr {
  return test.params.stop_gradient === true ? fn("stop", weight) : weight;
}

function weighted(test: Case, weight: Expr): Built {
  const weights = stopped(test, weight);
  return { perSample: op("multiply", weights, crossEntropy), weights };
}

function csoftmax(test: Case): Built {
  const cosine = fn("cosine", x, at(test.params.centre === "W" ? W : centres));
  const maps: Readonly<Record<string, Expr>> = {
    half: op("divide", op("add", 1, cosine), 2),
    relu: fn("max", 0, cosine),
    exp: op("exp", cosine),
  };
  const weight = maps[String(test.params.map)];
  if (weight === undefined) throw new Error(`no reading ${test.params.map}`);
  return weighted(test, test.params.mean1 === true ? op("divide", weight, over("mean", { axes: ["sample"], by: null }, weight)) : weight);
}

/** The losses by the name of their case; null: a later one. */
function build(test: Case): Built | null {
  const plain = (perSample: Expr): Built => ({ perSample, weights: null });
  if (test.name === "softmax") return plain(crossEntropy);
  if (test.name.startsWith("focal_")) return weighted(test, focalWeight(value(test, "gamma")));
  if (test.name.startsWith("csoftmax_")) return csoftmax(test);
  if (test.name.startsWith("normface_"))
    return plain(fn("cross_entropy", op("multiply", parameter("s", value(test, "s")), fn("cosine", x, W))));
  if (test.name.startsWith("cosface_")) return plain(cosface(value(test, "s"), value(test, "m")));
  if (test.name.startsWith("arcface_")) return plain(arcface(value(test, "s"), value(test, "m")));
  if (test.name.startsWith("coco_"))
    return plain(fn("cross_entropy", op("multiply", number(value(test, "alpha")), fn("cosine", x, centres))));
  if (test.name.startsWith("softmax_center_")) {
    const half = op("divide", parameter("lambda", value(test, "lambda")), 2);
    return plain(op("add", crossEntropy, op("multiply", half, fn("squared_distance", x, at(centres)))));
  }
  if (test.name.startsWith("softmax_ring_")) {
    const half = op("divide", parameter("lambda", value(test, "lambda")), 2);
    return plain(op("add", crossEntropy, op("multiply", half, op("power", op("subtract", fn("norm", x), value(test, "R")), 2))));
  }
  return null;
}

const rows = reference?.x.length ?? 0;
const features = reference?.x[0]?.length ?? 0;
const classes = reference?.b.length ?? 0;
const sizes = new Map([
  ["sample", rows],
  ["feature", features],
  ["class", classes],
]);

function matrix(axes: readonly string[], values: readonly (readonly number[])[]): NamedArray {
  return array(axes, [values.length, values[0]?.length ?? 0], values.flat());
}

/** The reference keeps W as features x classes. */
function turned(values: readonly (readonly number[])[]): NamedArray {
  return array(
    ["class", "feature"],
    [values[0]?.length ?? 0, values.length],
    (values[0] ?? []).flatMap((_, j) => values.map((row) => row[j] ?? Number.NaN)),
  );
}

const bindings: Bindings =
  reference === null
    ? {}
    : {
        x: matrix(["sample", "feature"], reference.x),
        W: turned(reference.W),
        b: array(["class"], [classes], reference.b),
        centres: matrix(["class", "feature"], reference.centres),
        y: array(["sample"], [rows], reference.y),
      };

function gradientsOf(test: Case): readonly (readonly [Expr, NamedArray])[] {
  return [
    [x, matrix(["sample", "feature"], test.grad_x)],
    ...(test.grad_W === undefined ? [] : [[W, turned(test.grad_W)] as const]),
    ...(test.grad_b === undefined ? [] : [[b, array(["class"], [classes], test.grad_b)] as const]),
  ];
}

function check(
  test: Case,
  perSample: Expr,
  weights: Expr | null,
  derived: readonly (Expr | null)[],
  wanted: readonly (readonly [Expr, NamedArray])[],
): void {
  const value = evaluate(perSample, bindings, sizes);
  expect(distance(value, array(["sample"], [rows], test.per_sample))).toBeLessThan(1e-9);
  expect(value.data.reduce((sum, each) => sum + each / rows, 0)).toBeCloseTo(test.loss, 9);
  if (weights !== null && test.weights !== undefined) {
    expect(distance(evaluate(weights, bindings, sizes), array(["sample"], [rows], test.weights))).toBeLessThan(1e-9);
  }
  const known = derived.filter((each) => each !== null);
  expect(known.length).toBe(wanted.length);
  for (const [i, found] of evaluateAll(known, bindings, sizes).entries()) {
    const [of, expected] = wanted[i] ?? [x, found];
    expect(found.axes).toEqual(of.type.axes);
    expect(distance(found, expected)).toBeLessThan(1e-9);
  }
}

describe("losses against their reference", () => {
  if (missing) {
    it.skipIf(process.env.CI !== "true")(`reference figures: ${file} is missing`, () => {
      expect.fail(`${file} is missing`);
    });
  }
  const covered = (reference?.cases ?? []).flatMap((test) => {
    const built = build(test);
    return built === null ? [] : [{ test, built }];
  });
  it.skipIf(missing)("covers every loss of this version", () => {
    expect(covered.length).toBeGreaterThanOrEqual(37);
    for (const kind of ["softmax", "focal", "csoftmax", "normface", "cosface", "arcface", "softmax_center"]) {
      expect(covered.some(({ test }) => test.name.startsWith(kind))).toBe(true);
    }
  });
  for (const { test, built } of covered) {
    const wanted = gradientsOf(test);
    const by = wanted.map(([of]) => of);
    it(`${test.name} as written`, () => {
      check(test, built.perSample, built.weights, differentiate(built.perSample, by), wanted);
    });
    it(`${test.name} as compiled`, () => {
      const stable = improve([built.perSample, ...(built.weights === null ? [] : [built.weights])]).roots;
      const [perSample = built.perSample, weights = null] = stable;
      const gradients = differentiate(perSample, by).filter((each) => each !== null);
      const final = improve([...stable, ...gradients], { differentiated: true }).roots;
      check(test, final[0] ?? perSample, weights === null ? null : (final[1] ?? weights), final.slice(stable.length), wanted);
    });
  }
});

/** Every rule twice: the exact form that it gives, and equal values of both forms wherever both are finite. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { number, parameter } from "../../src/compiler/formula/build.js";
import { evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Axis, Expr } from "../../src/compiler/formula/expr.js";
import { differentiate } from "../../src/compiler/formula/gradient.js";
import { improve } from "../../src/compiler/formula/improve.js";
import { instantiate, Match, type Pattern } from "../../src/compiler/formula/pattern.js";
import { print } from "../../src/compiler/formula/print.js";
import { applyRule, type PatternRule, type Rule } from "../../src/compiler/formula/rewrite.js";
import { fold } from "../../src/compiler/formula/rules/fold.js";
import { erase, marks } from "../../src/compiler/formula/rules/marks.js";
import { finish, simplify } from "../../src/compiler/formula/rules/simplify.js";
import { guard, specialise, stabilise } from "../../src/compiler/formula/rules/stabilise.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import { along, array, at, draws, fn, named, op, p, pi, randomArray, W, x, y, z } from "./formulas.js";

const rules: readonly Rule[] = [...stabilise, ...specialise, ...guard, ...fold, ...simplify, ...finish, ...marks, ...erase];

const sizes = new Map<Axis, number>([
  ["sample", 4],
  ["class", 3],
  ["feature", 5],
]);
const labels = array(["sample"], [4], [2, 0, 2, 1]);

// ---------------------------------------------------------------- an instance of each pattern

const scores = named("u", ["sample", "class"]);
const more = named("w", ["sample", "class"]);
const each = named("s", ["sample"]);
const cosine = fn("cosine", x, W);
const candidates: Readonly<Record<string, readonly Expr[]>> = {
  y: [y],
  t: [parameter("t", 1.2)],
  m: [parameter("m", 0.5)],
};
const condition = op("less", scores, 0.1);
const values = [
  scores,
  more,
  each,
  named("rows", ["sample", "feature"]),
  named("centres", ["class", "feature"]),
  parameter("k", 3),
  cosine,
];

function holesOf(pattern: Pattern): readonly string[] {
  if (pattern.kind === "any") return [pattern.name];
  return pattern.kind === "number" ? [] : [...new Set(pattern.args.flatMap(holesOf))];
}

/** Every way to fill the holes with different expressions. */
function* fillings(holes: readonly string[], taken: readonly Expr[] = []): Generator<readonly Expr[]> {
  const hole = holes[taken.length];
  if (hole === undefined) {
    yield taken;
    return;
  }
  for (const candidate of candidates[hole] ?? [...values, condition, op("isTarget", y)]) {
    if (!taken.includes(candidate)) yield* fillings(holes, [...taken, candidate]);
  }
}

function instanceOf(rule: PatternRule): Instance {
  const holes = holesOf(rule.from);
  for (const filling of fillings(holes)) {
    const found = new Map(holes.map((hole, i) => [hole, filling[i] ?? number(0)]));
    for (const axis of ["class", "feature", "sample", null]) {
      const from = attempt(() => instantiate(rule.from, new Match(found, axis)));
      const to = from === null ? null : applyRule(rule, from);
      if (from !== null && to !== null) return { from, to };
    }
  }
  throw new Error(`no formula was found that "${rule.name}" applies to`);
}

/** Arguments that do not fit an operation throw: then it is no instance. */
function attempt(make: () => Expr): Expr | null {
  const limit = Error.stackTraceLimit;
  try {
    // Thousands are thrown, and nobody reads where.
    Error.stackTraceLimit = 0;
    return make();
  } catch {
    return null;
  } finally {
    Error.stackTraceLimit = limit;
  }
}

// ---------------------------------------------------------------- rules that are functions

const picked = at(cosine);
const examples: Readonly<Record<string, readonly Expr[]>> = {
  "pick first": [at(op("arccos", cosine)), at(op("select", op("isTarget", y), scores, more)), at(op("exp", scores))],
  "angle off its ends": [op("arccos", cosine)],
  "power off zero": [op("power", op("abs", each), parameter("gamma", 0.5))],
  constant: [op("multiply", 3, 2), op("cos", pi), op("negate", 2)],
  "known condition": [op("select", op("less", 1, 2), scores, more), op("select", op("less", 2, 1), scores, more)],
  "outer condition first": [
    op("select", op("less", scores, 0), op("select", op("isTarget", y), more, 0), 0),
    op("select", op("less", scores, 0), 0, op("select", op("isTarget", y), 0, more)),
  ],
  "choices together": [op("add", op("add", each, op("select", op("isTarget", y), scores, 0)), op("select", op("isTarget", y), 0, more))],
  "products by size": [
    op("multiply", scores, parameter("k", 3)),
    op("multiply", each, op("multiply", parameter("k", 3), scores)),
    op("multiply", 2, op("divide", scores, 2)),
    op("divide", op("multiply", 2, scores), op("multiply", 2, op("exp", more))),
  ],
  "common factor": [
    op("add", op("multiply", each, scores), op("multiply", each, more)),
    op("subtract", op("divide", scores, op("exp", each)), op("divide", more, op("exp", each))),
    op("add", op("multiply", scores, each), scores),
  ],
  "terms together": [
    op("subtract", op("add", more, op("multiply", each, scores)), op("multiply", each, cosine)),
    op("add", op("subtract", more, op("multiply", each, scores)), op("multiply", each, cosine)),
    op("subtract", op("subtract", op("multiply", each, scores), more), op("multiply", each, cosine)),
  ],
  "common factor with a choice": [
    op("add", op("multiply", scores, more), op("select", op("isTarget", y), op("multiply", scores, each), 0)),
  ],
  "common factor of a choice": [op("select", op("isTarget", y), op("multiply", scores, each), scores)],
  "rows in order": [along("dot", "class", more, scores)],
  "needless bound": [op("maximum", op("exp", each), 0), op("minimum", op("cos", each), 2)],
  "guard of a norm": [op("select", op("greaterEqual", fn("norm", x), 1e-8), each, 0)],
  "stop outward": [
    at(fn("stop", scores)),
    op("subtract", 1, fn("stop", each)),
    op("multiply", fn("stop", each), fn("stop", scores)),
    op("select", op("less", scores, 0), fn("stop", each), parameter("k", 3)),
  ],
  "mark without a gradient": [op("less", fn("stop", each), scores), op("floor", op("withGradient", each, scores))],
  "needless mark": [
    fn("stop", parameter("k", 3)),
    fn("stop", op("add", fn("stop", each), scores)),
    op("withGradient", op("add", fn("stop", each), scores), more),
    op("withGradient", scores, scores),
    op("withGradient", each, fn("stop", scores)),
    op("withGradient", scores, parameter("k", 3)),
  ],
  "pick of a value with a gradient of its own": [at(op("withGradient", scores, more))],
  stop: [fn("stop", scores)],
  "value with a gradient of its own": [
    op("withGradient", scores, more),
    op("withGradient", each, scores),
    op("withGradient", parameter("k", 3), scores),
  ],
};

interface Instance {
  readonly from: Expr;
  readonly to: Expr;
}

const instances = new Map<Rule, readonly Instance[]>();

function instancesOf(rule: Rule): readonly Instance[] {
  const known = instances.get(rule) ?? findInstances(rule);
  instances.set(rule, known);
  return known;
}

function findInstances(rule: Rule): readonly Instance[] {
  if ("from" in rule) return [instanceOf(rule)];
  return (examples[rule.name] ?? []).flatMap((from) => {
    const to = applyRule(rule, from);
    return to === null ? [] : [{ from, to }];
  });
}

function randomBindings(expr: Expr, draw: () => number): Record<string, NamedArray> {
  const bindings: Record<string, NamedArray> = { y: labels };
  for (const input of inOrder([expr])) {
    if (input.kind === "input" && input.type.of === "number" && input.name !== "N" && input.name !== "C")
      bindings[input.name] = randomArray(input.type.axes, sizes, draw);
  }
  return bindings;
}

function expectEqualValues(from: Expr, to: Expr): void {
  const draw = draws(3);
  let compared = 0;
  for (let i = 0; i < 20; i++) {
    const bindings = randomBindings(from, draw);
    const left = evaluate(from, bindings, sizes);
    const right = evaluate(to, bindings, sizes);
    expect(right.axes).toEqual(left.axes);
    for (const [k, expected] of left.data.entries()) {
      const found = right.data[k] ?? Number.NaN;
      if (!Number.isFinite(expected)) continue;
      compared += 1;
      expect(Math.abs(found - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
    }
  }
  expect(compared).toBeGreaterThan(0);
}

describe("rules", () => {
  it("have names of their own, and a reason each", () => {
    expect(new Set(rules.map((each) => each.name)).size).toBe(rules.length);
    for (const each of rules) expect(each.why.length).toBeGreaterThan(10);
  });

  it("have an example each where they are functions, and no example is idle", () => {
    const functions = rules.filter((each) => !("from" in each)).map((each) => each.name);
    expect(Object.keys(examples).sort()).toEqual([...functions].sort());
    for (const each of rules) {
      if (!("from" in each)) expect(instancesOf(each).length, each.name).toBe(examples[each.name]?.length);
    }
  });

  it("give exactly these forms", async () => {
    const text = rules.flatMap((each) => [
      `${each.name}: ${each.why}`,
      ...instancesOf(each).flatMap(({ from, to }) => [`    ${print(from)}`, `  = ${print(to)}`]),
      "",
    ]);
    await expect(text.join("\n")).toMatchFileSnapshot(join(import.meta.dirname, "../golden/formulas/rules/all.txt"));
  });

  for (const each of rules) {
    it(`${each.name}: both sides are equal`, () => {
      for (const { from, to } of instancesOf(each)) expectEqualValues(from, to);
    });
  }
});

describe("rules for stop and value(f, gradient = g)", () => {
  const by = [scores, more, each];
  for (const rule of marks) {
    it(`${rule.name}: both sides have the same gradients`, () => {
      for (const { from, to } of instancesOf(rule)) {
        // Squared, so that what flows back depends on the value too.
        const [before, after] = [from, to].map((expr) => {
          const squared = expr.type.of === "boolean" ? op("select", expr, scores, more) : op("multiply", expr, expr);
          return differentiate(along("sum", "class", op("add", squared, op("multiply", scores, more))), by);
        });
        for (const [i, wanted] of (before ?? []).entries()) {
          const found = after?.[i] ?? null;
          expect(found === null, print(from)).toBe(wanted === null);
          if (wanted !== null && found !== null) expectEqualValues(wanted, found);
        }
      }
    });
  }
});

// ---------------------------------------------------------------- where the left side fails

function scalarValue(expr: Expr, bindings: Record<string, number>): number {
  return evaluate(expr, bindings, new Map()).data[0] ?? Number.NaN;
}

const v = named("v", []);

describe("stable forms where the naive ones fail", () => {
  const cases: readonly (readonly [string, Expr, number, number])[] = [
    ["log(1 + e^v) at 1000", op("log", op("add", 1, op("exp", v))), 1000, 1000],
    ["log(1 + e^v) at -50", op("log", op("add", 1, op("exp", v))), -50, Math.exp(-50)],
    ["log(1 + v) at 1e-20", op("log", op("add", 1, v)), 1e-20, 1e-20],
    ["e^v - 1 at 1e-20", op("subtract", op("exp", v), 1), 1e-20, 1e-20],
    ["1 - e^v at 1e-20", op("subtract", 1, op("exp", v)), 1e-20, -1e-20],
    ["log(e^v) at 1000", op("log", op("exp", v)), 1000, 1000],
    ["log(1 / v) at 1e-320", op("log", op("divide", 1, v)), 1e-320, -Math.log(1e-320)],
  ];
  for (const [name, expr, point, expected] of cases) {
    it(name, () => {
      const naive = scalarValue(expr, { v: point });
      const [stable = expr] = improve([expr]).roots;
      const found = scalarValue(stable, { v: point });
      expect(Math.abs(found / expected - 1)).toBeLessThan(1e-12);
      expect(Math.abs(naive / expected - 1)).not.toBeLessThan(1e-3);
    });
  }

  it("log p[y] and 1 - p[y] at logits of +-1e4", () => {
    const loss = op("negate", op("log", at(p)));
    const rest = op("subtract", 1, at(p));
    const [stable = loss, share = rest] = improve([loss, rest]).roots;
    const bindings = {
      x: array(["sample", "feature"], [2, 1], [1e4, -1e4]),
      W: array(["class", "feature"], [2, 1], [1, -1]),
      b: array(["class"], [2], [0, 0]),
      y: array(["sample"], [2], [1, 1]),
    };
    const small = new Map([
      ["sample", 2],
      ["class", 2],
      ["feature", 1],
    ]);
    expect([...evaluate(loss, bindings, small).data]).toEqual([Number.POSITIVE_INFINITY, -0]);
    expect([...evaluate(stable, bindings, small).data]).toEqual([2e4, 0]);
    expect([...evaluate(share, bindings, small).data].map(Math.abs)).toEqual([1, 0]);
  });

  it("softmax and log-sum-exp written out", () => {
    const total = along("sum", "class", op("exp", z));
    expect(print(improve([op("divide", op("exp", z), total)]).roots[0] ?? z)).toBe("softmax(dot(x, W) + b)");
    expect(print(improve([op("log", total)]).roots[0] ?? z)).toBe("logSumExp(dot(x, W) + b over class)");
    expect(print(improve([op("negate", op("log", op("divide", op("exp", at(z)), total)))]).roots[0] ?? z)).toBe(
      "logSumExp(dot(x, W) + b over class) - (dot(x, W) + b)[y]",
    );
  });

  it("leaves parameters by name and does not turn a condition about them into a constant", () => {
    const formula = op("multiply", parameter("s", 64), op("add", each, op("multiply", parameter("m", 0), each)));
    expect(print(improve([formula]).roots[0] ?? formula)).toContain("m");
    expect(print(improve([op("power", op("abs", each), parameter("gamma", 1))]).roots[0] ?? formula)).toBe("abs(s) ^ gamma");
  });

  it("does not compare cosines where the bound may lie outside 0..pi", () => {
    const theta = op("arccos", picked);
    const formula = op("select", op("less", theta, op("negate", parameter("m", 0.5))), 1, 0);
    expect(print(improve([formula]).roots[0] ?? formula)).toContain("arccos");
  });
});

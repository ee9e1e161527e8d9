import { describe, expect, test } from "vitest";
import { printFormula, type Scope } from "../../src/compiler/emit/formula.js";
import { flat } from "../../src/compiler/emit/layout.js";
import { apply, input, isFault, make, number, parameter } from "../../src/compiler/formula/build.js";
import { evaluate } from "../../src/compiler/formula/evaluate.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { isOperationName, operations } from "../../src/runtime/ops/index.js";

const epoch = input("scalar", "epoch", { axes: [], of: "number" });
const step = input("scalar", "step", { axes: [], of: "number" });
const base = parameter("base", 0.3);

const scope: Scope = {
  host: true,
  input: (expr) => expr.name,
  parameter: (expr) => expr.name,
  local: () => null,
  imports: (name) => name,
};

function text(expr: Expr): string {
  return flat(printFormula(expr, scope)) ?? "";
}

const two = number(2);
const cases: readonly (readonly [Expr, string])[] = [
  [make("subtract", [make("subtract", [epoch, step]), two]), "epoch - step - 2"],
  [make("subtract", [epoch, make("subtract", [step, two])]), "epoch - (step - 2)"],
  [make("add", [epoch, make("add", [step, two])]), "epoch + (step + 2)"],
  [make("multiply", [make("add", [epoch, step]), base]), "(epoch + step) * base"],
  [make("divide", [epoch, make("multiply", [step, base])]), "epoch / (step * base)"],
  [make("power", [make("power", [epoch, two]), step]), "(epoch ** 2) ** step"],
  [make("power", [epoch, make("power", [two, step])]), "epoch ** 2 ** step"],
  [make("power", [make("negate", [epoch]), two]), "(-epoch) ** 2"],
  [make("negate", [make("power", [epoch, two])]), "-(epoch ** 2)"],
  [make("power", [number(-3), two]), "(-3) ** 2"],
  [make("add", [epoch, number(-3)]), "epoch - 3"],
  [make("negate", [make("negate", [epoch])]), "-(-epoch)"],
  [make("select", [make("less", [epoch, step]), epoch, make("add", [step, two])]), "epoch < step ? epoch : step + 2"],
  [make("multiply", [two, make("select", [make("less", [epoch, step]), epoch, step])]), "2 * (epoch < step ? epoch : step)"],
  [
    make("select", [make("and", [make("less", [epoch, step]), make("not", [make("equal", [epoch, two])])]), base, two]),
    "epoch < step && !(epoch === 2) ? base : 2",
  ],
  [make("maximum", [make("log", [epoch]), make("arccos", [base])]), "Math.max(Math.log(epoch), Math.acos(base))"],
];

const pointwise = Object.keys(operations)
  .filter(isOperationName)
  .flatMap((name) => {
    const operation = operations[name];
    return operation.kind === "pointwise" ? [[name, operation.probes[0]?.length ?? 0] as const] : [];
  });

describe("formulas of plain numbers", () => {
  test.each(cases.map(([expr, expected]) => [expected, expr] as const))("%s", (expected, expr) => {
    expect(text(expr)).toBe(expected);
  });

  test("mean in JavaScript what they mean in float64", () => {
    for (const [expr] of cases) {
      const meant = evaluate(expr, { epoch: 1.5, step: 7 }, new Map()).data[0];
      const made: unknown = new Function("epoch", "step", "base", `return ${text(expr)};`)(1.5, 7, 0.3);
      expect(Number(made), text(expr)).toBeCloseTo(meant ?? Number.NaN, 12);
    }
  });

  test.each(pointwise)("know the operation %s", (op, arity) => {
    const numbers = [number(0.25), epoch, step].slice(0, arity);
    const truths = numbers.map((each) => make("less", [each, base]));
    const kinds = [numbers, truths, [...truths.slice(0, 1), ...numbers.slice(1)]];
    const made = kinds.flatMap((args) => {
      const expr = apply(op, args);
      return isFault(expr) ? [] : [expr];
    });
    expect(made.length).toBeGreaterThan(0);
    for (const expr of made) {
      const meant = evaluate(expr, { epoch: 1.5, step: 7 }, new Map()).data[0];
      const result: unknown = new Function("epoch", "step", "base", `return ${text(expr)};`)(1.5, 7, 0.3);
      expect(Number(result), text(expr)).toBeCloseTo(meant ?? Number.NaN, 12);
    }
  });

  test("count what stands in a list", () => {
    const one = (at: number): Expr => make("select", [make("greaterEqual", [epoch, number(at)]), number(1), number(0)]);
    const expr = make("power", [number(0.1), make("add", [make("add", [one(8), one(11)]), one(14)])]);
    expect(text(expr)).toBe("0.1 ** count([8, 11, 14], (e) => epoch >= e)");
  });
});

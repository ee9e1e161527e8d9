/**
 * Formulas that are right on paper and fail in floating point, and the forms that do not. Applied before a loss is
 * differentiated, so that gradients are those of the stable form.
 */
import type { OperationName } from "../../../runtime/ops/index.js";
import { bounds, isNonNegative, within } from "../bounds.js";
import { isHostScalar, make, number } from "../build.js";
import type { Expr, OperationExpr } from "../expr.js";
import { tinyBase, tinyCosine, tinyRoot } from "../guards.js";
import { any, type Match, op, type Pattern } from "../pattern.js";
import { functionRule, type Rule, rule } from "../rewrite.js";

const v = any("v");
const y = any("y");
const z = any("z");
const c = any("c");
const m = any("m");

/** logSumExp(z) - z[y]: -log of the label's share, never below 0. */
const loss = op("subtract", op("logSumExp", z), op("pick", z, y));

/** Shares and logarithms. */
const shares: readonly Rule[] = [
  rule(
    "log-softmax of the label",
    op("log", op("pick", op("softmax", z), y)),
    op("negate", loss),
    "the label's share can round to 0, whose log is infinite; its logarithm taken directly stays finite",
  ),
  rule(
    "log-softmax",
    op("log", op("softmax", z)),
    op("subtract", z, op("logSumExp", z)),
    "a share can round to 0, whose log is infinite; its logarithm taken directly stays finite",
  ),
  rule(
    "complement of the label's share",
    op("subtract", 1, op("pick", op("softmax", z), y)),
    op("negate", op("expm1", op("negate", loss))),
    "1 - p loses all digits where p is near 1",
  ),
  rule(
    "complement of shares",
    op("subtract", 1, op("softmax", z)),
    op("negate", op("expm1", op("subtract", z, op("logSumExp", z)))),
    "1 - p loses all digits where p is near 1",
  ),
  rule("log-sum-exp", op("log", op("sum", op("exp", v))), op("logSumExp", v), "e^v overflows float32 from v = 89 on"),
  rule("softmax", op("divide", op("exp", v), op("sum", op("exp", v))), op("softmax", v), "e^v overflows float32 from v = 89 on"),
  rule(
    "the label's share by its logarithm",
    op("divide", op("exp", op("pick", z, y)), op("sum", op("exp", z))),
    op("exp", op("negate", loss)),
    "e^v overflows float32 from v = 89 on",
  ),
  rule(
    "share by its logarithm",
    op("divide", op("exp", any("a")), op("sum", op("exp", v))),
    op("exp", op("subtract", any("a"), op("logSumExp", v))),
    "e^v overflows float32 from v = 89 on",
  ),
  rule("softplus", op("log", op("add", 1, op("exp", v))), op("softplus", v), "e^v overflows float32 from v = 89 on"),
  rule("softplus of log1p", op("log1p", op("exp", v)), op("softplus", v), "e^v overflows float32 from v = 89 on"),
  rule("log of a reciprocal", op("log", op("divide", 1, v)), op("negate", op("log", v)), "the reciprocal can overflow or round to 0"),
  rule("log1p", op("log", op("add", 1, v)), op("log1p", v), "1 + v loses the digits of a small v"),
  rule("log1p of a difference", op("log", op("subtract", 1, v)), op("log1p", op("negate", v)), "1 - v loses the digits of a small v"),
  rule("expm1", op("subtract", op("exp", v), 1), op("expm1", v), "e^v - 1 loses all digits where v is small"),
  rule("expm1 of a complement", op("subtract", 1, op("exp", v)), op("negate", op("expm1", v)), "1 - e^v loses all digits where v is small"),
  rule("log of exp", op("log", op("exp", v)), v, "e^v can overflow or round to 0"),
  rule("exp of log", op("exp", op("log", v)), v, "two roundings less, and finite at 0"),
];

// ---------------------------------------------------------------- angles

const isCosine = (found: Match): boolean => within(found.get("c"), -1, 1);
const theta = op("arccos", c);
/** sin(arccos(c)), kept off 0, where its slope is infinite. */
const sine = op("sqrt", op("maximum", op("subtract", 1, op("multiply", c, c)), tinyRoot));
const slope = "the slope of arccos is infinite at angles 0 and pi; over the cosine it stays finite";

function turned(name: string, from: Pattern, first: Pattern, sign: "add" | "subtract", second: Pattern): Rule {
  return rule(name, from, op(sign, first, second), slope, isCosine);
}

const cosOf = op("multiply", c, op("cos", m));
const sinOf = op("multiply", sine, op("sin", m));
const angles: readonly Rule[] = [
  rule("cosine of an angle", op("cos", theta), c, "arccos and back costs accuracy, and its slope is infinite at angles 0 and pi", isCosine),
  rule("sine of an angle", op("sin", theta), sine, slope, isCosine),
  turned("cosine with a margin", op("cos", op("add", theta, m)), cosOf, "subtract", sinOf),
  turned("cosine less a margin", op("cos", op("subtract", theta, m)), cosOf, "add", sinOf),
  turned("cosine of what a margin lacks", op("cos", op("subtract", m, theta)), cosOf, "add", sinOf),
  turned("sine with a margin", op("sin", op("add", theta, m)), op("multiply", sine, op("cos", m)), "add", op("multiply", c, op("sin", m))),
  turned(
    "sine less a margin",
    op("sin", op("subtract", theta, m)),
    op("multiply", sine, op("cos", m)),
    "subtract",
    op("multiply", c, op("sin", m)),
  ),
  rule(
    "cosine of twice an angle",
    op("cos", op("multiply", 2, theta)),
    op("subtract", op("multiply", 2, op("multiply", c, c)), 1),
    slope,
    isCosine,
  ),
];

// arccos falls: an angle is below t where its cosine is above cos(t).
const turnedRound: readonly (readonly [OperationName, OperationName, string])[] = [
  ["less", "greater", "below"],
  ["lessEqual", "greaterEqual", "at most"],
  ["greater", "less", "above"],
  ["greaterEqual", "lessEqual", "at least"],
];
const falls = "arccos falls from pi to 0, so cosines can be compared instead, without an angle";
const isAngle = (found: Match): boolean => isCosine(found) && within(found.get("t"), 0, Math.PI);
const t = any("t");

const comparisons: readonly Rule[] = turnedRound.flatMap(([from, to, word]) => [
  rule(`angle with a margin ${word} a bound`, op(from, op("add", theta, m), t), op(from, theta, op("subtract", t, m)), falls, isCosine),
  rule(`angle ${word} a bound`, op(from, theta, t), op(to, c, op("cos", t)), falls, isAngle),
  rule(`bound ${word} an angle`, op(from, t, theta), op(to, op("cos", t), c), falls, isAngle),
]);

/** Entry by entry on one value: what is picked may be picked first. */
const pickFirst = functionRule(
  "pick first",
  ["pick"],
  (expr) => {
    const [value, label] = expr.args;
    if (value?.kind !== "operation" || label === undefined) return null;
    if (
      value.op === "select" &&
      value.args[0]?.kind === "operation" &&
      value.args[0].op === "isTarget" &&
      value.args[0].args[0] === label
    ) {
      const taken = value.args[1];
      return taken?.type.axes.includes("class") === true ? make("pick", [taken, label]) : null;
    }
    if (!onOneValue.has(value.op)) return null;
    return make(value.op, [make("pick", [...value.args, label])]);
  },
  "one value per sample is computed in place of one per sample and class",
);
const onOneValue: ReadonlySet<string> = new Set([
  "arccos",
  "cos",
  "sin",
  "exp",
  "log",
  "log1p",
  "expm1",
  "sqrt",
  "abs",
  "negate",
  "softplus",
]);

export const stabilise: readonly Rule[] = [...shares, ...angles, ...comparisons, pickFirst];

// ---------------------------------------------------------------- what the rules above could not remove

/** Applied after `stabilise` has settled. */
export const specialise: readonly Rule[] = [
  rule(
    "the label's share",
    op("pick", op("softmax", z), y),
    op("exp", op("negate", loss)),
    "one exp per sample in place of a share per sample and class, and its gradient joins that of the loss",
  ),
];

function powerOffZero(expr: OperationExpr): Expr | null {
  const [base, exponent] = expr.args;
  if (base === undefined || exponent === undefined || isHostScalar(base)) return null;
  const { low, high } = bounds(exponent);
  if (low !== high || low < 0 || low >= 1 || !isNonNegative(base) || bounds(base).low >= tinyBase) return null;
  return make("power", [make("maximum", [base, number(tinyBase)]), exponent]);
}

/** The last resort: operands are kept off the points where no finite gradient exists. */
export const guard: readonly Rule[] = [
  functionRule(
    "angle off its ends",
    ["arccos"],
    (expr) => {
      const [inner] = expr.args;
      const end = 1 - tinyCosine;
      if (inner === undefined || within(inner, -end, end)) return null;
      return make("arccos", [make("maximum", [make("minimum", [inner, number(end)]), number(-end)])]);
    },
    "the slope of arccos is infinite at angles 0 and pi, and rounding can take a cosine past 1",
  ),
  functionRule("power off zero", ["power"], powerOffZero, "the slope of a power below 1 is infinite at 0"),
];

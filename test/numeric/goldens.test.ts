/** Formulas side by side: as the spec has them, what they mean, what is computed, the gradient, and the rules between. */
import { expect } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { print } from "../../src/compiler/formula/print.js";
import { share } from "../../src/compiler/formula/share.js";
import { nodeHost } from "../../src/compiler/host.js";
import type { LossPlan } from "../../src/compiler/plan/plan.js";
import { goldenPairs } from "../golden.js";

/** Locals, then roots by their names. */
function lines(roots: readonly (readonly [string, Expr])[]): string[] {
  const names = new Map<Expr, string>();
  const locals = share(roots.map(([, expr]) => expr)).locals.map(({ name, expr }) => {
    const line = `  ${name} = ${print(expr, names)}`;
    names.set(expr, name);
    return line;
  });
  return [...locals, ...roots.map(([name, expr]) => `  ${name}: ${names.get(expr) ?? print(expr, names)}`)];
}

function shown(plain: LossPlan, improved: LossPlan): string {
  const updates = improved.states.flatMap(({ name, update }) => (update === null ? [] : [[`next ${name}`, update] as const]));
  return [
    `${improved.title}: ${improved.formula}`,
    `means ${print(plain.perSample)}`,
    "stable",
    ...lines([
      ["per sample", improved.perSample],
      ...(improved.weights === null ? [] : [["weight", improved.weights] as const]),
      ...updates,
    ]),
    "gradient",
    ...lines(improved.gradients.map(({ of, value }) => [`by ${of}`, value])),
    "rules",
    ...improved.rules.map((rule) => `  ${rule.name}: ${rule.why}`),
    "",
  ].join("\n");
}

goldenPairs("formulas", {
  input: ".face",
  output: ".txt",
  make: (_text, path) => {
    const { value, diagnostics } = compile(nodeHost(), path);
    expect(diagnostics).toEqual([]);
    const plain = value.plan?.losses ?? [];
    const improved = value.improved?.losses ?? [];
    expect(improved.length).toBeGreaterThan(0);
    return improved.map((loss, i) => shown(plain[i] ?? loss, loss)).join("\n");
  },
});

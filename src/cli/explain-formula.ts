/** `facec explain FILE LOSS`: a formula, its stable form, its gradient, and the rules that made them. */
import type { Expr } from "../compiler/formula/expr.js";
import { differentiate } from "../compiler/formula/gradient.js";
import { improve } from "../compiler/formula/improve.js";
import { print as notation } from "../compiler/formula/print.js";
import { share } from "../compiler/formula/share.js";
import { inOrder } from "../compiler/formula/walk.js";
import type { LossPlan, SchedulePlan } from "../compiler/plan/plan.js";
import { positionAt } from "../diagnostics/source.js";
import { print, printJson } from "./output.js";

interface Named {
  readonly name: string;
  readonly formula: string;
}

/** A formula with what it names: `z = dot(x, W) + b`, then `logSumExp(z over class) - z[y]`. */
interface Written {
  readonly where: readonly Named[];
  readonly values: readonly Named[];
}

export function explainLoss(loss: LossPlan, original: LossPlan, json: boolean): number {
  const value = write([["per sample", loss.perSample], ...(loss.weights === null ? [] : ([["weight", loss.weights]] as const))]);
  const gradient = write(loss.gradients.map((each) => [each.of, each.value]));
  const updates = write(loss.states.flatMap((each) => (each.update === null ? [] : [[each.name, each.update] as const])));
  const meaning = write([["per sample", original.perSample]]);
  const about = { title: loss.title, at: loss.at, formula: loss.formula, parameters: loss.parameters };
  if (json) printJson({ ...about, meaning, stable: value, gradient, updates, rules: loss.rules });
  else {
    print(
      [
        ...head(about),
        "",
        "as written, in operations",
        ...section(meaning),
        "",
        "stable form",
        ...section(value),
        "",
        "gradient of the mean over the batch",
        ...section(gradient),
        ...(updates.values.length === 0 ? [] : ["", "after each step", ...section(updates)]),
        "",
        "rules that fired",
        ...ruleLines(loss.rules),
      ].join("\n"),
    );
  }
  return 0;
}

export function explainSchedule(schedule: SchedulePlan, json: boolean): number {
  const rate = write([["rate", schedule.rate]]);
  const about = { title: schedule.title, at: schedule.at, formula: schedule.formula, parameters: schedule.parameters };
  if (json) printJson({ ...about, rate });
  else print([...head(about), ...section(rate)].join("\n"));
  return 0;
}

/** A weighting by itself, over any z and p; its gradient is that of its mean, by everything it reads. */
export function explainWeighting(file: string, name: string, formula: Expr, json: boolean): number {
  const stable = improve([formula]);
  const inputs = inOrder(stable.roots).filter((each) => each.kind === "input" && each.type.of === "number" && each.role !== "scalar");
  const derived = differentiate(stable.roots[0] ?? formula, inputs);
  const final = improve(
    derived.filter((each) => each !== null),
    { differentiated: true },
  );
  const names = inputs.flatMap((each, i) => (each.kind === "input" && derived[i] !== null ? [each.name] : []));
  const value = write([["weight", stable.roots[0] ?? formula]]);
  const gradient = write(names.flatMap((each, i) => (final.roots[i] === undefined ? [] : [[each, final.roots[i]] as const])));
  const about = {
    title: name,
    at: { file, line: formula.origin === null ? 1 : positionAt(formula.origin.source, formula.origin.start).line },
  };
  const rules = [...stable.fired, ...final.fired.filter((each) => !stable.fired.some((before) => before.name === each.name))];
  if (json) printJson({ ...about, formula: notation(formula), stable: value, gradient, rules });
  else {
    const first = head({ ...about, formula: notation(formula), parameters: [] });
    const none = gradient.values.length === 0 ? ["  none: it is a constant for the network"] : section(gradient);
    print(
      [
        ...first,
        "",
        "stable form",
        ...section(value),
        "",
        "gradient of its mean",
        ...none,
        "",
        "rules that fired",
        ...ruleLines(rules),
      ].join("\n"),
    );
  }
  return 0;
}

function head(about: {
  readonly title: string;
  readonly at: { readonly file: string; readonly line: number };
  readonly formula: string;
  readonly parameters: readonly { readonly name: string; readonly value: number }[];
}): string[] {
  const parameters = about.parameters.map((each) => `${each.name} = ${each.value}`).join(", ");
  return [
    `${about.title}, ${about.at.file}:${about.at.line}`,
    `  formula    ${about.formula}`,
    ...(parameters === "" ? [] : [`  with       ${parameters}`]),
  ];
}

function write(values: readonly (readonly [name: string, expr: Expr])[]): Written {
  const { locals } = share(values.map(([, expr]) => expr));
  const names = new Map<Expr, string>(locals.map((local) => [local.expr, local.name]));
  return {
    // `target` is its own notation: a line "target = target" says nothing.
    where: locals.map((local) => ({ name: local.name, formula: notation(local.expr, names) })).filter((each) => each.name !== each.formula),
    values: values.map(([name, expr]) => ({ name, formula: names.get(expr) ?? notation(expr, names) })),
  };
}

function section(written: Written): string[] {
  const width = Math.max(0, ...[...written.where, ...written.values].map((each) => each.name.length));
  const line = (each: Named): string => `  ${each.name.padEnd(width)} = ${each.formula}`;
  return [...written.where.map(line), ...written.values.map(line)];
}

function ruleLines(rules: LossPlan["rules"]): string[] {
  if (rules.length === 0) return ["  none"];
  const width = Math.max(...rules.map((each) => each.name.length));
  return rules.map((each) => `  ${each.name.padEnd(width)}  ${each.why}`);
}

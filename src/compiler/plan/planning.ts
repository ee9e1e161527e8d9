/** What the planning of one file shares, and the small steps that all parts of it take. */

import type { Collector } from "../../diagnostics/collector.js";
import type { Span } from "../../diagnostics/source.js";
import { nearest } from "../../diagnostics/suggest.js";
import type { ArgumentDescription, LayerDescription, OptimizerDescription } from "../../runtime/describe.js";
import type { Augmentation } from "../../runtime/experiment.js";
import type * as Ast from "../syntax/ast.js";
import { literalText } from "../types/arguments.js";
import { type Body, type Checking, newBody, Use } from "../types/body.js";
import { constantNumber } from "../types/constant.js";
import { checkedText } from "../types/expect.js";
import { checkExpression } from "../types/formula.js";
import type { Checked } from "../types/value.js";
import type { BackbonePlan, BlockPlan, DatasetPlan, Location, LossPlan, SchedulePlan } from "./plan.js";
import type { TrainUse } from "./train.js";

/** What the runtime can do, by the names of the language. */
export interface Catalogues {
  readonly layers: Readonly<Record<string, LayerDescription>>;
  readonly optimizers: Readonly<Record<string, Pick<OptimizerDescription, "name" | "arguments">>>;
  readonly augmentations: Readonly<
    Record<Augmentation["kind"], { readonly name: string; readonly arguments: readonly ArgumentDescription[] }>
  >;
}

export interface Planning {
  readonly checking: Checking;
  readonly collector: Collector;
  readonly catalogues: Catalogues;
  readonly locate: (span: Span) => Location;
  /** Input of backbones that no training uses. */
  readonly input: readonly [number, number, number];
  readonly datasets: Registry<DatasetPlan, Ast.Dataset>;
  readonly blocks: Registry<BlockPlan, Ast.Block>;
  readonly backbones: Registry<BackbonePlan>;
  readonly losses: Registry<LossPlan>;
  readonly schedules: Registry<SchedulePlan>;
  readonly trains: Map<Ast.Train, TrainUse | null>;
}

/** Plans by what they are of, each with a name of its own; null: tried and wrong, already said. */
export class Registry<P, K = string> {
  private readonly made = new Map<K, P | null>();
  private readonly names = new Set<string>();

  get all(): readonly P[] {
    return [...this.made.values()].filter((each) => each !== null);
  }

  get(key: K): P | null {
    return this.made.get(key) ?? null;
  }

  /** The plan for `key`, made the first time with a name near `name`. */
  take(key: K, name: string, make: (name: string) => P | null): P | null {
    const known = this.made.get(key);
    if (known !== undefined) return known;
    const plan = make(this.free(name));
    this.made.set(key, plan);
    return plan;
  }

  private free(name: string): string {
    let candidate = name;
    for (let n = 2; this.names.has(candidate); n++) candidate = `${name}${n}`;
    this.names.add(candidate);
    return candidate;
  }
}

export function constantBody(planning: Planning, what: string): Body {
  return newBody(planning.checking, new Use(), "constant", what);
}

/** The text of an expression on one line, comments left out. */
export function sourceText(span: Span): string {
  const text = span.source.text.slice(span.start, span.end);
  return text
    .replace(/\/\/[^\n]*/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** What an expression means depends on its file as well as on its text. */
export function keyOf(expression: Ast.Expression): string {
  return `${expression.span.source.name}: ${sourceText(expression.span)}`;
}

export interface NumberWanted {
  readonly wanted: string;
  fits(value: number): boolean;
}

export const count: NumberWanted = { wanted: "a positive whole number", fits: (value) => Number.isInteger(value) && value >= 1 };
export const whole: NumberWanted = { wanted: "a whole number, 0 or more", fits: (value) => Number.isInteger(value) && value >= 0 };
export const positive: NumberWanted = { wanted: "a number above 0", fits: (value) => value > 0 };

/** The number that a setting comes to; null (after a message) where it is not one that fits. */
export function settingNumber(planning: Planning, name: string, expression: Ast.Expression, wanted: NumberWanted): number | null {
  const value = checkExpression(constantBody(planning, `the setting \`${name}\``), expression);
  const number = constantNumber(value);
  if (number !== null && wanted.fits(number)) return number;
  if (value.kind !== "unknown")
    reportValue(
      planning,
      name,
      expression,
      wanted.wanted,
      number === null ? checkedText(value) : `\`${literalText(expression) ?? number}\``,
    );
  return null;
}

export function reportValue(planning: Planning, name: string, at: Ast.Expression, wanted: string, found: string): void {
  if (at.kind !== "hole") planning.collector.report("setting-value", at.span, { name, wanted, found });
}

export function unwrapped(expression: Ast.Expression): Ast.Expression {
  return expression.kind === "group" ? unwrapped(expression.inner) : expression;
}

/** `name(args)` or a bare `name`: a word of this place with its arguments. */
export function wordCall(expression: Ast.Expression): { readonly name: Ast.Name; readonly args: readonly Ast.Argument[] } | null {
  const inner = unwrapped(expression);
  if (inner.kind === "reference") return { name: inner.name, args: [] };
  return inner.kind === "call" && inner.callee.kind === "reference" ? { name: inner.callee.name, args: inner.args } : null;
}

export function reportUnknownWord(planning: Planning, what: string, name: Ast.Name, known: readonly string[]): void {
  if (name.text === "") return;
  planning.collector.report("unknown-word", name.span, { what, found: name.text, near: nearest(name.text, known), known });
}

export function textOf(planning: Planning, name: string, expression: Ast.Expression): string | null {
  const value: Checked = checkExpression(constantBody(planning, `the setting \`${name}\``), expression);
  if (value.kind === "text") return value.text;
  if (value.kind !== "unknown") reportValue(planning, name, expression, "a text in quotes", checkedText(value));
  return null;
}

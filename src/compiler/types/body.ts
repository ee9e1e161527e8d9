/** The context in which one formula is checked for one use of it. */
import type { Collector } from "../../diagnostics/collector.js";
import type { Span } from "../../diagnostics/source.js";
import type { Initial } from "../../runtime/describe.js";
import type { Axis } from "../../runtime/ops/axes.js";
import type { Line } from "../../runtime/step/step.js";
import type { Expr } from "../formula/expr.js";
import type { Bound } from "../names/meaning.js";
import type { FormulaKind } from "../names/scope.js";
import type * as Ast from "../syntax/ast.js";
import type { Checked } from "./value.js";

/** What all checks of one compilation share. */
export interface Checking {
  readonly bound: Bound;
  readonly collector: Collector;
  /** Values from `--set`: they stand in for the default of a parameter or the value of a let. */
  readonly set: ReadonlyMap<Ast.Parameter | Ast.Let, Ast.Expression>;
  /** The line of the spec, under the file name that programs show: seen from the file asked for. */
  readonly locate: (span: Span) => Line;
}

export interface LearnedValue {
  readonly name: string;
  readonly node: Ast.Learn;
  readonly expr: Expr;
  readonly axes: readonly Axis[];
  readonly sizes: Readonly<Record<Axis, number>>;
  readonly initial: Initial;
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

export interface StateValue {
  readonly name: string;
  readonly axes: readonly Axis[];
  readonly initial: number;
  readonly update: Expr | null;
}

/**
 * One use of a loss or schedule: everything it brings along, also from losses and weightings inside it. A loss that
 * is used twice learns twice; names that would meet get a number.
 */
export class Use {
  readonly parameters = new Map<string, number>();
  readonly learned: LearnedValue[] = [];
  readonly states: StateValue[] = [];

  /** The name under which a parameter with this value appears in the program. */
  parameterName(name: string, value: number): string {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${name}${n}`;
      const taken = this.parameters.get(candidate);
      if ((taken === undefined && !this.isOwn(candidate)) || (taken !== undefined && Object.is(taken, value))) {
        this.parameters.set(candidate, value);
        return candidate;
      }
    }
  }

  /** A name that nothing in this use has. */
  ownName(name: string): string {
    for (let n = 1; ; n++) {
      const candidate = n === 1 ? name : `${name}${n}`;
      if (!this.parameters.has(candidate) && !this.isOwn(candidate)) return candidate;
    }
  }

  private isOwn(name: string): boolean {
    return this.learned.some((each) => each.name === name) || this.states.some((each) => each.name === name);
  }
}

export interface Body {
  readonly checking: Checking;
  readonly use: Use;
  readonly given: FormulaKind;
  /** What is checked, for messages: "the loss `arcface`". */
  readonly what: string;
  /** The logits z of the loss that a weighting multiplies; null where it multiplies something without them. */
  readonly logits: Checked | null;
  /** Where a weighting is used; what is wrong with the loss it multiplies is said there. */
  readonly usedAt: Span | null;
  /** Values of parameters, arguments of local functions, loop names, learned values and states by their nodes. */
  readonly values: Map<object, Checked>;
  /** Lets and bindings that are being looked at: meeting one again is a circle. */
  readonly open: Set<Ast.Let | Ast.Binding>;
  /** Lets and where-bindings by node, once looked at. */
  readonly done: Map<object, Checked>;
}

export function newBody(
  checking: Checking,
  use: Use,
  given: FormulaKind,
  what: string,
  logits: Checked | null = null,
  usedAt: Span | null = null,
): Body {
  return { checking, use, given, what, logits, usedAt, values: new Map(), open: new Set(), done: new Map() };
}

/** Formulas recorded by the functions that generated programs call. */
import { isHostScalar } from "../../src/compiler/formula/build.js";
import type { Expr } from "../../src/compiler/formula/expr.js";
import { inOrder } from "../../src/compiler/formula/walk.js";
import * as recorded from "../../src/runtime/ops/index.js";
import { operationOf } from "../../src/runtime/ops/index.js";
import type { Value } from "../../src/runtime/step/record.js";

type Recorded = (...args: readonly unknown[]) => Value;

function functionNamed(name: string): Recorded {
  const found = Object.entries(recorded).find(([key]) => key === name)?.[1];
  if (typeof found !== "function") throw new Error(`generated programs cannot call ${name}`);
  return found as Recorded;
}

/** Records a formula; `inputs` says what its inputs are, by name. Numbers known before the step stay plain numbers. */
export function recordFormula(expr: Expr, inputs: (name: string) => Value | number): Value | number {
  const values = new Map<Expr, Value | number>();
  for (const node of inOrder([expr])) {
    if (node.kind === "number" || node.kind === "parameter") values.set(node, node.value);
    else if (node.kind === "input") values.set(node, inputs(node.name));
    else {
      const args = node.args.map((arg) => values.get(arg) ?? Number.NaN);
      values.set(
        node,
        isHostScalar(node) ? onNumbers(node.op, args) : functionNamed(node.op)(...args, ...(node.axis === null ? [] : [node.axis])),
      );
    }
  }
  return values.get(expr) ?? Number.NaN;
}

function onNumbers(name: Parameters<typeof operationOf>[0], args: readonly (Value | number)[]): number {
  const operation = operationOf(name);
  if (operation.kind !== "pointwise") throw new Error(`${name} of plain numbers`);
  return operation.meaning(...args.map(Number));
}

/** The one elementwise kernel, and its gradient from the derivatives that operations state. */
import type { Algebra, PointwiseOperation } from "../describe.js";
import { isOperationName, operationOf } from "../ops/index.js";
import type { Attributes } from "../step/step.js";
import { needDy, pointwiseAt, sumTo } from "./gradient.js";
import type { Kernel } from "./kernel.js";
import { apply, constant, input, type Pointwise } from "./pointwise.js";
import { broadcastShapes, numbersOf, sameShape } from "./shapes.js";

export const pointwiseKernel: Kernel = {
  name: "pointwise",
  doc: "pointwise(v0, v1, ...) {expression, shape} -> shape: the expression at every entry; operands right-aligned, sizes of 1 and missing dimensions repeated. Comparisons give 0 or 1. bfloat16 where an operand is, else float32.",
  outputs: (inputs, attributes) => {
    const shape = numbersOf(attributes, "shape");
    const joined = broadcastShapes([shape, ...inputs.map((operand) => operand.shape)]);
    if (!sameShape(joined, shape)) throw new Error(`Operands of shapes ${inputs.map((i) => `[${i.shape}]`).join(" ")} exceed [${shape}].`);
    return [{ shape, dtype: inputs.some(({ dtype }) => dtype === "bfloat16") ? "bfloat16" : "float32" }];
  },
  gradient: (recorder, inputs, outputs, dys, attributes) => {
    const dy = needDy(dys);
    const y = outputs[0];
    const expression = expressionOf(attributes);
    const adjoints = adjointsOf(expression, inputs.length);
    // The expression's own value is already at hand as the output: read it instead of computing it again.
    const operands = y === undefined ? [...inputs, dy] : [...inputs, dy, y];
    return inputs.map((operand, i) => {
      const adjoint = adjoints[i];
      if (adjoint === undefined || adjoint === null || operand.dtype === "int32") return null;
      return sumTo(recorder, pointwiseAt(recorder, adjoint, operands, dy.shape), operand.shape);
    });
  },
};

export function expressionOf(attributes: Attributes): Pointwise {
  const expression = attributes.expression;
  if (typeof expression !== "object" || !("kind" in expression)) throw new Error("A pointwise kernel needs an expression.");
  return expression;
}

export function pointwiseOperation(name: string): PointwiseOperation {
  const found = isOperationName(name) ? operationOf(name) : null;
  if (found?.kind !== "pointwise") throw new Error(`There is no pointwise operation ${name}.`);
  return found;
}

/** Operations on expressions, numbers folded on the way. */
const algebra: Algebra<Pointwise> = {
  number: constant,
  size: (axis) => {
    throw new Error(`A pointwise derivative asked for the size of ${axis}.`);
  },
  apply: (op, args) => simplified(op, args),
  axesOf: () => [],
};

const isNumber = (e: Pointwise | undefined, value: number): boolean => e?.kind === "constant" && e.value === value;

/** `op` of `args`, without what does nothing: products by 1, sums with 0, operations on numbers alone. */
export function simplified(op: string, args: readonly Pointwise[]): Pointwise {
  const [a, b] = args;
  if (args.length > 0 && args.every((arg) => arg.kind === "constant")) {
    return constant(pointwiseOperation(op).meaning(...args.map((arg) => (arg.kind === "constant" ? arg.value : 0))));
  }
  if (a !== undefined && b !== undefined) {
    if (op === "multiply" && isNumber(a, 1)) return b;
    if ((op === "multiply" || op === "divide") && isNumber(b, 1)) return a;
    if (op === "add" && isNumber(a, 0)) return b;
    if ((op === "add" || op === "subtract") && isNumber(b, 0)) return a;
  }
  if (op === "negate" && a?.kind === "apply" && a.op === "negate" && a.args[0] !== undefined) return a.args[0];
  return apply(op, ...args);
}

/**
 * Reverse mode over one expression of `count` inputs. In the results, input `count` is the output's gradient and
 * input `count + 1` the expression's value. Null: no gradient.
 */
function adjointsOf(expression: Pointwise, count: number): readonly (Pointwise | null)[] {
  const order: Pointwise[] = []; // children before parents
  const seen = new Set<Pointwise>();
  const visit = (part: Pointwise): void => {
    if (seen.has(part)) return;
    seen.add(part);
    if (part.kind === "apply") part.args.forEach(visit);
    order.push(part);
  };
  visit(expression);
  const adjoint = new Map<Pointwise, Pointwise>([[expression, input(count)]]);
  const results = new Array<Pointwise | null>(count).fill(null);
  const give = (sum: Pointwise | null | undefined, part: Pointwise): Pointwise => (sum ? simplified("add", [sum, part]) : part);
  for (const part of order.reverse()) {
    const dy = adjoint.get(part);
    if (dy === undefined || part.kind === "constant") continue;
    if (part.kind === "input") {
      results[part.index] = give(results[part.index], dy);
      continue;
    }
    const { derivative } = pointwiseOperation(part.op);
    if (derivative === null) continue; // comparisons: flat wherever they are smooth
    const value = part === expression ? input(count + 1) : part;
    derivative(algebra, dy, part.args, value, null).forEach((contribution, i) => {
      const arg = part.args[i];
      if (contribution !== null && arg !== undefined) adjoint.set(arg, give(adjoint.get(arg), contribution));
    });
  }
  return results;
}

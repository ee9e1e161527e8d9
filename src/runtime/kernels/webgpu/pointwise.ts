/** The pointwise kernel: one program for the whole expression, or several where it reads more than one may bind. */
import type { ValueInfo } from "../../step/step.js";
import { apply, input, inputsOf, type Pointwise, substitute } from "../pointwise.js";
import { expressionOf } from "../pointwise-kernel.js";
import { mergeLoops, stridesWithin } from "../portable/loops.js";
import { at, broadcastShapes, sizeOf } from "../shapes.js";
import { sourceOf } from "./expression.js";
import { functions } from "./math.js";
import {
  type Binding,
  type Dispatch,
  entrywise,
  inputSlot,
  offset,
  outputSlot,
  type Planner,
  type Slot,
  scratchSlot,
  shapeOf,
  specials,
} from "./plan.js";

interface Operand {
  readonly slot: Slot;
  readonly shape: readonly number[];
  readonly dtype: ValueInfo["dtype"];
}

export const pointwise: Planner = (inputs, attributes, outputs, most) => {
  const operands = inputs.map(({ shape, dtype }, i): Operand => ({ slot: inputSlot(i), shape, dtype }));
  return pointwisePlan(expressionOf(attributes), operands, shapeOf(outputs), most);
};

export const broadcast: Planner = (inputs, _attributes, outputs, most) =>
  pointwisePlan(input(0), [{ slot: inputSlot(0), shape: shapeOf(inputs), dtype: "float32" }], shapeOf(outputs), most);

function pointwisePlan(expression: Pointwise, operands: readonly Operand[], shape: readonly number[], most: number) {
  const scratch: number[] = [];
  const dispatches: Dispatch[] = [];
  const known = [...operands];
  const materialise = (part: Pointwise): Pointwise => {
    const fitting = fitted(part);
    const own = broadcastShapes([...inputsOf(fitting)].map((index) => operandAt(known, index).shape));
    const slot = scratchSlot(scratch.push(sizeOf(own)) - 1);
    dispatches.push(one(fitting, known, own, slot));
    return input(known.push({ slot, shape: own, dtype: "float32" }) - 1);
  };
  /** The same expression, with parts computed before where it reads too much. */
  const fitted = (part: Pointwise): Pointwise => {
    let now = part;
    while (now.kind === "apply" && inputsOf(now).size > most - 1) {
      const counts = now.args.map((arg) => inputsOf(arg).size);
      const largest = counts.indexOf(Math.max(...counts));
      now = apply(now.op, ...now.args.map((arg, i) => (i === largest ? materialise(arg) : arg)));
    }
    return now;
  };
  dispatches.push(one(fitted(expression), known, shape, outputSlot(0)));
  return { scratch, dispatches };
}

function operandAt(operands: readonly Operand[], index: number): Operand {
  const found = operands[index];
  if (found === undefined) throw new Error(`There is no operand ${index}.`);
  return found;
}

function one(expression: Pointwise, operands: readonly Operand[], shape: readonly number[], to: Slot): Dispatch {
  const read = [...inputsOf(expression)].sort((a, b) => a - b);
  const renumbered = substitute(expression, renumbering(read));
  const chosen = read.map((index) => operandAt(operands, index));
  const { sizes, strides } = mergeLoops(
    shape,
    chosen.map((operand) => stridesWithin(operand.shape, shape)),
  );
  const source = sourceOf(renumbered, (i) => {
    const where = offset(
      "i",
      sizes.map((size, d) => ({ size, stride: at(strides[i] ?? [], d) })),
    );
    return chosen[i]?.dtype === "int32" ? `f32(v${i}[${where}])` : `v${i}[${where}]`;
  });
  const bindings: Binding[] = [
    ...chosen.map(({ slot, dtype }, i) => ({ slot, dtype, name: `v${i}` })),
    { slot: to, name: "result", written: true },
  ];
  const body = `  ${[...source.statements, `result[i] = ${source.result};`].join("\n  ")}`;
  return entrywise(bindings, sizeOf(shape), body, `${specials}${functions(source.called)}`);
}

/** Input `read[k]` becomes input k. */
function renumbering(read: readonly number[]): Pointwise[] {
  const becomes: Pointwise[] = [];
  read.forEach((from, to) => {
    becomes[from] = input(to);
  });
  return becomes;
}

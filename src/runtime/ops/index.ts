/**
 * The operations of formulas. Each file says everything about one: type, notation, meaning, derivative, and the function
 * that generated programs call. A new operation is a file and its two lines here.
 */
import type { Operation } from "../describe.js";
import { absOperation } from "./abs.js";
import { addOperation } from "./add.js";
import { andOperation } from "./and.js";
import { arccosOperation } from "./arccos.js";
import { broadcastOperation } from "./broadcast.js";
import { cosOperation } from "./cos.js";
import { countByClassOperation } from "./count-by-class.js";
import { divideOperation } from "./divide.js";
import { dotOperation } from "./dot.js";
import { equalOperation } from "./equal.js";
import { expOperation } from "./exp.js";
import { expm1Operation } from "./expm1.js";
import { floorOperation } from "./floor.js";
import { greaterOperation } from "./greater.js";
import { greaterEqualOperation } from "./greater-equal.js";
import { isTargetOperation } from "./is-target.js";
import { lessOperation } from "./less.js";
import { lessEqualOperation } from "./less-equal.js";
import { logOperation } from "./log.js";
import { logSumExpOperation } from "./log-sum-exp.js";
import { log1pOperation } from "./log1p.js";
import { maxOperation } from "./max.js";
import { maximumOperation } from "./maximum.js";
import { minimumOperation } from "./minimum.js";
import { multiplyOperation } from "./multiply.js";
import { negateOperation } from "./negate.js";
import { normOperation } from "./norm.js";
import { notOperation } from "./not.js";
import { notEqualOperation } from "./not-equal.js";
import { orOperation } from "./or.js";
import { pickOperation } from "./pick.js";
import { powerOperation } from "./power.js";
import { selectOperation } from "./select.js";
import { signOperation } from "./sign.js";
import { sinOperation } from "./sin.js";
import { softmaxOperation } from "./softmax.js";
import { softplusOperation } from "./softplus.js";
import { spreadOperation } from "./spread.js";
import { sqrtOperation } from "./sqrt.js";
import { stopOperation } from "./stop.js";
import { subtractOperation } from "./subtract.js";
import { sumOperation } from "./sum.js";
import { sumByClassOperation } from "./sum-by-class.js";
import { withGradientOperation } from "./with-gradient.js";

export { abs } from "./abs.js";
export { add } from "./add.js";
export { and } from "./and.js";
export { arccos } from "./arccos.js";
export { broadcast } from "./broadcast.js";
export { cos } from "./cos.js";
export { countByClass } from "./count-by-class.js";
export { divide } from "./divide.js";
export { dot } from "./dot.js";
export { equal } from "./equal.js";
export { exp } from "./exp.js";
export { expm1 } from "./expm1.js";
export { floor } from "./floor.js";
export { greater } from "./greater.js";
export { greaterEqual } from "./greater-equal.js";
export { isTarget } from "./is-target.js";
export { less } from "./less.js";
export { lessEqual } from "./less-equal.js";
export { log } from "./log.js";
export { logSumExp } from "./log-sum-exp.js";
export { log1p } from "./log1p.js";
export { max } from "./max.js";
export { maximum } from "./maximum.js";
export { minimum } from "./minimum.js";
export { multiply } from "./multiply.js";
export { negate } from "./negate.js";
export { norm } from "./norm.js";
export { not } from "./not.js";
export { notEqual } from "./not-equal.js";
export { or } from "./or.js";
export { pick } from "./pick.js";
export { power } from "./power.js";
export { type Operand, size } from "./recording.js";
export { select } from "./select.js";
export { sign } from "./sign.js";
export { sin } from "./sin.js";
export { softmax } from "./softmax.js";
export { softplus } from "./softplus.js";
export { spread } from "./spread.js";
export { sqrt } from "./sqrt.js";
export { stop } from "./stop.js";
export { subtract } from "./subtract.js";
export { sum } from "./sum.js";
export { sumByClass } from "./sum-by-class.js";
export { withGradient } from "./with-gradient.js";

/** Every operation by its name. */
export const operations = {
  add: addOperation,
  subtract: subtractOperation,
  multiply: multiplyOperation,
  divide: divideOperation,
  negate: negateOperation,
  power: powerOperation,
  exp: expOperation,
  log: logOperation,
  log1p: log1pOperation,
  expm1: expm1Operation,
  sqrt: sqrtOperation,
  abs: absOperation,
  sin: sinOperation,
  cos: cosOperation,
  arccos: arccosOperation,
  maximum: maximumOperation,
  minimum: minimumOperation,
  softplus: softplusOperation,
  floor: floorOperation,
  sign: signOperation,
  less: lessOperation,
  lessEqual: lessEqualOperation,
  greater: greaterOperation,
  greaterEqual: greaterEqualOperation,
  equal: equalOperation,
  notEqual: notEqualOperation,
  and: andOperation,
  or: orOperation,
  not: notOperation,
  select: selectOperation,
  sum: sumOperation,
  max: maxOperation,
  logSumExp: logSumExpOperation,
  softmax: softmaxOperation,
  norm: normOperation,
  dot: dotOperation,
  pick: pickOperation,
  spread: spreadOperation,
  sumByClass: sumByClassOperation,
  countByClass: countByClassOperation,
  isTarget: isTargetOperation,
  broadcast: broadcastOperation,
  stop: stopOperation,
  withGradient: withGradientOperation,
} as const satisfies Record<string, Operation>;

/** The name of an operation of formulas, such as "add" or "logSumExp". */
export type OperationName = keyof typeof operations;

/** Whether `name` is that of an operation. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}

/** The description of an operation. */
export function operationOf(name: OperationName): Operation {
  return operations[name];
}

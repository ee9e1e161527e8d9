/** The expression of a pointwise kernel, operation by operation; equal parts are computed once. */
import type { Pointwise } from "../../pointwise.js";
import { expressionOf } from "../../pointwise-kernel.js";
import { broadcastShapes, sameShape } from "../../shapes.js";
import type { Lowering, OpInfo, Ops, OpType } from "../ops.js";
import { broadcast, cast, one, operand, result, scalar, type } from "./support.js";

/** Operations that have one of the same meaning. Conditions give bool, which is a number only where it is read as one. */
const plain: Readonly<Record<string, string>> = {
  add: "AddV2",
  subtract: "Sub",
  multiply: "Mul",
  divide: "RealDiv",
  negate: "Neg",
  exp: "Exp",
  log: "Log",
  log1p: "Log1p",
  expm1: "Expm1",
  sqrt: "Sqrt",
  abs: "Abs",
  sin: "Sin",
  cos: "Cos",
  maximum: "Maximum",
  minimum: "Minimum",
  floor: "Floor",
  sign: "Sign",
};

const comparisons: Readonly<Record<string, string>> = {
  less: "Less",
  lessEqual: "LessEqual",
  greater: "Greater",
  greaterEqual: "GreaterEqual",
  equal: "Equal",
  notEqual: "NotEqual",
};

const logical: Readonly<Record<string, string>> = { and: "LogicalAnd", or: "LogicalOr", not: "LogicalNot" };

export const pointwise: Lowering = (ops, inputs, attributes, outputs) => {
  const info = result(outputs);
  const value = new Expression(ops, inputs, info.dtype).number(expressionOf(attributes));
  return [sameShape(value.shape, info.shape) ? value : broadcast(ops, value, info.shape)];
};

/** Parts of one expression as tensors, each made once. */
class Expression<T extends OpInfo> {
  private readonly parts = new Map<Pointwise, T>();
  private readonly known = new Map<string, T>();
  private readonly numbers = new Map<T, number>();
  private readonly constants = new Map<string, T>();

  constructor(
    private readonly ops: Ops<T>,
    private readonly inputs: readonly T[],
    private readonly dtype: OpType,
  ) {}

  /** A part as numbers of the result's type. */
  number(part: Pointwise): T {
    return this.as(this.value(part), this.dtype);
  }

  /** A part as a condition: where it is not 0. */
  private condition(part: Pointwise): T {
    const value = this.value(part);
    return value.dtype === "bool" ? value : this.apply("NotEqual", [value, this.constant(0, value.dtype)], "bool");
  }

  private value(part: Pointwise): T {
    const before = this.parts.get(part);
    if (before !== undefined) return before;
    const value = this.make(part);
    this.parts.set(part, value);
    return value;
  }

  private make(part: Pointwise): T {
    if (part.kind === "constant") return this.constant(part.value, this.dtype);
    if (part.kind === "input") return this.as(operand(this.inputs, part.index), this.dtype);
    const { op, args } = part;
    const name = plain[op];
    if (name !== undefined)
      return this.apply(
        name,
        args.map((arg) => this.number(arg)),
        this.dtype,
      );
    const comparison = comparisons[op];
    if (comparison !== undefined)
      return this.apply(
        comparison,
        args.map((arg) => this.number(arg)),
        "bool",
      );
    const connective = logical[op];
    if (connective !== undefined)
      return this.connect(
        connective,
        args.map((arg) => this.condition(arg)),
      );
    return this.special(op, args);
  }

  private special(op: string, args: readonly Pointwise[]): T {
    const number = (index: number): T => this.number(operand(args, index));
    switch (op) {
      case "select":
        return this.apply("SelectV2", [this.condition(operand(args, 0)), number(1), number(2)], this.dtype);
      case "arccos": {
        const above = this.apply("Maximum", [number(0), this.constant(-1, this.dtype)], this.dtype);
        return this.apply("Acos", [this.apply("Minimum", [above, this.constant(1, this.dtype)], this.dtype)], this.dtype);
      }
      case "power":
        return this.power(number(0), operand(args, 1));
      case "softplus": {
        // In bfloat16 the library's own ends its curve at 2 to 3 already.
        const value = this.as(number(0), "float32");
        return this.as(this.apply("Softplus", [value], "float32"), this.dtype);
      }
      case "stop":
      case "withGradient":
        return number(0);
      default:
        throw new Error(`There is no pointwise operation ${op}.`);
    }
  }

  /** The library has 1 to the power NaN as 1. */
  private power(base: T, exponent: Pointwise): T {
    if (exponent.kind === "constant" && exponent.value === 2) return this.apply("Square", [base], this.dtype);
    const by = this.number(exponent);
    const power = this.apply("Pow", [base, by], this.dtype);
    if (exponent.kind === "constant") return power;
    return this.apply("SelectV2", [this.apply("Equal", [by, by], "bool"), power, by], this.dtype);
  }

  private as(value: T, dtype: OpType): T {
    return value.dtype === dtype ? value : this.once(`as ${dtype}`, [value], () => cast(this.ops, value, dtype));
  }

  private apply(name: string, operands: readonly T[], dtype: OpType): T {
    const shape = broadcastShapes(operands.map((each) => each.shape));
    const attributes = { T: type(operand(operands, operands.length - 1).dtype) };
    return this.once(name, operands, () => one(this.ops, name, operands, attributes, { shape, dtype }));
  }

  private connect(name: string, operands: readonly T[]): T {
    const shape = broadcastShapes(operands.map((each) => each.shape));
    return this.once(name, operands, () => one(this.ops, name, operands, {}, { shape, dtype: "bool" }));
  }

  private constant(value: number, dtype: OpType): T {
    const key = `${dtype} ${Object.is(value, -0) ? "-0" : value}`;
    const before = this.constants.get(key);
    if (before !== undefined) return before;
    const made = scalar(this.ops, value, dtype);
    this.constants.set(key, made);
    return made;
  }

  /** What was made of these operands before, or what `make` gives. */
  private once(name: string, operands: readonly T[], make: () => T): T {
    const key = `${name} ${operands.map((each) => this.numberOf(each))}`;
    const before = this.known.get(key);
    if (before !== undefined) return before;
    const made = make();
    this.known.set(key, made);
    return made;
  }

  private numberOf(tensor: T): number {
    const known = this.numbers.get(tensor);
    if (known !== undefined) return known;
    this.numbers.set(tensor, this.numbers.size);
    return this.numbers.size - 1;
  }
}

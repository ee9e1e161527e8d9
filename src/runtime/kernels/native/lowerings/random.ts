/** Draws inside a step. */
import { dropoutDraws } from "../../portable/random.js";
import { numberOf } from "../../shapes.js";
import type { Lowering, OpInfo } from "../ops.js";
import { int, list, one, operand, result, scalar, type, typed } from "./support.js";

/** Philox, as TensorFlow numbers its generators. */
const PHILOX = 1;

/**
 * TensorFlow's Philox takes key and counter as they are, words of 64 bits with the lower half first, and gives words in the
 * order of counters: those of `philoxFill`.
 */
export const dropoutMask: Lowering = (ops, inputs, attributes, outputs) => {
  const [given, info] = [operand(inputs, 0), result(outputs)];
  const rate = numberOf(attributes, "rate");
  const entry = (index: number) =>
    one(
      ops,
      "Slice",
      [given, list(ops, [index]), list(ops, [1])],
      { T: type("int32"), Index: type("int32") },
      { shape: [1], dtype: "int32" },
    );
  type Entries = readonly ReturnType<typeof entry>[];
  const words = (parts: Entries, shape: readonly number[]) => {
    const zero = scalar(ops, 0, "int32");
    const bits: OpInfo = { shape, dtype: "int32" };
    const joined = one(
      ops,
      "ConcatV2",
      [...parts, zero],
      { N: int(parts.length), T: type("int32"), Tidx: type("int32") },
      {
        shape: [shape.reduce((product, size) => product * size, 1)],
        dtype: "int32",
      },
    );
    const paired = one(ops, "Reshape", [joined, list(ops, shape)], { T: type("int32"), Tshape: type("int32") }, bits);
    return one(ops, "Bitcast", [paired], { T: type("int32"), type: type("uint64") }, { shape: shape.slice(0, -1), dtype: "uint64" });
  };
  const stream = numberOf(attributes, "stream");
  const key = words([entry(0), list(ops, [0])], [1, 2]);
  const counter = words([list(ops, [0, stream]), entry(1), list(ops, [dropoutDraws])], [2, 2]);
  const drawn = one(
    ops,
    "StatelessRandomUniformFullIntV2",
    [list(ops, info.shape), key, counter, scalar(ops, PHILOX, "int32")],
    { dtype: type("uint32"), Tshape: type("int32") },
    { shape: info.shape, dtype: "uint32" },
  );
  const isDropped = typed(ops, "Less", [drawn, scalar(ops, Math.floor(rate * 2 ** 32), "uint32")], { shape: info.shape, dtype: "bool" });
  const [dropped, kept] = [scalar(ops, 0, "float32"), scalar(ops, 1 / (1 - rate), "float32")];
  return [one(ops, "SelectV2", [isDropped, dropped, kept], { T: type("float32") }, info)];
};

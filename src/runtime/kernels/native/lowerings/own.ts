/** Small convolutions and products by our own operation: a sequence of one item. The same item is one of many in `sequence/whole.ts`. */
import { sizeOf } from "../../shapes.js";
import type { Lowering, OpInfo } from "../ops.js";
import { itemOf } from "../sequence/items.js";
import { SequenceText } from "../sequence/text.js";
import { one } from "./support.js";

/** Kernels whose bits depend on who computes them. */
const kernels = ["conv", "convInputGradient", "convFilterGradient", "matmul", "scatterRows"];

/** The same lowerings, with small work done by our own operation. */
export function withOwn(lowerings: Readonly<Record<string, Lowering>>): Readonly<Record<string, Lowering>> {
  const own = kernels.flatMap((kernel): (readonly [string, Lowering])[] => {
    const otherwise = lowerings[kernel];
    return otherwise === undefined ? [] : [[kernel, bySequence(kernel, otherwise)]];
  });
  return { ...lowerings, ...Object.fromEntries(own) };
}

function bySequence(kernel: string, otherwise: Lowering): Lowering {
  return (ops, inputs, attributes, outputs) => {
    const operands = inputs.flatMap(({ shape, dtype }) => (isPlain(dtype) ? [{ shape, dtype }] : []));
    const item = operands.length < inputs.length ? null : itemOf(kernel, operands, attributes, outputs);
    const [info] = outputs;
    if (item === null || info === undefined) return otherwise(ops, inputs, attributes, outputs);
    const ordered = [...inputs.filter(({ dtype }) => dtype === "float32"), ...inputs.filter(({ dtype }) => dtype === "int32")];
    const words = new SequenceText();
    const numbers = ordered.map(({ shape, dtype }) => words.value(dtype === "int32" ? "int32" : "float32", sizeOf(shape)));
    const made = words.value("float32", sizeOf(info.shape));
    const view = (i: number) => {
      const input = inputs[i];
      return { value: (input === undefined ? undefined : numbers[ordered.indexOf(input)]) ?? -1, offset: 0 };
    };
    words.add(item, item.reads.map(view), [{ value: made, offset: 0 }]);
    const floats = ordered.filter(({ dtype }) => dtype === "float32").length;
    return [one(ops, "FacecSequence", ordered, words.attributes(floats, ordered.length - floats, outputs), info)];
  };
}

function isPlain(dtype: OpInfo["dtype"]): dtype is "float32" | "int32" {
  return dtype === "float32" || dtype === "int32";
}

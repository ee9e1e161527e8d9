/**
 * Convolutions of 3x3 windows that move by one, in float32, with 2.25 times fewer products than the definition has:
 * Winograd's minimal filtering F(2x2, 3x3) (Lavin and Gray 2016, section 4.1), `native/winograd.cc`.
 */
import type { Attributes } from "../../../step/step.js";
import { at, numbersOf } from "../../shapes.js";
import type { Lowering, OpInfo } from "../ops.js";
import { bool, ints, one, operand, result } from "./support.js";

/** With fewer channels on either side, transforming the maps takes longer than the products that it saves. */
const fewestChannels = 32;
/** With fewer tiles of 2x2 results, transforming the filters does. */
const fewestTiles = 64;

/** Whether it suits a convolution by `filter`, from a map to the map `moved`. */
function suits(filter: readonly number[], attributes: Attributes, moved: OpInfo): boolean {
  const tiles = at(moved.shape, 0) * Math.ceil(at(moved.shape, 1) / 2) * Math.ceil(at(moved.shape, 2) / 2);
  return (
    moved.dtype === "float32" &&
    at(filter, 0) === 3 &&
    at(filter, 1) === 3 &&
    numbersOf(attributes, "stride").every((step) => step === 1) &&
    numbersOf(attributes, "padding").every((frame) => frame <= 2) &&
    Math.min(at(filter, 2), at(filter, 3)) >= fewestChannels &&
    tiles >= fewestTiles
  );
}

/** Rows above and columns left of the map. */
function before(attributes: Attributes): readonly [top: number, left: number] {
  const padding = numbersOf(attributes, "padding");
  return [at(padding, 0), at(padding, 2)];
}

const conv: Lowering = (ops, inputs, attributes, outputs) => {
  const info = result(outputs);
  const windows = { before: ints(before(attributes)), moved: ints(info.shape.slice(1, 3)), rotated: bool(false) };
  return [one(ops, "FacecConv3", [operand(inputs, 0), operand(inputs, 1)], windows, info)];
};

/** The gradient by the input is a convolution of dy with the filter turned around, framed by what the window reaches beyond. */
const convInputGradient: Lowering = (ops, inputs, attributes, outputs) => {
  const info = result(outputs);
  const [top, left] = before(attributes);
  const windows = { before: ints([2 - top, 2 - left]), moved: ints(info.shape.slice(1, 3)), rotated: bool(true) };
  return [one(ops, "FacecConv3", [operand(inputs, 0), operand(inputs, 1)], windows, info)];
};

const convFilterGradient: Lowering = (ops, inputs, attributes, outputs) => [
  one(ops, "FacecConv3FilterGradient", [operand(inputs, 0), operand(inputs, 1)], { before: ints(before(attributes)) }, result(outputs)),
];

const lowerings: Readonly<Record<string, Lowering>> = { conv, convInputGradient, convFilterGradient };

/** The kernel by Winograd's filtering where that suits it, else by `otherwise`. */
export function byWinograd(kernel: string, otherwise: Lowering): Lowering {
  const own = lowerings[kernel];
  if (own === undefined) throw new Error(`${kernel} is no convolution.`);
  return (ops, inputs, attributes, outputs) => {
    const filter = kernel === "convFilterGradient" ? result(outputs) : operand(inputs, 1);
    const moved = kernel === "conv" ? result(outputs) : operand(inputs, kernel === "convInputGradient" ? 0 : 1);
    return (suits(filter.shape, attributes, moved) ? own : otherwise)(ops, inputs, attributes, outputs);
  };
}

/** Draws inside a step. */
import { philoxFill } from "../../random.js";
import { numberOf, sizeOf } from "../shapes.js";
import { type Implementation, operand, shapeOf } from "./memory.js";

/** Last word of the counter: keeps these draws apart from all others under the same seed. */
export const dropoutDraws = 0x64726f70;

/** Words of 32 bits are compared as integers, so that the mask is the same wherever it is made. */
export function fillMask(out: Float32Array | Float64Array, seed: number, step: number, stream: number, rate: number): void {
  const words = new Uint32Array(out.length);
  philoxFill(words, [0, stream, step >>> 0, dropoutDraws], [seed >>> 0, 0]);
  const threshold = Math.floor(rate * 2 ** 32);
  const kept = 1 / (1 - rate);
  for (let i = 0; i < out.length; i++) out[i] = (words[i] ?? 0) < threshold ? 0 : kept;
}

export const dropoutMask: Implementation = (memory, inputs, attributes, outputs) => {
  const [seed = 0, step = 0] = memory.integers(operand(inputs, 0));
  const mask = new Float32Array(sizeOf(shapeOf(outputs)));
  fillMask(mask, seed, step, numberOf(attributes, "stream"), numberOf(attributes, "rate"));
  const made = memory.make(shapeOf(outputs));
  memory.floats(made).set(mask);
  return [made];
};

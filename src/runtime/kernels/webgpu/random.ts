/** Masks of dropout: Philox 4x32-10 as `runtime/random.ts` has it, so that the bits are the same on every backend. */
import { dropoutDraws } from "../portable/random.js";
import { numberOf, sizeOf } from "../shapes.js";
import { entrywise, inputSlot, literal, outputSlot, type Planner, shapeOf } from "./plan.js";

const philox = `fn high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let middle = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let cross = (a & 0xffffu) * (b >> 16u) + (middle & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (middle >> 16u) + (cross >> 16u);
}
fn philox(counter: vec4<u32>, start: vec2<u32>) -> vec4<u32> {
  var c = counter;
  var key = start;
  for (var turn = 0; turn < 10; turn = turn + 1) {
    c = vec4<u32>(high(0xcd9e8d57u, c.z) ^ c.y ^ key.x, 0xcd9e8d57u * c.z, high(0xd2511f53u, c.x) ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key = key + vec2<u32>(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}`;

/** A thread draws one block, four entries. Counters are [block, stream, step, dropout], as `fillMask` counts them. */
export const dropoutMask: Planner = (_inputs, attributes, outputs) => {
  const size = sizeOf(shapeOf(outputs));
  const rate = numberOf(attributes, "rate");
  const bindings = [
    { slot: inputSlot(0), name: "key", dtype: "int32" },
    { slot: outputSlot(0), name: "mask", written: true },
  ] as const;
  const body = `  let words = philox(vec4<u32>(i, ${numberOf(attributes, "stream")}u, bitcast<u32>(key[1]), ${dropoutDraws}u), vec2<u32>(bitcast<u32>(key[0]), 0u));
  for (var w = 0u; w < 4u; w = w + 1u) {
    let to = i * 4u + w;
    if (to < ${size}u) { mask[to] = select(${literal(1 / (1 - rate))}, 0.0f, words[w] < ${Math.floor(rate * 2 ** 32)}u); }
  }`;
  return { scratch: [], dispatches: [entrywise(bindings, Math.ceil(size / 4), body, philox)] };
};

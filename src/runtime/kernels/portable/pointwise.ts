/** The pointwise kernel: its expression becomes one JavaScript loop nest, made once for each expression and pattern of operands. */
import { type Pointwise, pointwiseKey } from "../pointwise.js";
import { expressionOf } from "../pointwise-kernel.js";
import { type Loops, mergeLoops, stridesWithin } from "./loops.js";
import { type Data, type Implementation, shapeOf } from "./memory.js";
import { sourceOf } from "./source.js";

type Loop = (out: Float32Array, operands: readonly Data[], sizes: readonly number[], strides: readonly (readonly number[])[]) => void;

const made = new Map<string, Loop>();
const keys = new WeakMap<object, string>();

export const pointwise: Implementation = (memory, inputs, attributes, outputs) => {
  const expression = expressionOf(attributes);
  const shape = shapeOf(outputs);
  const loops = mergeLoops(
    shape,
    inputs.map((input) => stridesWithin(input.shape, shape)),
  );
  const key = keyOf(expression, loops);
  const result = memory.make(shape);
  if (memory.simd !== null && inputs.every((input) => input.dtype === "float32")) {
    const vectors = memory.simd.pointwise(key, expression, loops);
    if (vectors !== null) {
      vectors(
        memory.address(result),
        inputs.map((input) => memory.address(input)),
        loops,
      );
      return [result];
    }
  }
  const loop = loopFor(key, expression, loops);
  const operands = inputs.map((input) => (input.dtype === "float32" ? memory.floats(input) : memory.integers(input)));
  loop(memory.floats(result), operands, loops.sizes, loops.strides);
  return [result];
};

/** The pattern: for each operand and loop, whether it repeats (r), runs (1) or jumps (s). */
function patternOf(loops: Loops): string {
  return loops.strides.map((stride) => stride.map((s) => (s === 0 ? "r" : s === 1 ? "1" : "s")).join("")).join(" ");
}

function keyOf(expression: Pointwise, loops: Loops): string {
  let text = keys.get(expression);
  if (text === undefined) {
    text = pointwiseKey(expression);
    keys.set(expression, text);
  }
  return `${loops.sizes.length}|${patternOf(loops)}|${text}`;
}

function loopFor(key: string, expression: Pointwise, loops: Loops): Loop {
  let loop = made.get(key);
  if (loop === undefined) {
    loop = makeLoop(expression, loops);
    made.set(key, loop);
  }
  return loop;
}

function makeLoop(expression: Pointwise, loops: Loops): Loop {
  const rank = loops.sizes.length;
  const place = (index: number): { text: string; depth: number } => {
    const strides = loops.strides[index] ?? [];
    const depth = strides.findLastIndex((stride) => stride !== 0);
    const terms = strides.flatMap((stride, d) => (stride === 0 ? [] : stride === 1 ? [`i${d}`] : [`i${d} * s${index}_${d}`]));
    return { text: `v${index}[${terms.length === 0 ? "0" : terms.join(" + ")}]`, depth };
  };
  const source = sourceOf(expression, place);
  const lines: string[] = ['"use strict";', "let o = 0;"];
  loops.strides.forEach((strides, k) => {
    lines.push(`const v${k} = operands[${k}];`);
    strides.forEach((stride, d) => {
      if (stride > 1) lines.push(`const s${k}_${d} = strides[${k}][${d}];`);
    });
  });
  for (let d = 0; d < rank; d++) lines.push(`const n${d} = sizes[${d}];`);
  const stateAt = (depth: number): void => {
    for (const statement of source.statements) if (statement.depth === depth) lines.push(`const ${statement.name} = ${statement.text};`);
  };
  stateAt(-1);
  for (let d = 0; d < rank; d++) {
    lines.push(`for (let i${d} = 0; i${d} < n${d}; i${d}++) {`);
    stateAt(d);
  }
  lines.push(`out[o++] = ${source.result};`, "}".repeat(rank));
  const names = source.meanings.map((_, i) => `m${i}`);
  const build = new Function(...names, `return function (out, operands, sizes, strides) {\n${lines.join("\n")}\n};`);
  return build(...source.meanings);
}

/**
 * The kernel `loop` of prepared steps: one pass over memory that gives several values, entries and sums alike. Only passes
 * write it, for backends that say so in `pointwise`; nothing is recorded with it or differentiated through it.
 *
 * `loop(v0, v1, ...) {expressions, results, shape} -> ...`: for each expression what its word in `results` says.
 */
import type { Attributes } from "../step/step.js";
import type { Pointwise } from "./pointwise.js";
import { numbersOf } from "./shapes.js";

/**
 * What comes of an expression: its entries (`map`), their sums over all dimensions but the last (`columns`), over
 * everything (`total`) or over the last (`rows`), or mean and biased variance over all but the last (`moments`, two
 * outputs). Sums are formed in float32 at least.
 */
export type LoopResult = "map" | "columns" | "total" | "rows" | "moments";

const words: readonly string[] = ["map", "columns", "total", "rows", "moments"] satisfies readonly LoopResult[];

export interface LoopPart {
  readonly result: LoopResult;
  readonly expression: Pointwise;
}

export interface LoopDescription {
  /** Shape that all operands are broadcast to. */
  readonly shape: readonly number[];
  readonly parts: readonly LoopPart[];
}

export function loopAttributes({ shape, parts }: LoopDescription): Attributes {
  return { shape, expressions: parts.map(({ expression }) => expression), results: parts.map(({ result }) => result).join(" ") };
}

export function loopOf(attributes: Attributes): LoopDescription {
  const { expressions, results } = attributes;
  if (!Array.isArray(expressions) || typeof results !== "string") throw new Error("A loop needs expressions and results.");
  const kinds = results.split(" ");
  const parts = expressions.map((expression: number | Pointwise, i): LoopPart => {
    const result = kinds[i];
    if (typeof expression === "number" || !isResult(result)) throw new Error(`A loop gives no ${result}.`);
    return { result, expression };
  });
  return { shape: numbersOf(attributes, "shape"), parts };
}

/** How many values a part gives. */
export function outputsOf(result: LoopResult): number {
  return result === "moments" ? 2 : 1;
}

function isResult(word: string | undefined): word is LoopResult {
  return word !== undefined && words.includes(word);
}

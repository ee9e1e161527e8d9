/** Numbers that keep formulas off points without a finite slope; all are far above what float32 rounds away. */

/** Roots: sqrt(u) has the slope 1 / (2 sqrt(u)), at most 5e5 here. */
export const tinyRoot = 1e-12;
/** Cosines: 1 - 1e-7 is the last but one float32 below 1; the slope of arccos there is 2236. */
export const tinyCosine = 1e-7;
/** Bases of powers below 1: of the share that p[y] lacks of 1. */
export const tinyBase = 1e-12;
export { tinyNorm } from "../../runtime/ops/calculus.js";

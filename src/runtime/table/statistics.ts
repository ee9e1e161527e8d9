/** Means, spreads and whether a difference is more than chance. */
import { stream } from "../random.js";

export function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/**
 * To ten decimals, behind which stands only how sums happened to round: equal figures must not differ by 1e-14. Never -0.
 */
export function settled(value: number): number {
  return Number(value.toFixed(10)) + 0;
}

/** Sample standard deviation (n - 1); null for fewer than two values. */
export function deviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const middle = mean(values);
  return Math.sqrt(values.reduce((total, value) => total + (value - middle) ** 2, 0) / (values.length - 1));
}

export interface SignFlip {
  /** Two-sided: the share of sign patterns whose mean lies at least as far from 0 as the one seen. */
  readonly p: number;
  /** The smallest p that this many differences can give: 2 / 2^n. Above 0.05 the number is too small to tell. */
  readonly least: number;
}

/** Up to so many differences all 2^n patterns are tried; beyond, patterns are drawn by a fixed seed. */
export const EXACT = 16;
const DRAWN = 65_536;

/**
 * Fisher's permutation test of paired differences: if the two were alike, each difference could as well have the
 * other sign.
 */
export function signFlip(differences: readonly number[]): SignFlip {
  const n = differences.length;
  const seen = Math.abs(sum(differences));
  // Rounding in the sums must not turn a tie into a difference.
  const limit = seen - 1e-12 * differences.reduce((total, value) => total + Math.abs(value), 0);
  const least = Math.min(1, 2 / 2 ** n);
  if (n <= EXACT) {
    let far = 0;
    for (let pattern = 0; pattern < 2 ** n; pattern++) {
      if (Math.abs(sum(differences.map((value, i) => ((pattern >> i) & 1 ? -value : value)))) >= limit) far++;
    }
    return { p: far / 2 ** n, least };
  }
  const random = stream(0, "table/sign-flip");
  let far = 1; // the pattern seen
  for (let drawn = 0; drawn < DRAWN; drawn++) {
    if (Math.abs(sum(differences.map((value) => (random.integer(2) === 1 ? -value : value)))) >= limit) far++;
  }
  return { p: far / (DRAWN + 1), least };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

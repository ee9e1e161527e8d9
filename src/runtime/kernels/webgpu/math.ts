/**
 * Elementary functions in WGSL, to within a few units of the last place. WGSL's own may be off by 2^-11 (sin, cos, acos)
 * or 2^-21 (log near 1), and say nothing about NaN and infinity. What is here uses sums, products, quotients and bits only.
 */
import { literal } from "./plan.js";

const ln2High = 355 / 512; // so few bits that its product with any exponent is exact
const ln2Low = Math.LN2 - ln2High;
// pi/2 in three parts, the first two of 9 bits at most: their products with whole numbers below 2^15 are exact.
const halfPi1 = Math.floor((Math.PI / 2) * 2 ** 9) / 2 ** 9;
const halfPi2 = Math.floor((Math.PI / 2 - halfPi1) * 2 ** 20) / 2 ** 20;
const halfPi3 = Math.PI / 2 - halfPi1 - halfPi2;

/** c0 + v (c1 + v (c2 + ...)). */
function polynomial(v: string, coefficients: readonly number[]): string {
  return coefficients.reduceRight((sum, c) => (sum === "" ? literal(c) : `(${literal(c)} + ${v} * ${sum})`), "");
}

function factorial(n: number): number {
  return n <= 1 ? 1 : n * factorial(n - 1);
}

/** Coefficients 1 / n! for n = from, from + by, ... with alternating signs where asked. */
function reciprocals(from: number, by: number, count: number, alternating = false): readonly number[] {
  return Array.from({ length: count }, (_, i) => (alternating && i % 2 === 1 ? -1 : 1) / factorial(from + i * by));
}

/** Coefficients of arcsin(t) / t in t^2: (2n)! / (4^n (n!)^2 (2n + 1)). */
const arcsine = Array.from({ length: 12 }, (_, n) => factorial(2 * n) / (4 ** n * factorial(n) ** 2 * (2 * n + 1)));

const texts: Readonly<Record<string, string>> = {
  power_of_two: `// 2^k for -126 <= k <= 127.
fn power_of_two(k: i32) -> f32 { return bitcast<f32>(u32(k + 127) << 23u); }`,

  exp_: `// e^v = 2^n e^r with |r| <= ln(2) / 2; 2^n in two factors, since n may leave the range of one.
fn exp_(v: f32) -> f32 {
  if (is_nan(v)) { return v; }
  let held = clamp(v, -105.0f, 90.0f);
  let n = floor(held * ${literal(Math.LOG2E)} + 0.5f);
  let r = (held - n * ${literal(ln2High)}) - n * ${literal(ln2Low)};
  let whole = i32(n);
  let half = whole / 2;
  return ${polynomial("r", reciprocals(0, 1, 9))} * power_of_two(half) * power_of_two(whole - half);
}`,

  expm1_: `fn expm1_(v: f32) -> f32 {
  if (abs(v) < 0.4f) { return v * ${polynomial("v", reciprocals(1, 1, 9))}; }
  return exp_(v) - 1.0f;
}`,

  log_near_one: `// log(1 + f) for -0.3 < f < 0.42: f - f^2/2 + s (f^2/2 + R(s^2)), s = f / (2 + f).
fn log_near_one(f: f32, far: f32) -> f32 {
  let s = f / (2.0f + f);
  let z = s * s;
  let half = 0.5f * f * f;
  return f - (half - (s * (half + z * ${polynomial(
    "z",
    [3, 5, 7, 9, 11].map((n) => 2 / n),
  )}) + far));
}`,

  log_: `// v = 2^k m with sqrt(1/2) <= m < sqrt(2).
fn log_(v: f32) -> f32 {
  if (is_nan(v) || v < 0.0f) { return bitcast<f32>(nan_bits); }
  var bits = bitcast<u32>(v);
  if (bits == 0x7f800000u) { return v; }
  if (v == 0.0f) { return -bitcast<f32>(infinity_bits); }
  var k = 0;
  if (bits < 0x00800000u) {
    bits = bitcast<u32>(v * 16777216.0f);
    k = -24;
  }
  let more = (i32(bits) - 0x3f3504f3) >> 23u;
  k = k + more;
  let m = bitcast<f32>(u32(i32(bits) - (more << 23u)));
  return f32(k) * ${literal(ln2High)} + log_near_one(m - 1.0f, f32(k) * ${literal(ln2Low)});
}`,

  log1p_: `fn log1p_(v: f32) -> f32 {
  if (v > -0.29f && v < 0.41f) { return log_near_one(v, 0.0f); }
  return log_(1.0f + v);
}`,

  softplus_: `fn softplus_(v: f32) -> f32 { return largest(v, 0.0f) + log1p_(exp_(-abs(v))); }`,

  turned: `// The quarter turn n nearest to v, and what is left of v. Exact up to 50,000, where neighbouring float32 are
// 0.004 apart; beyond, some angle.
struct Turned { rest: f32, quarter: u32 }
fn turned(v: f32) -> Turned {
  let n = floor(v * ${literal(2 / Math.PI)} + 0.5f);
  let rest = ((v - n * ${literal(halfPi1)}) - n * ${literal(halfPi2)}) - n * ${literal(halfPi3)};
  return Turned(clamp(rest, -0.8f, 0.8f), u32(i32(n - 4.0f * floor(n * 0.25f))));
}
fn wave(r: f32, quarter: u32) -> f32 {
  let z = r * r;
  let odd = r * ${polynomial("z", reciprocals(1, 2, 6, true))};
  let even = ${polynomial("z", reciprocals(0, 2, 7, true))};
  let size = select(odd, even, (quarter & 1u) == 1u);
  return select(size, -size, (quarter & 2u) == 2u);
}`,

  is_finite: "fn is_finite(v: f32) -> bool { return (bitcast<u32>(v) & 0x7fffffffu) < 0x7f800000u; }",

  sin_: `fn sin_(v: f32) -> f32 {
  if (!is_finite(v)) { return bitcast<f32>(nan_bits); }
  let t = turned(v);
  return wave(t.rest, t.quarter);
}`,

  cos_: `fn cos_(v: f32) -> f32 {
  if (!is_finite(v)) { return bitcast<f32>(nan_bits); }
  let t = turned(v);
  return wave(t.rest, t.quarter + 1u);
}`,

  arccos_: `// Near the ends by the half angle: arccos(v) = 2 arcsin(sqrt((1 - v) / 2)).
fn arcsin_near(t: f32) -> f32 {
  let z = t * t;
  return t * ${polynomial("z", arcsine)};
}
fn arccos_(v: f32) -> f32 {
  if (is_nan(v)) { return v; }
  let held = clamp(v, -1.0f, 1.0f);
  if (abs(held) <= 0.5f) { return ${literal(Math.PI / 2)} - arcsin_near(held); }
  let angle = 2.0f * arcsin_near(sqrt_(0.5f * (1.0f - abs(held))));
  return select(angle, ${literal(Math.PI)} - angle, held < 0.0f);
}`,

  sqrt_: `fn sqrt_(v: f32) -> f32 {
  if (is_nan(v) || v < 0.0f) { return bitcast<f32>(nan_bits); }
  if (v == 0.0f || bitcast<u32>(v) == 0x7f800000u) { return v; }
  return sqrt(v);
}`,

  power_: `fn power_(a: f32, b: f32) -> f32 {
  if (b == 0.0f) { return 1.0f; }
  let is_whole = floor(b) == b;
  let is_odd = is_whole && abs(b) < 16777216.0f && (i32(b) & 1) == 1;
  if (a < 0.0f && !is_whole && is_finite(a)) { return bitcast<f32>(nan_bits); }
  let size = exp_(b * log_(abs(a)));
  return select(size, -size, (bitcast<u32>(a) >> 31u) == 1u && is_odd);
}`,

  smallest: `fn smallest(a: f32, b: f32) -> f32 { return select(select(b, a, a < b || is_nan(a)), b, is_nan(b)); }`,
  sign_: `fn sign_(v: f32) -> f32 { return select(select(select(v, -1.0f, v < 0.0f), 1.0f, v > 0.0f), v, is_nan(v)); }`,
};

const needs: Readonly<Record<string, readonly string[]>> = {
  exp_: ["power_of_two"],
  expm1_: ["exp_"],
  log_: ["log_near_one"],
  log1p_: ["log_"],
  softplus_: ["log1p_", "exp_"],
  sin_: ["turned", "is_finite"],
  cos_: ["turned", "is_finite"],
  arccos_: ["sqrt_"],
  power_: ["exp_", "log_", "is_finite"],
};

/** WGSL of the functions called, and of what they call. */
export function functions(called: Iterable<string>): string {
  const found = new Set<string>();
  const add = (name: string): void => {
    if (found.has(name)) return;
    for (const other of needs[name] ?? []) add(other);
    if (name in texts) found.add(name);
  };
  for (const name of called) add(name);
  return [...found].map((name) => texts[name]).join("\n");
}

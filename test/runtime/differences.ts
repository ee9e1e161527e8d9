/** Gradients against central differences, in float64. */
import { expect } from "vitest";
import { stream } from "../../src/runtime/random.js";
import type { Step } from "../../src/runtime/step/step.js";
import { outputOf } from "./reference.js";

/** Seeded numbers, all of different size and none near 0, so that no kink is close. */
export function numbers(count: number, seed: number): Float64Array {
  const random = stream(seed, "test numbers");
  return Float64Array.from({ length: count }, () => (random.uniform() < 0.5 ? -1 : 1) * (0.1 + random.uniform()));
}

/** Compares output `gradient/NAME` with the change of the scalar output `loss` as each entry of `NAME` moves. */
export function expectGradient(step: Step, given: Readonly<Record<string, Float64Array>>, name: string, tolerance = 1e-6): void {
  const gradient = outputOf(step, `gradient/${name}`, given);
  const start = given[name] ?? new Float64Array();
  const h = 1e-5;
  const move = (i: number, by: number): number => {
    const moved = start.slice();
    moved[i] = (moved[i] ?? 0) + by;
    return outputOf(step, "loss", { ...given, [name]: moved })[0] ?? Number.NaN;
  };
  const scale = Math.max(1, ...gradient.map(Math.abs));
  expect(gradient.length).toBe(start.length);
  start.forEach((_, i) => {
    const expected = (move(i, h) - move(i, -h)) / (2 * h);
    expect(Math.abs((gradient[i] ?? Number.NaN) - expected) / scale, `${name}[${i}]: ${gradient[i]} against ${expected}`).toBeLessThan(
      tolerance,
    );
  });
}

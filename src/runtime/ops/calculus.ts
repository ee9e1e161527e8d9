/** Short names for what derivatives are written in, over whatever algebra is passed in. */
import type { Algebra } from "../describe.js";
import type { Axis } from "./axes.js";

/** Norms are kept off this when something is divided by them: a zero vector has no direction. */
export const tinyNorm = 1e-8;

export function plus<V>(k: Algebra<V>, a: V, b: V): V {
  return k.apply("add", [a, b]);
}

export function minus<V>(k: Algebra<V>, a: V, b: V): V {
  return k.apply("subtract", [a, b]);
}

export function times<V>(k: Algebra<V>, a: V, b: V): V {
  return k.apply("multiply", [a, b]);
}

export function over<V>(k: Algebra<V>, a: V, b: V): V {
  return k.apply("divide", [a, b]);
}

export function negated<V>(k: Algebra<V>, v: V): V {
  return k.apply("negate", [v]);
}

/** `v` where `condition` holds, 0 elsewhere. */
export function where<V>(k: Algebra<V>, condition: V, v: V): V {
  return k.apply("select", [condition, v, k.number(0)]);
}

/** Sum of `v` along an axis, also where `v` does not vary along it. */
export function total<V>(k: Algebra<V>, v: V, axis: Axis): V {
  return k.axesOf(v).includes(axis) ? k.apply("sum", [v], axis) : times(k, v, k.size(axis));
}

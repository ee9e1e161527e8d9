/** Values of variables before the first step: a function of each variable's description, its name and the seed. */
import type { Initial } from "../describe.js";
import { sizeOf } from "../kernels/shapes.js";
import { type Stream, stream } from "../random.js";
import type { LoadedState } from "../step/runner.js";
import type { Variable } from "../step/step.js";

/** Initial values by variable name; each variable draws from a stream of its own, so adding one changes no other. */
export function initialValues(variables: readonly Variable[], seed: number): Map<string, Float32Array> {
  return new Map(variables.map((variable) => [variable.name, drawInitial(variable, seed)]));
}

/** The same, each drawn when it is asked for: a large state is never there a second time as a whole. */
export function drawnInitially(variables: readonly Variable[], seed: number): LoadedState {
  const byName = new Map(variables.map((variable) => [variable.name, variable]));
  return {
    get(name) {
      const variable = byName.get(name);
      return variable === undefined ? undefined : drawInitial(variable, seed);
    },
  };
}

function drawInitial(variable: Variable, seed: number): Float32Array {
  const count = sizeOf(variable.shape);
  if (variable.initial.kind === "constant") return new Float32Array(count).fill(variable.initial.value);
  const random = stream(seed, `initial/${variable.name}`);
  const next = drawer(variable.initial, random);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = next();
  return values;
}

function drawer(initial: Exclude<Initial, { kind: "constant" }>, random: Stream): () => number {
  switch (initial.kind) {
    case "normal":
      return () => initial.mean + initial.deviation * random.normal();
    case "he": {
      // He et al. 2015, equation 10: normal with variance 2 / fan in.
      const deviation = Math.sqrt(2 / initial.fanIn);
      return () => deviation * random.normal();
    }
    case "xavier": {
      // Glorot and Bengio 2010, equation 16: uniform within sqrt(6 / (fan in + fan out)).
      const limit = Math.sqrt(6 / (initial.fanIn + initial.fanOut));
      return () => limit * (2 * random.uniform() - 1);
    }
  }
}

/** When each value may be given back. */
import type { Ref, Step } from "./step.js";

/** For each node, the values that nothing reads after it; outputs nobody reads are among them. */
export type Schedule = readonly (readonly Ref[])[];

/** Values that the step itself owns: everything but what is fed and the variables' present values. */
export function schedule(step: Step): Schedule {
  const kept = new Set<Ref>([
    ...step.fed.map((fed) => fed.value),
    ...step.variables.map((variable) => variable.value),
    ...Object.values(step.outputs),
    ...step.updates.map((update) => update.value),
    ...(step.finite === null ? [] : [step.finite]),
  ]);
  const last = new Map<Ref, number>();
  step.nodes.forEach((node, i) => {
    for (const ref of [...node.outputs, ...node.inputs]) last.set(ref, i);
  });
  const frees: Ref[][] = step.nodes.map(() => []);
  for (const [ref, i] of last) if (!kept.has(ref)) frees[i]?.push(ref);
  return frees;
}

/** Most bytes alive at once while the step runs, variables and what is fed included. */
export function peakBytes(step: Step): number {
  const bytes = (ref: Ref): number => 4 * (step.values[ref]?.shape ?? []).reduce((product, size) => product * size, 1);
  let alive = [...step.fed, ...step.variables].reduce((sum, { value }) => sum + bytes(value), 0);
  let peak = alive;
  const frees = schedule(step);
  step.nodes.forEach((node, i) => {
    // A reshape shares the memory of its operand.
    if (node.kernel !== "reshape") alive += node.outputs.reduce((sum, ref) => sum + bytes(ref), 0);
    peak = Math.max(peak, alive);
    const shared = new Set(step.nodes.filter((n) => n.kernel === "reshape").flatMap((n) => n.outputs));
    for (const ref of frees[i] ?? []) if (!shared.has(ref)) alive -= bytes(ref);
  });
  return peak;
}

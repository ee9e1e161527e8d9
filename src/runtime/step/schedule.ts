/** When each value may be given back. */
import { sizeOf } from "../kernels/shapes.js";
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

/** Most bytes alive at once while the step runs, variables and what is fed included. A reshape takes none of its own. */
export function peakBytes(step: Step): number {
  const bytes = (ref: Ref): number => {
    const { shape, dtype } = step.values[ref] ?? { shape: [], dtype: "float32" };
    return (dtype === "bfloat16" ? 2 : 4) * sizeOf(shape);
  };
  const owner = new Map<Ref, Ref>(); // of what a reshape shares
  for (const { kernel, inputs, outputs } of step.nodes) {
    const [from, to] = [inputs[0], outputs[0]];
    if (kernel === "reshape" && from !== undefined && to !== undefined) owner.set(to, owner.get(from) ?? from);
  }
  const users = new Map<Ref, number>();
  let alive = 0;
  const hold = (ref: Ref): void => {
    const own = owner.get(ref) ?? ref;
    const before = users.get(own) ?? 0;
    users.set(own, before + 1);
    if (before === 0) alive += bytes(own);
  };
  const release = (ref: Ref): void => {
    const own = owner.get(ref) ?? ref;
    const left = (users.get(own) ?? 0) - 1;
    users.set(own, left);
    if (left === 0) alive -= bytes(own);
  };
  for (const { value } of [...step.fed, ...step.variables]) hold(value);
  let peak = alive;
  const frees = schedule(step);
  step.nodes.forEach((node, i) => {
    node.outputs.forEach(hold);
    peak = Math.max(peak, alive);
    frees[i]?.forEach(release);
  });
  return peak;
}

/**
 * The list of kernels: what a step may consist of. Pinned; `docs/kernels.md` says the same in prose, and each backend
 * implements all of it. Each entry knows the shapes of its outputs and records its gradient in terms of kernels.
 */
import { arrayKernels } from "./array.js";
import type { Kernel } from "./kernel.js";
import { labelKernels } from "./label.js";
import { mapKernels } from "./map.js";
import { pointwiseKernel } from "./pointwise-kernel.js";

export const kernels: Readonly<Record<string, Kernel>> = Object.fromEntries(
  [pointwiseKernel, ...arrayKernels, ...labelKernels, ...mapKernels].map((kernel) => [kernel.name, kernel]),
);

export function kernelNamed(name: string): Kernel {
  const found = kernels[name];
  if (found === undefined) throw new Error(`There is no kernel ${name}.`);
  return found;
}

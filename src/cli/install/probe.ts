/**
 * Tries a native library out, in a process of its own: loads the addon that the command line names, adds two numbers with
 * it, and prints what it found as JSON. A library that does not fit ends this process, not the command.
 */
import { createRequire } from "node:module";

interface Addon {
  readonly TF_Version: string;
  readonly TF_FLOAT: number;
  readonly TF_ATTR_TYPE: number;
  createTensor(shape: readonly number[], dtype: number, values: Float32Array): number;
  executeOp(name: string, attributes: readonly object[], inputs: readonly number[], outputs: number): readonly { readonly id: number }[];
  tensorDataSync(id: number): Float32Array;
  isUsingGpuDevice(): boolean;
}

function probe(path: string): string {
  const addon: Addon = createRequire(import.meta.url)(path);
  const both = addon.createTensor([2], addon.TF_FLOAT, Float32Array.of(1, 2));
  const attributes = [{ name: "T", type: addon.TF_ATTR_TYPE, value: addon.TF_FLOAT }];
  const [sum] = addon.executeOp("AddV2", attributes, [both, both], 1);
  const values = sum === undefined ? [] : [...addon.tensorDataSync(sum.id)];
  return JSON.stringify({ tensorflow: addon.TF_Version, gpu: addon.isUsingGpuDevice(), values });
}

try {
  console.log(probe(process.argv[2] ?? ""));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}

/** Convolutions that our own operations do, and how one is run: shared by the test and the script that prints a digest. */
import type { Backend } from "../../../src/runtime/kernels/kernel.js";
import { sizeOf } from "../../../src/runtime/kernels/shapes.js";
import type { Attributes, ValueInfo } from "../../../src/runtime/step/step.js";
import { numbers } from "../../runtime/differences.js";

export const convKernels = ["conv", "convInputGradient", "convFilterGradient"] as const;
export type ConvKernel = (typeof convKernels)[number];

export interface ConvCase {
  readonly title: string;
  readonly x: readonly number[];
  readonly filter: readonly number[];
  readonly y: readonly number[];
  readonly attributes: Attributes;
}

function convCase(
  x: readonly [number, number, number, number],
  filters: number,
  padding: readonly [number, number, number, number],
): ConvCase {
  const [images, height, width, channels] = x;
  const [top, bottom, left, right] = padding;
  const y = [images, height + top + bottom - 2, width + left + right - 2, filters];
  return {
    title: `${x.join("x")} to ${filters} with ${padding.join(" ")}`,
    x,
    filter: [3, 3, channels, filters],
    y,
    attributes: { stride: [1, 1], padding: [...padding] },
  };
}

/** Even and odd sides, no frame and a wide one, numbers of channels that fill no vector. */
export const convCases: readonly ConvCase[] = [
  convCase([4, 8, 8, 32], 32, [1, 1, 1, 1]),
  convCase([6, 7, 7, 48], 33, [1, 1, 1, 1]),
  convCase([7, 8, 7, 35], 50, [0, 0, 0, 0]),
  convCase([5, 6, 5, 32], 40, [2, 2, 2, 2]),
  convCase([8, 4, 7, 37], 32, [0, 1, 2, 1]),
];

/** Of sizes that are shared out in more than one way. */
export const largeCases: readonly ConvCase[] = [convCase([8, 15, 13, 64], 64, [1, 1, 1, 1]), convCase([32, 4, 4, 160], 288, [1, 1, 1, 1])];

interface Operand {
  readonly data: Float32Array;
  readonly info: ValueInfo;
}

export function operandsOf(kernel: ConvKernel, { x, filter, y }: ConvCase): readonly Operand[] {
  const shapes = { conv: [x, filter], convInputGradient: [y, filter], convFilterGradient: [x, y] }[kernel];
  return shapes.map((shape, i) => ({
    data: Float32Array.from(numbers(sizeOf(shape), i + 1)),
    info: { shape, dtype: "float32" },
  }));
}

export function infosOf(kernel: ConvKernel, { x, filter, y }: ConvCase): readonly ValueInfo[] {
  return [{ shape: { conv: y, convInputGradient: x, convFilterGradient: filter }[kernel], dtype: "float32" }];
}

export async function runConv(backend: Backend, kernel: ConvKernel, shape: ConvCase, operands: readonly Operand[]) {
  const tensors = operands.map(({ data, info }) => backend.upload(data, info.shape));
  const made = backend.run(kernel, tensors, shape.attributes, infosOf(kernel, shape));
  const [read] = await Promise.all(made.map((tensor) => backend.read(tensor)));
  for (const tensor of [...tensors, ...made]) backend.dispose(tensor);
  if (read === undefined) throw new Error(`${kernel} made nothing.`);
  return read;
}

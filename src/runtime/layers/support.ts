/** What layer files share: reading arguments, faults, sizes of windows, and recording by the names of map axes. */
import type { ArgumentDescription, Arguments, LayerFault, Shape } from "../describe.js";
import type { Pointwise } from "../kernels/pointwise.js";
import { apply, input } from "../kernels/pointwise.js";
import { windows } from "../kernels/shapes.js";
import type { Recorder, Value } from "../step/record.js";
import type { Attributes } from "../step/step.js";

export const mapAxes = ["sample", "height", "width", "channel"];

/** `args` with the defaults of what is not given. */
export function withDefaults(descriptions: readonly ArgumentDescription[], args: Arguments): Arguments {
  const filled: Record<string, Arguments[string]> = {};
  for (const { name, default: value } of descriptions) if (value !== undefined) filled[name] = value;
  return { ...filled, ...args };
}

export function number(args: Arguments, name: string): number {
  const value = args[name];
  if (typeof value !== "number") throw new TypeError(`Argument ${name} should be a number.`);
  return value;
}

export function isYes(args: Arguments, name: string): boolean {
  return args[name] === "yes" || args[name] === true;
}

/** Height and width of a window; one number stands for both. */
export function size(args: Arguments, name: string): readonly [height: number, width: number] {
  const value = args[name];
  if (typeof value === "number") return [value, value];
  if (typeof value !== "object" || value.length !== 2) throw new TypeError(`Argument ${name} should be a height and a width.`);
  const [height = 1, width = 1] = value;
  return [height, width];
}

export const strideArgument = (value: number): ArgumentDescription => ({
  name: "stride",
  kind: "count",
  positional: false,
  default: value,
  doc: "Pixels that the window moves at a time, down and across.",
});

export const paddingArgument = (value: "same" | "valid"): ArgumentDescription => ({
  name: "padding",
  kind: "word",
  words: ["same", "valid"],
  positional: false,
  default: value,
  doc: "`same` adds half a window (rounded down) on each side, so that stride 1 keeps the size of an odd window's map; `valid` adds nothing.",
});

/** A window of `window` over a map: what kernels are told, and the map that comes out. */
export interface Window {
  readonly size: readonly [number, number];
  readonly stride: readonly [number, number];
  readonly padding: readonly [number, number, number, number];
  readonly height: number;
  readonly width: number;
}

export function windowOver(map: Shape, args: Arguments, window: readonly [number, number], ceil = false): Window {
  const [height = 1, width = 1] = map;
  const stride = number(args, "stride");
  const [down, across] = args.padding === "same" ? [Math.floor((window[0] - 1) / 2), Math.floor((window[1] - 1) / 2)] : [0, 0];
  const rows = windows(height, window[0], stride, down, down, ceil);
  const columns = windows(width, window[1], stride, across, across, ceil);
  // Under `ceil` the last window may hang over the edge: that much more padding.
  const under = Math.max(down, (rows - 1) * stride + window[0] - height - down);
  const beside = Math.max(across, (columns - 1) * stride + window[1] - width - across);
  return { size: window, stride: [stride, stride], padding: [down, under, across, beside], height: rows, width: columns };
}

export function windowAttributes(window: Window): Attributes {
  return { stride: window.stride, padding: window.padding };
}

export function shapeText(shape: Shape): string {
  return shape.join("x");
}

export function needsMap(input: Shape): LayerFault | null {
  if (input.length === 3) return null;
  return {
    needs: "a map (height x width x channels)",
    given: `${shapeText(input)} features`,
    hint: "Put this layer before `flatten` or `globalpool`.",
  };
}

export function needsRoom(input: Shape, window: Window): LayerFault | null {
  if (window.height > 0 && window.width > 0) return null;
  return {
    needs: `a map of at least ${shapeText(window.size)}`,
    given: shapeText(input),
    hint: "Leave out a stride or a pool before it, or start from larger images.",
  };
}

/** Records a kernel with one output. */
export function kernel1(
  recorder: Recorder,
  name: string,
  inputs: readonly Value[],
  attributes: Attributes,
  axes: readonly string[],
): Value {
  const [output] = recorder.kernel(name, inputs, attributes, [axes]);
  if (output === undefined) throw new Error(`${name} has no output.`);
  return output;
}

export const positive: Pointwise = apply("greater", input(0), { kind: "constant", value: 0 });

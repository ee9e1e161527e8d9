/** The layers as generated programs write them: `conv({ kernel: [3, 3], filters: 32 }, at(14))`. Shapes are those of one image. */
import type { Arguments, Layer } from "../describe.js";
import type { Line } from "../step/step.js";

type YesNo = "yes" | "no";

interface WindowArguments {
  readonly stride?: number;
  readonly padding?: "same" | "valid";
}

interface PoolArguments extends WindowArguments {
  readonly window?: number | readonly number[];
  readonly rounding?: "floor" | "ceil";
}

function plain(kind: string, args: object, at: Line | null): Layer {
  return { kind, args: { ...args } as Arguments, bodies: [], at };
}

/** Convolution: [height, width, channel] -> [height', width', filters]. Weight [kernel height, kernel width, channel, filter]. */
export function conv(
  args: WindowArguments & { readonly kernel: number | readonly number[]; readonly filters: number; readonly bias?: YesNo },
  at: Line | null = null,
): Layer {
  return plain("conv", args, at);
}

/** Batch normalisation by the last axis: the shape stays. Scale, offset, mean and variance [channel]. */
export function bn(
  args: { readonly momentum?: number; readonly epsilon?: number; readonly scale?: YesNo; readonly offset?: YesNo } = {},
  at: Line | null = null,
): Layer {
  return plain("bn", args, at);
}

/** max(0, v): the shape stays. */
export function relu(args: Readonly<Record<string, never>> = {}, at: Line | null = null): Layer {
  return plain("relu", args, at);
}

/** v, or slope * v where negative: the shape stays. Slope [channel]. */
export function prelu(args: { readonly slope?: number } = {}, at: Line | null = null): Layer {
  return plain("prelu", args, at);
}

/** Largest of each window: [height, width, channel] -> [height', width', channel]. */
export function maxpool(args: PoolArguments = {}, at: Line | null = null): Layer {
  return plain("maxpool", args, at);
}

/** Mean of each window: [height, width, channel] -> [height', width', channel]. */
export function avgpool(args: PoolArguments = {}, at: Line | null = null): Layer {
  return plain("avgpool", args, at);
}

/** Mean over the map: [height, width, channel] -> [channel]. */
export function globalpool(args: Readonly<Record<string, never>> = {}, at: Line | null = null): Layer {
  return plain("globalpool", args, at);
}

/** All values as features: [height, width, channel] -> [height * width * channel]. */
export function flatten(args: Readonly<Record<string, never>> = {}, at: Line | null = null): Layer {
  return plain("flatten", args, at);
}

/** Full connection: [feature] -> [features]. Weight [feature, features], bias [features]. */
export function dense(args: { readonly features: number; readonly bias?: YesNo }, at: Line | null = null): Layer {
  return plain("dense", args, at);
}

/** Zeros with probability `rate` in training: the shape stays. */
export function dropout(args: { readonly rate?: number } = {}, at: Line | null = null): Layer {
  return plain("dropout", args, at);
}

/** body(v) + v; the shape is that of the body's output. */
export function residual(body: readonly Layer[], at: Line | null = null): Layer {
  return { kind: "residual", args: {}, bodies: [body], at };
}

/** The body `times` in a row: from the input's shape to that of the last output. */
export function repeat(times: number, body: () => readonly Layer[], at: Line | null = null): Layer {
  return { kind: "repeat", args: { times }, bodies: [body()], at };
}

import type { LayerContext, LayerDescription, Shape, VariableDescription } from "../describe.js";
import { apply, constant, input as operand } from "../kernels/pointwise.js";
import type { Value } from "../step/record.js";
import { isYes, number } from "./support.js";

/** Variables of a normalisation of `channels` numbers; `prefix` keeps those of a projection apart. */
export function normVariables(channels: number, prefix = "", scale = true, offset = true): readonly VariableDescription[] {
  const one = (name: string, kind: VariableDescription["kind"], value: number): VariableDescription => ({
    name: `${prefix}${name}`,
    shape: [channels],
    kind,
    initial: { kind: "constant", value },
    group: "bn",
  });
  return [
    ...(scale ? [one("scale", "weight", 1)] : []),
    ...(offset ? [one("offset", "weight", 0)] : []),
    one("mean", "moving", 0),
    one("variance", "moving", 1),
  ];
}

/**
 * In training by the batch's own mean and (biased) variance; the moving statistics take `1 - momentum` of the new mean
 * and of the unbiased variance, as PyTorch's do with 1 - its momentum. In evaluation by the moving statistics.
 */
export function normalise(
  context: LayerContext,
  input: Value,
  settings: {
    readonly momentum: number;
    readonly epsilon: number;
    readonly prefix?: string;
    readonly scale?: boolean;
    readonly offset?: boolean;
  },
): Value {
  const { recorder } = context;
  const { momentum, epsilon, prefix = "", scale = true, offset = true } = settings;
  const channels = input.shape.slice(-1);
  const axes = input.axes.slice(-1);
  const fixed = (value: number): Value => {
    const [made] = recorder.kernel("constant", [], { value, shape: channels }, [axes]);
    if (made === undefined) throw new Error("constant has no output.");
    return made;
  };
  const named = (name: string): Value => ({ ...context.variable(`${prefix}${name}`), axes });
  const factor = scale ? named("scale") : fixed(1);
  const shift = offset ? named("offset") : fixed(0);
  const [mean, variance] = [named("mean"), named("variance")];
  if (!context.training) {
    // One division and root for each channel, not for each value. What is subtracted may be far larger than what is left:
    // float32, as in training.
    const deviation = apply("sqrt", apply("add", operand(1), constant(epsilon)));
    const gain = recorder.pointwise(apply("divide", operand(0), deviation), [factor, variance]);
    const centred = apply("subtract", operand(0), operand(1));
    const normal = apply("add", apply("multiply", centred, operand(2)), operand(3));
    return recorder.cast(recorder.pointwise(normal, [recorder.cast(input, "float32"), mean, gain, shift]), input.dtype);
  }
  const [y, ofBatch, spread] = recorder.kernel("batchNorm", [input, factor, shift], { epsilon }, [input.axes, axes, axes]);
  if (y === undefined || ofBatch === undefined || spread === undefined) throw new Error("batchNorm has three outputs.");
  const count = input.shape.slice(0, -1).reduce((product, entries) => product * entries, 1);
  const unbiased = count > 1 ? count / (count - 1) : 1;
  const moved = (old: Value, now: Value, correction: number): Value =>
    recorder.pointwise(
      apply("add", apply("multiply", operand(0), constant(momentum)), apply("multiply", operand(1), constant((1 - momentum) * correction))),
      [old, now],
    );
  context.update(`${prefix}mean`, moved(mean, ofBatch, 1));
  context.update(`${prefix}variance`, moved(variance, spread, unbiased));
  return y;
}

/** Batch normalisation (Ioffe and Szegedy 2015), by channel of a map or by feature. */
export const bnLayer: LayerDescription = {
  name: "bn",
  doc: "Batch normalisation: each channel to mean 0 and deviation 1 over the batch, then scaled and moved.",
  arguments: [
    { name: "momentum", kind: "fraction", positional: false, default: 0.9, doc: "Share of the old moving statistics that a step keeps." },
    { name: "epsilon", kind: "number", positional: false, default: 1e-5, doc: "Added to the variance before its root is taken." },
    {
      name: "scale",
      kind: "word",
      words: ["yes", "no"],
      positional: false,
      default: "yes",
      doc: "Whether a scale is learned; otherwise it is 1.",
    },
    {
      name: "offset",
      kind: "word",
      words: ["yes", "no"],
      positional: false,
      default: "yes",
      doc: "Whether an offset is learned; otherwise it is 0.",
    },
  ],
  bodies: 0,
  measure: (input, args) => ({
    output: input,
    variables: normVariables(lastOf(input), "", isYes(args, "scale"), isYes(args, "offset")),
    multiplyAdds: 0,
  }),
  forward: (context, input, args) =>
    normalise(context, input, {
      momentum: number(args, "momentum"),
      epsilon: number(args, "epsilon"),
      scale: isYes(args, "scale"),
      offset: isYes(args, "offset"),
    }),
};

function lastOf(shape: Shape): number {
  return shape.at(-1) ?? 1;
}

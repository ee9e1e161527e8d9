/** The pass that writes kernels as sums and pointwise expressions, so that loops can take them in. */
import { apply, constant, input, type Pointwise } from "../kernels/pointwise.js";
import { numberOf, sizeOf } from "../kernels/shapes.js";
import type { Attributes, Node, Ref, Step, ValueInfo } from "./step.js";

/**
 * Batch norm as moments and an expression, its gradient as sums and an expression, `sumSquares` as a sum, broadcasts,
 * casts and constants as expressions. `moments` is a kernel between this pass and `loops` only: moments(x [..., c]) ->
 * mean [c], biased variance [c].
 */
export function decompose(step: Step): Step {
  const writer = new Writer(step);
  for (const node of step.nodes) writer.write(node);
  return { ...step, values: writer.values, nodes: writer.nodes };
}

const subtract = (a: Pointwise, b: Pointwise): Pointwise => apply("subtract", a, b);
const multiply = (a: Pointwise, b: Pointwise): Pointwise => apply("multiply", a, b);
const add = (a: Pointwise, b: Pointwise): Pointwise => apply("add", a, b);

/** scale / sqrt(variance + epsilon). */
function gain(scale: Pointwise, variance: Pointwise, epsilon: number): Pointwise {
  return apply("divide", scale, apply("sqrt", add(variance, constant(epsilon))));
}

class Writer {
  readonly values: ValueInfo[];
  readonly nodes: Node[] = [];

  constructor(step: Step) {
    this.values = [...step.values];
  }

  write(node: Node): void {
    const { kernel, inputs, outputs, attributes } = node;
    const [v] = inputs;
    if (kernel === "batchNorm" && this.rows(v) > 1) this.batchNorm(node);
    else if (kernel === "batchNormGradient" && this.rows(v) > 1) this.batchNormGradient(node);
    else if (kernel === "sumSquares" && v !== undefined) this.sumSquares(node, v);
    else if (kernel === "broadcast" || kernel === "cast") this.pointwise(node, inputs, outputs[0], input(0));
    else if (kernel === "constant") this.pointwise(node, [], outputs[0], constant(numberOf(attributes, "value")));
    else this.nodes.push(node);
  }

  private batchNorm(node: Node): void {
    const [x, scale, offset] = three(node.inputs);
    const [y, mean, variance] = three(node.outputs);
    this.node(node, "moments", [x], [mean, variance], {});
    const factor = gain(input(3), input(2), numberOf(node.attributes, "epsilon"));
    this.pointwise(node, [x, mean, variance, scale, offset], y, add(multiply(subtract(input(0), input(1)), factor), input(4)));
  }

  private batchNormGradient(node: Node): void {
    const [dy, x, scale] = three(node.inputs);
    const [mean, variance] = [node.inputs[3] ?? -1, node.inputs[4] ?? -1];
    const [dx, dscale, doffset] = three(node.outputs);
    const epsilon = numberOf(node.attributes, "epsilon");
    const { shape } = this.info(x);
    const count = this.rows(x);
    const axes = shape.slice(0, -1).map((_, i) => i);
    const normal = multiply(subtract(input(1), input(2)), gain(constant(1), input(3), epsilon));
    const moved = this.add({ shape, dtype: "float32" });
    this.pointwise(node, [dy, x, mean, variance], moved, multiply(input(0), normal));
    this.node(node, "reduceSum", [dy], [doffset], { axes });
    this.node(node, "reduceSum", [moved], [dscale], { axes });
    const share = (sum: Pointwise): Pointwise => multiply(sum, constant(1 / count));
    const centred = subtract(subtract(input(0), share(input(5))), multiply(normal, share(input(6))));
    this.pointwise(node, [dy, x, mean, variance, scale, doffset, dscale], dx, multiply(centred, gain(input(4), input(3), epsilon)));
  }

  private sumSquares(node: Node, v: Ref): void {
    const { shape } = this.info(v);
    const squares = this.add({ shape, dtype: "float32" });
    this.pointwise(node, [v], squares, multiply(input(0), input(0)));
    this.node(node, "reduceSum", [squares], node.outputs, { axes: shape.map((_, i) => i) });
  }

  private pointwise(of: Node, inputs: readonly Ref[], output: Ref | undefined, expression: Pointwise): void {
    if (output === undefined) throw new Error(`${of.kernel} has no output.`);
    this.node(of, "pointwise", inputs, [output], { expression, shape: this.info(output).shape });
  }

  private node(of: Node, kernel: string, inputs: readonly Ref[], outputs: readonly Ref[], attributes: Attributes): void {
    this.nodes.push({ ...of, kernel, inputs, outputs, attributes });
  }

  /** Entries of each channel. */
  private rows(ref: Ref | undefined): number {
    return ref === undefined ? 0 : sizeOf(this.info(ref).shape.slice(0, -1));
  }

  private add(info: ValueInfo): Ref {
    return this.values.push(info) - 1;
  }

  private info(ref: Ref): ValueInfo {
    const info = this.values[ref];
    if (info === undefined) throw new Error(`The step has no value ${ref}.`);
    return info;
  }
}

function three(refs: readonly Ref[]): readonly [Ref, Ref, Ref] {
  const [a, b, c] = refs;
  if (a === undefined || b === undefined || c === undefined) throw new Error("Three values are wanted.");
  return [a, b, c];
}

import type { OptimizerDescription } from "../describe.js";
import { apply, constant, input, type Pointwise } from "../kernels/pointwise.js";

/**
 * Stochastic gradient descent as PyTorch has it: g = gradient + decay * weight; moment = momentum * moment + g;
 * weight -= rate * moment, or with Nesterov's look ahead weight -= rate * (g + momentum * moment).
 */
export const sgdOptimizer: OptimizerDescription = {
  name: "sgd",
  doc: "Stochastic gradient descent with momentum and weight decay.",
  arguments: [
    { name: "momentum", kind: "fraction", positional: false, default: 0.9, doc: "Share of the last step's direction that is kept." },
    {
      name: "decay",
      kind: "number",
      positional: false,
      default: 0,
      doc: "Weight decay: this much of each weight is added to its gradient.",
    },
    {
      name: "nesterov",
      kind: "word",
      words: ["no", "yes"],
      positional: false,
      default: "no",
      doc: "Whether the step looks ahead along the moment.",
    },
  ],
  moments: [{ name: "momentum", initial: 0 }],
  update(recorder, args, weight, gradient, moments, rate, decay) {
    const momentum = typeof args.momentum === "number" ? args.momentum : 0;
    const before = moments.momentum;
    if (before === undefined) throw new Error("sgd keeps a moment.");
    const times = (factor: number, e: Pointwise): Pointwise => apply("multiply", constant(factor), e);
    const [w, g, m, r] = [input(0), input(1), input(2), input(3)];
    const direction = decay === 0 ? g : apply("add", g, times(decay, w));
    const moment = momentum === 0 ? direction : apply("add", times(momentum, m), direction);
    const nesterov = args.nesterov === "yes" || args.nesterov === true;
    const step = nesterov ? apply("add", direction, times(momentum, moment)) : moment;
    return {
      weight: recorder.pointwise(apply("subtract", w, apply("multiply", r, step)), [weight, gradient, before, rate]),
      moments: { momentum: recorder.pointwise(moment, [weight, gradient, before]) },
    };
  },
};

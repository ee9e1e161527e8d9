/** Plan to plan: formulas in stable form, gradients derived, constants folded; the rules that fired are kept for `explain`. */
import { classBias, classWeights, embedding, input, make, number } from "../formula/build.js";
import type { Expr, InputExpr } from "../formula/expr.js";
import { differentiate } from "../formula/gradient.js";
import { type Fired, improve } from "../formula/improve.js";
import type { LossPlan, Plan } from "./plan.js";

/** Losses stabilised, differentiated and simplified; schedules and scales folded. */
export function improvePlan(plan: Plan): Plan {
  return {
    ...plan,
    datasets: plan.datasets.map((dataset) => ({ ...dataset, scale: improveOne(dataset.scale) })),
    losses: plan.losses.map(improveLoss),
    schedules: plan.schedules.map((schedule) => ({ ...schedule, rate: improveOne(schedule.rate) })),
  };
}

function improveOne(expr: Expr): Expr {
  return improve([expr], { differentiated: true }).roots[0] ?? expr;
}

/** What the gradients of a loss are by: what it uses of x, W and b, then what it learns. */
export function differentiatedBy(loss: LossPlan): readonly InputExpr[] {
  const given = { x: embedding, W: classWeights, b: classBias } as const;
  const used = loss.uses.flatMap((name) => (name === "y" ? [] : [given[name]()]));
  return [...used, ...loss.learned.map((each) => input("learned", each.name, { axes: each.axes, of: "number" }))];
}

/**
 * One loss: stabilised first, so that its gradients are those of the stable form, then these simplified. Value and weights keep
 * `stop` and `withGradient`: their gradient is the derived one, whoever takes it.
 */
export function improveLoss(loss: LossPlan): LossPlan {
  const stable = improve(present([loss.perSample, loss.weights]));
  const perSample = stable.roots[0] ?? loss.perSample;
  const by = differentiatedBy(loss);
  const derived = differentiate(perSample, by);
  const gradients = by.map((each, i) => derived[i] ?? zeros(each));
  const updates = improve(present(loss.states.map((state) => state.update)), { differentiated: true });
  const final = improve(gradients, { differentiated: true });
  const values = new Results(stable.roots);
  const nexts = new Results(updates.roots);
  const slopes = new Results(final.roots);
  return {
    ...loss,
    perSample: values.next(),
    weights: loss.weights === null ? null : values.next(),
    states: loss.states.map((state) => ({ ...state, update: state.update === null ? null : nexts.next() })),
    gradients: by.map((each) => ({ of: each.name, value: slopes.next() })),
    rules: union(union(stable.fired, updates.fired), final.fired),
  };
}

/** The gradient by what the loss does not depend on: zeros of the right shape. */
function zeros(of: InputExpr): Expr {
  return make("multiply", [number(0), of]);
}

function present(exprs: readonly (Expr | null)[]): readonly Expr[] {
  return exprs.filter((expr) => expr !== null);
}

function union(first: readonly Fired[], second: readonly Fired[]): readonly Fired[] {
  const names = new Set(first.map((each) => each.name));
  return [...first, ...second.filter((each) => !names.has(each.name))];
}

/** Hands out the roots in the order in which they were put in. */
class Results {
  readonly #roots: readonly Expr[];
  #taken = 0;

  constructor(roots: readonly Expr[]) {
    this.#roots = roots;
  }

  next(): Expr {
    const root = this.#roots[this.#taken++];
    if (root === undefined) throw new Error("fewer formulas came back than were improved");
    return root;
  }
}

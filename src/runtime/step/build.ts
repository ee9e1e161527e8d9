/** The steps that experiments are made of: training, embedding, and a loss alone. */
import type { Arguments, OptimizerDescription } from "../describe.js";
import type { Backbone, Loss, Precision, Training } from "../experiment.js";
import { apply, constant, input } from "../kernels/pointwise.js";
import { withDefaults } from "../layers/support.js";
import { optimizers } from "../optimizers/index.js";
import { type LossSizes, lossVariable, recordLoss } from "./loss.js";
import { recordBackbone } from "./network.js";
import { createRecorder, type Recording, type Value } from "./record.js";
import type { Step, Variable } from "./step.js";
import { transpose } from "./transpose.js";

const imageAxes = ["sample", "height", "width", "channel"];

/**
 * One training step: fed images [batch, height, width, channel] already scaled, labels [batch], rate and what the loss
 * reads of epoch, step, progress and key. Outputs: loss (mean over the batch) and gradientNorm (L2, before clipping). With
 * `precision` bfloat16 the network between images and embeddings has that type; variables, what is fed, the loss, the
 * gradients of variables and their update are float32 all the same.
 */
export function trainingStep(training: Training, classes: number): Step {
  const recorder = createRecorder();
  const { backbone, batch, loss, precision } = training;
  const images = recorder.feed("images", [batch, ...backbone.input], "float32", imageAxes);
  const labels = recorder.feed("labels", [batch], "int32", ["sample"]);
  const x = recordBackbone(recorder, backbone, images, true, precision);
  const network = trainedOf(recorder);
  const sizes = { N: batch, C: classes, features: x.shape[1] ?? 0 };
  const recorded = recordLoss(recorder, loss, x, labels, sizes);
  const gradients = new Map<string, Value>();
  const dx = recorded.gradients.get("x");
  const byNetwork =
    dx === undefined
      ? []
      : transpose(
          recorder,
          [{ value: x, gradient: dx }],
          network.map(({ value }) => recorder.valueOf(value)),
        );
  network.forEach(({ name }, i) => {
    const gradient = byNetwork[i];
    if (gradient !== null && gradient !== undefined) gradients.set(name, gradient);
  });
  for (const [name, gradient] of recorded.gradients) if (name !== "x") gradients.set(lossVariable(name), gradient);
  const squares = recorder.within("gradient norm", training.at, () => sumOfSquares(recorder, [...gradients.values()]));
  const norm = recorder.pointwise(apply("sqrt", input(0)), [squares]);
  recorder.output("loss", recorded.loss);
  recorder.output("gradientNorm", norm);
  recorder.finite(recorder.pointwise(apply("add", input(0), input(1)), [recorded.loss, squares]));
  recorder.within("update", training.at, () => recordUpdates(recorder, training, gradients, norm));
  return recorder.step();
}

/** Images [batch, height, width, channel] to embeddings [batch, feature], float32; batch norm goes by its moving statistics. */
export function embeddingStep(backbone: Backbone, batch: number, precision: Precision = "float32"): Step {
  const recorder = createRecorder();
  const images = recorder.feed("images", [batch, ...backbone.input], "float32", imageAxes);
  recorder.output("embeddings", recordBackbone(recorder, backbone, images, false, precision));
  return recorder.step();
}

/**
 * A loss alone: x {sample, feature} and everything it owns are variables ("x", "loss/W", ...), labels are fed. Outputs:
 * perSample, weights where there are any, loss, gradient/x, gradient/W, ... With `derive`, gradients come from
 * transposing `value` instead of calling `gradient`.
 */
export function lossStep(loss: Loss, sizes: LossSizes, options: { readonly derive?: boolean } = {}): Step {
  const recorder = createRecorder();
  const labels = recorder.feed("labels", [sizes.N], "int32", ["sample"]);
  const x = recorder.variable(
    { name: "x", shape: [sizes.N, sizes.features], kind: "weight", initial: { kind: "constant", value: 0 }, group: "weight", at: null },
    ["sample", "feature"],
  );
  const recorded = recordLoss(recorder, loss, x, labels, sizes, options.derive ?? false);
  recorder.output("perSample", recorded.perSample);
  if (recorded.weights !== null) recorder.output("weights", recorded.weights);
  recorder.output("loss", recorded.loss);
  for (const [name, gradient] of recorded.gradients) recorder.output(`gradient/${name}`, gradient);
  // A probe only looks: states stay.
  return { ...recorder.step(), updates: [] };
}

/** The variables recorded so far that are trained. */
function trainedOf(recorder: Recording): readonly Variable[] {
  return recorder.step().variables.filter(({ kind }) => kind === "weight" || kind === "learned");
}

function sumOfSquares(recorder: Recording, gradients: readonly Value[]): Value {
  return gradients.reduce<Value>((sum, gradient) => {
    const [square] = recorder.kernel("sumSquares", [gradient], {}, [[]]);
    if (square === undefined) throw new Error("sumSquares has no output.");
    return recorder.pointwise(apply("add", input(0), input(1)), [sum, square]);
  }, recorder.constant(0));
}

/** Clips, then updates every variable that has a gradient, then keeps what is learned inside its bounds. */
function recordUpdates(recorder: Recording, training: Training, gradients: ReadonlyMap<string, Value>, norm: Value): void {
  const rate = recorder.feed("rate", [], "float32", []);
  const { clip } = training;
  const factor =
    clip === null ? null : recorder.pointwise(apply("minimum", constant(1), apply("divide", constant(clip), input(0))), [norm]);
  for (const variable of trainedOf(recorder)) {
    const gradient = gradients.get(variable.name);
    if (gradient === undefined) continue;
    const clipped = factor === null ? gradient : recorder.pointwise(apply("multiply", input(0), input(1)), [gradient, factor]);
    recorder.within(variable.name, variable.at, () => updateVariable(recorder, training, variable, clipped, rate));
  }
}

function updateVariable(recorder: Recording, training: Training, variable: Variable, gradient: Value, rate: Value): void {
  const optimizer = optimizerNamed(training.optimizer.kind);
  const args = argumentsFor(training, optimizer, variable);
  const weight = { ...recorder.valueOf(variable.value), axes: gradient.axes };
  const moments: Record<string, Value> = {};
  for (const { name, initial } of optimizer.moments) {
    const { shape, group, at } = variable;
    const made = {
      name: `${name}/${variable.name}`,
      shape,
      kind: "moment",
      initial: { kind: "constant", value: initial },
      group,
      at,
    } as const;
    moments[name] = recorder.variable(made, gradient.axes);
  }
  const decay = typeof args.decay === "number" ? args.decay : 0;
  const updated = optimizer.update(recorder, args, weight, gradient, moments, rate, decay);
  recorder.update(variable.name, bounded(recorder, training.loss, variable, updated.weight));
  for (const { name } of optimizer.moments) {
    const moment = updated.moments[name];
    if (moment !== undefined) recorder.update(`${name}/${variable.name}`, moment);
  }
}

/** The arguments of an optimiser for one variable: defaults, then its own, then what `except` says of its group. */
function argumentsFor(training: Training, optimizer: OptimizerDescription, variable: Variable): Arguments {
  const { args, except } = training.optimizer;
  let all: Arguments = withDefaults(optimizer.arguments, args);
  for (const exception of except) if (exception.groups.includes(variable.group)) all = { ...all, ...exception.args };
  return all;
}

function bounded(recorder: Recording, loss: Loss, variable: Variable, value: Value): Value {
  if (variable.kind !== "learned") return value;
  const name = Object.keys(loss.learned ?? {}).find((each) => lossVariable(each) === variable.name);
  const { atLeast, atMost } = (name === undefined ? undefined : loss.learned?.[name]) ?? {};
  const above = atLeast === undefined ? value : recorder.pointwise(apply("maximum", input(0), constant(atLeast)), [value]);
  return atMost === undefined ? above : recorder.pointwise(apply("minimum", input(0), constant(atMost)), [above]);
}

function optimizerNamed(kind: string): OptimizerDescription {
  const found = optimizers[kind];
  if (found === undefined) throw new TypeError(`There is no optimizer ${kind}.`);
  return found;
}

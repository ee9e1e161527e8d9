import { error } from "../message.js";

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

const axisProblems = {
  "per-sample": "the samples of a batch come and go, so nothing can be kept for each of them",
  "no-size": "an axis of your own needs a size",
  "size-known": "the size of this axis follows from the data and the network",
  repeated: "this axis stands there already",
} as const;

/** Types of formulas: axes, kinds of values, arguments, gradients. */
export const typesMessages = {
  "type-mismatch": error(
    (p: { place: string; wanted: string; why: string; found: string; mend?: string | undefined }) => ({
      title: "Value does not fit",
      label: p.found,
      text: `${capital(p.place)} must be ${p.wanted}${p.why === "" ? "" : `, because ${p.why}`}. Here stands ${p.found}.`,
      hint: p.mend,
    }),
    `A value of a formula has axes: x has one value per sample and feature, W per class and feature, y is a label per sample.
Arithmetic joins axes by name, so a product of a value per sample and one per class has one value per sample and class.
\`v[y]\` picks the entry of each sample's class and so loses the axis class; reductions name the axis they lose:
\`sum(v over class)\`, \`mean(v over sample)\`. A loss and a weighting are one number per sample, a schedule one number.

    weighting hard = 1 - p         // one value per sample and class
    weighting hard = 1 - p[y]      // one value per sample`,
  ),
  "no-member": error(
    (p: { name: string; where: string }) => ({
      title: "No such part",
      label: "formulas have no parts",
      text: `A dot picks a part of a data set or a measure of an evaluation; in ${p.where} there is no \`.${p.name}\`.`,
    }),
    "`orl.train` is a part of a data set and `pairs(orl.test).accuracy` a measure. Values of formulas are picked by label: `v[y]`.",
  ),
  "no-logits": error(
    (p: { name: string; where: string }) => ({
      title: "No logits to weigh by",
      label: "has no meaning here",
      text: `In ${p.where}, \`${p.name}\` stands for the logits of the loss that is multiplied, the argument of its \`cross_entropy\`. That loss has none, or more than one.`,
      hint: "Multiply the weighting to the term with the `cross_entropy`, or use a weighting of x and W.",
    }),
    "A weighting may use z, the logits of the loss that it multiplies, and p = softmax(z). They exist where that loss has exactly one `cross_entropy`.",
  ),
  "no-gradient": error(
    (p: { what: string; by: string; name: string; cut: string | null }) => ({
      title: "No gradient",
      label: p.cut === null ? `does not depend on ${p.name}` : "the gradient ends here",
      text:
        p.cut === null
          ? `${capital(p.what)} must have a gradient by ${p.by}, or training could not lower it; it does not depend on ${p.name}.`
          : `${capital(p.what)} must have a gradient by ${p.by}, or training could not lower it; ${p.cut} has none.`,
      hint:
        p.cut === null
          ? undefined
          : "Say which gradient is meant, `value(f, gradient = g)`, or use a smooth function: `softplus`, `softmax`, a norm.",
    }),
    `Training moves the weights along the gradient of the loss. \`stop(v)\`, \`floor\` and comparisons pass none on.
A loss must have a gradient by x, or the network never learns, and by everything it declares with \`learn\`.`,
  ),
  "missing-argument": error(
    (p: { name: string; of: string }) => ({
      title: "Argument missing",
      label: `\`${p.name}\` is not given`,
      text: `\`${p.of}\` needs its parameter \`${p.name}\`, which has no default.`,
      hint: `Give it: \`${p.of}(${p.name} = ...)\`.`,
    }),
    "A parameter without a default must be given at each use.",
  ),
  "argument-count": error(
    (p: { of: string; most: number; given: number; names: readonly string[] }) => ({
      title: "Too many arguments",
      label: "one too many",
      text: `\`${p.of}\` takes ${p.most === 0 ? "no arguments" : `${p.most === 1 ? "one argument" : `at most ${p.most} arguments`} (${list(p.names)})`}; ${p.given} are given.`,
    }),
    "Arguments are matched to parameters in their order, or by name.",
  ),
  "unknown-argument": error(
    (p: { name: string; of: string; near: string | null; names: readonly string[] }) => ({
      title: "Unknown argument",
      label: "no such parameter",
      text: `\`${p.of}\` has no parameter \`${p.name}\`. ${p.names.length === 0 ? "It takes none." : `It has ${list(p.names)}.`}`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    "An argument with a name goes to the parameter of that name.",
  ),
  "repeated-argument": error(
    (p: { name: string; of: string }) => ({
      title: "Argument given twice",
      label: "given already",
      text: `Each parameter takes one value; \`${p.name}\` of \`${p.of}\` is given a second one here.`,
    }),
    "A parameter is given by its position or by its name, not both.",
  ),
  "function-over": error(
    (p: { name: string; expected: string; found: string }) => ({
      title: "Reduction does not fit",
      label: `given ${p.found}`,
      text: `\`${p.name}\` wants ${p.expected}; here stands ${p.found}.`,
      hint: p.found === "nothing" ? `Write \`${p.name}(... over sample)\`, naming the axis that is removed.` : undefined,
    }),
    "A reduction names what it removes: `mean(w over sample)`, `sum(v over class)`, `sum(v over sample by class)`; `max(a, b)` takes the larger of two.",
  ),
  "not-callable": error(
    (p: { name: string; is: string }) => ({
      title: "Not a function",
      label: `this is ${p.is}`,
      text: `Only functions, losses, weightings and schedules take arguments; \`${p.name}\` is ${p.is}.`,
    }),
    "Parentheses after a name call it. A product is written with `*`: `s * (a + b)`.",
  ),
  "not-a-reduction": error(
    (p: { name: string }) => ({
      title: "Not a reduction",
      label: `\`${p.name}\` joins nothing`,
      text: `\`over\` belongs to functions that make one value of many: \`sum\`, \`mean\`, \`max\`, \`min\`, \`count\`. \`${p.name}\` is not one of them.`,
      hint:
        p.name === "softmax" || p.name === "cross_entropy"
          ? `\`${p.name}(z)\` goes over the classes by itself: leave out \`over ...\`.`
          : undefined,
    }),
    "A reduction names the axis that it removes: `mean(w over sample)`, or the numbers that it goes over: `count(epoch >= e over e in [10, 16])`.",
  ),
  "axis-missing": error(
    (p: { axis: string; found: string; near: string | null }) => ({
      title: "No such axis",
      label: "not an axis of this value",
      text:
        p.found === ""
          ? `\`${p.axis}\` is not an axis that can stand here.`
          : `A reduction removes an axis that its value has; this one has ${p.found}, not \`${p.axis}\`.`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    "A reduction names one or more axes of its value: sample, class, feature, or one that a `learn` declares. `by class` sums the samples of each class apart.",
  ),
  "axis-declared": error(
    (p: { axis: string; problem: keyof typeof axisProblems; kind: string }) => ({
      title: "Axis cannot be declared so",
      label: `\`${p.axis}\``,
      text: `\`${p.kind}\` says the axes of what it keeps; ${axisProblems[p.problem]}.`,
      hint: p.problem === "no-size" ? `Write \`${p.axis}(3)\`.` : p.problem === "size-known" ? `Write \`${p.axis}\` alone.` : undefined,
    }),
    "`learn V[class, part(3)]: feature = normal(0, 0.01)` has the axes class and feature, whose sizes are known, and one of its own with its size.",
  ),
  "constant-wanted": error(
    (p: { what: string; found: string }) => ({
      title: "Known number wanted",
      label: "not known before the run",
      text: `${capital(p.what)} must be a number that is known when the spec is compiled. Here stands ${p.found} that is not.`,
    }),
    "Initial values, bounds and sizes are numbers, or formulas of numbers, parameters and constants.",
  ),
  "initial-value": error(
    (p: { found: string; problem: string }) => ({
      title: "Not an initial value",
      label: "cannot begin so",
      text: `What is learned begins as a number, \`normal(mean, deviation)\`, \`he\` or \`xavier\`; \`${p.found}\` ${p.problem}.`,
    }),
    "`learn` says how its values are made at the start of a run: all the same number, drawn from a normal distribution, or by the rules of He et al. (2015) and Glorot and Bengio (2010).",
  ),
  "learn-bounds": error((p: { name: string; atLeast: number | null; atMost: number | null; initial: number | null }) => {
    const bounds = [...(p.atLeast === null ? [] : [`at least ${p.atLeast}`]), ...(p.atMost === null ? [] : [`at most ${p.atMost}`])];
    return {
      title: "Bounds that do not fit",
      label: p.initial === null ? "nothing lies between the bounds" : "outside its bounds",
      text: `What is learned stays within its bounds after every step, so it begins there too; \`${p.name}\` is to be ${bounds.join(" and ")}${p.initial === null ? ", which no number is" : `, and begins as ${p.initial}`}.`,
      hint: p.initial === null ? "Exchange the two, or leave one out." : "Begin within the bounds, or widen them.",
    };
  }, "`learn s = 10, at least 0.01` begins as 10 and is put back to 0.01 whenever a step would take it lower."),
  "schedule-keeps": error(
    (p: { name: string; kind: string }) => ({
      title: "A schedule keeps nothing",
      label: `\`${p.kind}\` has no place here`,
      text: `A schedule is a formula of epoch, step and progress, the same for every run; \`${p.name}\` would be something that it ${p.kind === "learn" ? "learns" : "remembers"}.`,
      hint: "Make it a parameter: `schedule name(base = 0.1) = ...`.",
    }),
    "Losses and weightings can `learn` values and keep a `state`; the learning rate of a step follows from the place of the step alone.",
  ),
  "range-ends": error(
    (p: { found: string; most: number }) => ({
      title: "Range that cannot be written out",
      label: p.found,
      text: `A range goes from one known whole number up to another, over at most ${p.most} numbers. Here stands ${p.found}.`,
    }),
    "`1..6` is the list 1, 2, 3, 4, 5, 6. It is written out when the spec is compiled.",
  ),
  "repeated-update": error(
    (p: { name: string }) => ({
      title: "State updated twice",
      label: "a second update",
      text: `A state becomes one value after a step; \`${p.name}\` has an update already.`,
      hint: "Join the two into one formula.",
    }),
    "Each state has at most one `update`. In it, every state means its value before the step.",
  ),
} as const;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

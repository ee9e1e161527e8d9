import { error, warning } from "../message.js";

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

/** What is to be done: data sets, trainings, evaluations, tables. */
export const planMessages = {
  "not-yet": error(
    (p: { what: string; instead?: string | undefined }) => ({
      title: "Not available yet",
      label: "understood, but not available",
      text: `The language has this, but this version of facec cannot do it: ${p.what}.`,
      hint: p.instead,
    }),
    "The grammar is ahead of the compiler here. The CHANGELOG says what each version can do.",
  ),
  "missing-settings": error(
    (p: { kind: string; name: string; missing: readonly { readonly name: string; readonly example: string }[] }) => ({
      title: "Settings missing",
      label: `${p.missing.length === 1 ? "one setting is" : `${p.missing.length} settings are`} missing`,
      text: `The ${p.kind} \`${p.name}\` lacks ${list(p.missing.map((each) => each.name))}, for which there is no sensible default.`,
      hint: `Add: ${p.missing.map((each) => `\`${each.example}\``).join(", ")}.`,
    }),
    `A training needs data, backbone, loss, optimizer, schedule, batch and epochs. Clip (none), seed (1), precision (float32)
and evaluate (none) may be left out. A table needs from, rows and cell; a data set its image size.`,
  ),
  "unknown-setting": error(
    (p: { name: string; kind: string; near: string | null; known: readonly string[] }) => ({
      title: "Unknown setting",
      label: "no such setting",
      text: `A ${p.kind} has no setting \`${p.name}\`. It has ${list(p.known)}.`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    "Each kind of declaration has its own settings.",
  ),
  "repeated-setting": error(
    (p: { name: string; kind: string }) => ({
      title: "Setting given twice",
      label: "given already",
      text: `Each setting of a ${p.kind} stands once; \`${p.name}\` is given a second time here.`,
      hint: "Leave out one of the two.",
    }),
    "A setting has one value, so that nobody has to know which of two counts.",
  ),
  "setting-value": error(
    (p: { name: string; wanted: string; found: string }) => ({
      title: "Value of another kind",
      label: "cannot be this",
      text: `\`${p.name}\` must be ${p.wanted}. Here stands ${p.found}.`,
    }),
    "Settings say what they take: counts are whole numbers from 1, rates and shares are numbers, seeds whole numbers.",
  ),
  "unknown-word": error(
    (p: { what: string; found: string; near: string | null; known: readonly string[] }) => ({
      title: `Unknown ${p.what}`,
      label: "not known",
      text: `\`${p.found}\` is not ${/^[aeiou]/.test(p.what) ? "an" : "a"} ${p.what}. There ${p.known.length === 1 ? "is" : "are"} ${list(p.known)}.`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    "Some places take one of a few words: sources of images, optimisers, evaluations and their figures. Other words mean nothing there.",
  ),
  "unknown-part": error(
    (p: { part: string; dataset: string; parts: readonly string[]; near: string | null }) => ({
      title: "No such part",
      label: "not a part of this data set",
      text:
        p.parts.length === 0
          ? `\`${p.dataset}\` is not split, so it has no part \`${p.part}\`.`
          : `\`${p.dataset}\` has the parts ${list(p.parts)}, not \`${p.part}\`.`,
      hint:
        p.parts.length === 0
          ? `Split it: \`split identities { train 26, test 14 } seed run\`.`
          : p.near === null
            ? undefined
            : `Did you mean \`${p.near}\`?`,
    }),
    "`split identities { train 26, test 14 }` in a data set names its parts; `orl.train` picks one.",
  ),
  "image-form": error(
    (p: { found: string }) => ({
      title: "Size of an image",
      label: "not an image size",
      text: `Images are height x width x channels, with 1 channel (grey) or 3 (colour), such as \`112x92x1\`. Here stands ${p.found}.`,
    }),
    "`image 112x92x1` says what the network sees: height, width and channels.",
  ),
  "selection-on-test": error(
    (p: { part: string; train: string; parts: readonly string[] }) => ({
      title: "The result is read from the data that picked the model",
      label: "picked by this data already",
      text: `A cell tells how a model does on data that had no say in making it; \`keep best\` of \`${p.train}\` picks the model by \`${p.part}\`, and this cell reads the same data, so its figure would be too good.`,
      hint: `Split off a part for picking, \`evaluate pairs(${p.part.split(".")[0]}.validation) every 4 epochs, keep best\`, or leave out \`keep best\`.`,
    }),
    "Choosing the best of many checkpoints on some data fits the choice to that data. Pick on a validation part, report on another.",
  ),
  "selection-on-training": error(
    (p: { part: string }) => ({
      title: "The model would be picked by its training data",
      label: "this data is trained on",
      text: `\`keep best\` picks the checkpoint that does best on data it was not trained on; \`${p.part}\` is what this training trains on.`,
      hint: "Split off a validation part and evaluate on it, or leave out `keep best`.",
    }),
    "On its own training data a network looks better the more it overfits.",
  ),
  "unbalanced-accuracy": error(
    (p: { data: string; share: number | null }) => ({
      title: "Accuracy on unbalanced pairs",
      label: "says little here",
      text: `Accuracy means something where as many pairs are the same person as not. Of all pairs of \`${p.data}\` nearly all are of different people: always answering "different" would score ${p.share === null ? "well over 90" : p.share.toFixed(1)} %.`,
      hint: `Use balanced pairs: \`pairs(${p.data}).accuracy\`.`,
    }),
    "`pairs(S)` is all pairs of the same identity and as many of different ones; `all_pairs(S)` is every pair, of which nearly all are of different people.",
  ),
  "unknown-label": error(
    (p: { what: "row" | "column"; label: string; near: string | null; labels: readonly string[] }) => ({
      title: `No such ${p.what}`,
      label: `not a ${p.what} of this table`,
      text: `A published figure stands beside a cell of the table; it has the ${p.what}s ${list(p.labels)}, not \`${p.label}\`.`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    'A published figure names its row and column as the table calls them: `("softmax", SmallRes) 97.1`.',
  ),
  "repeated-label": error(
    (p: { label: string; what: string }) => ({
      title: "Label used twice",
      label: "used already",
      text: `Each ${p.what} of a table has its own label; \`${p.label}\` is used a second time here.`,
      hint: `Name it: \`"..." = ${p.label}\`.`,
    }),
    "Labels tell the rows and columns of a table apart, in print and on the command line.",
  ),
  "varied-twice": error(
    (p: { what: string; others: readonly string[] }) => ({
      title: "Rows and columns vary the same",
      label: `the rows vary the ${p.what} already`,
      text: `Each run of a table takes one thing from its row and another from its column; here both would set the ${p.what}.`,
      hint: `Let the columns vary something else (${list(p.others)}), or put all into the rows.`,
    }),
    "Rows and columns each vary one of loss, weighting, backbone and schedule, and not the same. Weightings on one side multiply the losses on the other.",
  ),
  "no-entries": error(
    (p: { side: string; what: string }) => ({
      title: `No ${p.side}`,
      label: "nothing in its braces",
      text: `\`${p.side} ${p.what} { ... }\` lists what the ${p.side} of the table are; without an entry the table has no run.`,
      hint: p.side === "columns" ? "Leave out `columns`: the table then has one, the backbone of its training." : undefined,
    }),
    'Entries stand in braces, with a label where the formula itself is not meant to be it: `rows loss { "softmax" = softmax, cosface }`.',
  ),
  "cell-on-training": warning(
    (p: { part: string; trained: string; train: string }) => ({
      title: "A cell reads the training data",
      label: "trained on these images",
      text: `Figures of papers are those on people that the network never saw; \`${p.train}\` trains on \`${p.trained}\`, so this cell says how well ${p.part === p.trained ? "it" : `\`${p.part}\``} was learned by heart.`,
      hint: "Split the identities, and evaluate on a part that is not trained on.",
    }),
    "A cell on images of the training is computed as asked. It shows overfitting beside a cell on a test part, and little by itself.",
  ),
  "set-value": error(
    (p: { name: string }) => ({
      title: "Value to set is not plain",
      label: "not a plain value",
      text: `\`--set ${p.name}=...\` takes a number, a size, a text in quotes or a list of these.`,
      hint: "Write formulas in the spec, with a parameter or a `let` for what changes.",
    }),
    "Values on the command line stand outside any file, so they cannot name anything in one: `--set margin=0.4`, `--set kernel=3x3`.",
  ),
  "set-unknown": error(
    (p: { name: string; near: string | null; known: readonly string[] }) => ({
      title: "Nothing of that name to set",
      text: `\`--set ${p.name}=...\` sets a constant of the file or a parameter, ${p.known.length === 0 ? "and this file has none" : `of which it has ${list(p.known)}`}.`,
      hint: p.near === null ? undefined : `Did you mean \`${p.near}\`?`,
    }),
    "`--set name=value` gives a `let` at the top of the file or a parameter of a declaration another value; `declaration.parameter` names one for certain.",
  ),
} as const;

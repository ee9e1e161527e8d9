import { kindNames } from "../kind-names.js";
import { error } from "../message.js";

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function suggestion(near: string | null, home: string | null, name: string): string | undefined {
  if (home !== null) return `Add \`use ${home} { ${name} }\` at the top of the file.`;
  return near === null ? undefined : `Did you mean \`${near}\`?`;
}

const kinds: Readonly<Record<string, string>> = kindNames;

/** How each kind of declaration is used, for those who wrote one where another is wanted. */
const mends: Record<string, string> = {
  "weighting loss": "Multiply it to a loss: `NAME * softmax`.",
  "loss weighting": "Write a weighting, which says what a sample counts: `weighting uniform = 1`.",
  "backbone block": "A backbone is a whole network. Make what you want to share a `block`.",
  "block backbone": "Put the block into a backbone: `backbone Net { NAME(...); flatten; dense(128) }`.",
};

const contexts: Record<string, string> = {
  constant: "a constant",
  schedule: "a schedule",
  loss: "a loss",
  weighting: "a weighting",
  scale: "the scale of a data set",
};

/** Names and what they stand for. */
export const namesMessages = {
  "spec-not-found": error(
    (p: { path: string; used: boolean }) => ({
      title: "File not found",
      label: "no such file",
      text: `There is no file \`${p.path}\`, or it cannot be read.`,
      hint: p.used
        ? "A path after `use` starts from the folder of the file it stands in."
        : "Look at the path: it starts from the folder you are in.",
    }),
    "A spec is named by its path. After `use`, a path in quotes starts from the folder of the using file; `std.` modules have no quotes.",
  ),
  "unknown-module": error(
    (p: { module: string; modules: readonly string[] }) => ({
      title: "Unknown standard module",
      label: "not in the standard library",
      text: `\`${p.module}\` is not a module of the standard library. It has ${list(p.modules)}.`,
      hint: 'A file of your own is named in quotes: `use "./mine.face" { Net }`.',
    }),
    "Names that begin with `std.` are modules that come with facec.",
  ),
  "circular-use": error(
    (p: { cycle: readonly string[] }) => ({
      title: "Files use each other in a circle",
      label: "closes the circle",
      text: `A file can use another only when that one does not need it in turn; here ${p.cycle.join(" → ")}.`,
      hint: "Move what both need into a third file and use that one from both.",
    }),
    "Files are read in the order of dependence. Two files that need each other have no such order.",
  ),
  "not-in-module": error(
    (p: { name: string; module: string; near: string | null; home: string | null; offered: readonly string[] }) => ({
      title: "Name not in that module",
      label: "not declared there",
      text:
        p.near === null && p.home === null
          ? `\`${p.module}\` declares no \`${p.name}\`. It has ${p.offered.length === 0 ? "no declarations" : list(p.offered.slice(0, 12))}.`
          : `\`${p.module}\` declares no \`${p.name}\`.`,
      hint: p.home === null ? suggestion(p.near, null, p.name) : `\`${p.name}\` is in \`${p.home}\`.`,
    }),
    "`use` brings in what the other file itself declares, by its name; what that file uses is not passed on.",
  ),
  "repeated-name": error(
    (p: { name: string; where: string }) => ({
      title: "Name taken twice",
      label: "taken already",
      text: `\`${p.name}\` stands for one thing in ${p.where}, so that every use of it is clear; it is declared a second time here.`,
      hint: "Give one of the two another name.",
    }),
    "Names are unique in a file, over all kinds of declarations and what `use` brings in, and unique in a formula's body.",
  ),
  "built-in-name": error(
    (p: { name: string; kind: string; builtIn: "value" | "function" }) => ({
      title: "Name of the language reused",
      label: `\`${p.name}\` is built in`,
      text: `\`${p.name}\` is ${p.builtIn === "function" ? "a function of the language" : "a value that formulas are given"}; a ${p.kind} of that name would hide it.`,
      hint: `Give the ${p.kind} another name.`,
    }),
    "A parameter, let, learn, state or local name that is called like a built-in value or function would change what later formulas mean without a word.",
  ),
  "unknown-name": error(
    (p: { name: string; near: string | null; home: string | null; call: boolean; mend?: string | null | undefined }) => ({
      title: "Unknown name",
      label: p.call ? "nothing to call has this name" : "not declared",
      text: `Nothing that can be seen from here is called \`${p.name}\`.`,
      hint: p.mend ?? suggestion(p.near, p.home, p.name),
    }),
    "A name must be declared in the file, brought in by `use`, or be one that the language gives to this kind of formula.",
  ),
  "not-given-here": error(
    (p: { name: string; here: string; given: readonly string[] }) => ({
      title: "Value not given here",
      label: "not known here",
      text: `\`${p.name}\` is not known in ${contexts[p.here] ?? p.here}. What stands ready there: ${list(p.given)}.`,
      hint:
        p.name === "z" || p.name === "p"
          ? "`z` and `p` belong to weightings: the logits and probabilities of the loss that they multiply. Write the weighting apart, `weighting w = ...`, and multiply: `w * softmax`."
          : undefined,
    }),
    "Losses are given x, y, W, b, theta, target and the scalars N, C, epoch, step, progress; weightings also z and p of the loss that they multiply; schedules epoch, step and progress; the scale of a data set the pixel v.",
  ),
  "function-without-arguments": error(
    (p: { name: string }) => ({
      title: "Function without its arguments",
      label: "a function",
      text: `\`${p.name}\` is a function and has no value of its own.`,
      hint: `Call it: \`${p.name}(...)\`.`,
    }),
    "Functions are called with their arguments in parentheses.",
  ),
  "unknown-layer": error(
    (p: { name: string; near: string | null; home: string | null; layers: readonly string[] }) => ({
      title: "Unknown layer",
      label: "neither a layer nor a block",
      text:
        p.near === null && p.home === null
          ? `\`${p.name}\` is neither a layer nor a block of this file. The layers are ${list(p.layers)}.`
          : `\`${p.name}\` is neither a layer nor a block of this file.`,
      hint: suggestion(p.near, p.home, p.name),
    }),
    "A network is made of the catalogue's layers and of blocks that are declared in the file or brought in by `use`.",
  ),
  "wrong-kind": error(
    (p: { name: string; is: string; wanted: string; where: string }) => ({
      title: `${capital(kinds[p.wanted] ?? p.wanted)} is wanted`,
      label: `this is ${kinds[p.is] ?? p.is}`,
      text: `\`${p.name}\` is ${kinds[p.is] ?? p.is}; ${p.where} wants ${kinds[p.wanted] ?? p.wanted}.`,
      hint: mends[`${p.is} ${p.wanted}`]?.replace("NAME", p.name),
    }),
    "Each place of a spec wants one kind of thing. A weighting says what a sample counts, a loss what it is charged; a backbone is a whole network, a block a part of one.",
  ),
  "uses-itself": error(
    (p: { kind: string; cycle: readonly string[] }) => ({
      title: "Declared by itself",
      label: "comes back to where it began",
      text: `What ${kinds[p.kind] ?? `a ${p.kind}`} is must be known without it; here ${p.cycle.join(" → ")}, which never ends.`,
      hint: p.kind === "block" || p.kind === "backbone" ? "To say layers several times, write `repeat(n) { ... }`." : undefined,
    }),
    "Declarations are expanded where they are used. One that uses itself, directly or through others, would expand for ever.",
  ),
  "state-not-updated": error(
    (p: { name: string }) => ({
      title: "State that never changes",
      label: "no `update` for it",
      text: `A state keeps a value from step to step; nothing says what \`${p.name}\` becomes after a step, so it would stay what it begins as.`,
      hint: `Add \`update ${p.name} = ...\`. A number that stays is a \`let\` or a parameter; where it is meant to stay, say so: \`update ${p.name} = ${p.name}\`.`,
    }),
    "A state needs its `update`: `state t = 0` and `update t = 0.99 * t + 0.01 * mean(c[y] over sample)`. Without one it would be a constant, and the loss another one than meant.",
  ),
  "not-a-state": error(
    (p: { name: string; states: readonly string[]; learned: boolean }) => ({
      title: "Update of something that is no state",
      label: p.learned ? "learned, not kept" : "not a state",
      text: `\`update\` says what a state becomes after a step; \`${p.name}\` is ${p.learned ? "learned: training itself moves it, along its gradient" : "not a state of this formula"}.`,
      hint: p.learned
        ? `Leave out the update, or make it a state: \`state ${p.name} = ...\`.`
        : p.states.length > 0
          ? `Its states: ${list(p.states)}.`
          : `Declare it first: \`state ${p.name} = 0\`.`,
    }),
    "A state keeps a value from step to step: `state t = 0` declares it, `update t = ...` says what it becomes.",
  ),
} as const;

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

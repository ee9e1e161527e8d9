import { error } from "../message.js";

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

/** What the command line reports: files and names that are not there, values that cannot be used. */
export const commandMessages = {
  "file-missing": error(
    (p: { path: string; close: string | null }) => ({
      title: "No such file",
      text: `A spec or the name of a standard module (std.losses, std.backbones) is wanted; nothing can be read at ${p.path}.`,
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "The command names a file that cannot be read. Paths are relative to the folder in which the command runs; a standard\n" +
      "module is named as in a `use`: `facec explain std.losses arcface`.",
  ),
  "name-missing": error(
    (p: { kind: string; name: string; file: string; known: readonly string[]; close: string | null }) => ({
      title: `No ${p.kind} ${p.name}`,
      text: `${p.file} declares no ${p.kind} called ${p.name}; it has: ${list(p.known)}.`,
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "The command names something that the file does not declare. Names are case-sensitive.",
  ),
  "name-wanted": error(
    (p: { kind: string; file: string; known: readonly string[] }) => ({
      title: `Which ${p.kind}?`,
      text: `${p.file} has ${p.known.length === 0 ? `no ${p.kind}` : `several: ${list(p.known)}`}, and the command names none.`,
      ...(p.known.length === 0 ? {} : { hint: `Put its name after the file: ${p.known[0]}.` }),
    }),
    "A name may be left out only where the file declares exactly one thing of that kind.",
  ),
  "set-wrong": error(
    (p: { text: string }) => ({
      title: "A setting that cannot be read",
      text: `--set wants name=value, such as --set m=0.35; ${p.text} was given.`,
    }),
    "`--set name=value` gives a parameter of what is explained, probed or run another value. It may stand several times.",
  ),
  "size-wrong": error(
    (p: { text: string }) => ({
      title: "A size that cannot be read",
      text: `--input wants height x width x channels, such as 112x112x3; ${p.text} was given.`,
    }),
    "The input of a backbone is written as three whole numbers joined by x: height, width and channels.",
  ),
  "input-misfit": error(
    (p: { layer: string; needs: string; given: string }) => ({
      title: "The input does not fit the network",
      text: `With the input of --input, ${p.layer} is given ${p.given}, and needs ${p.needs}.`,
      hint: "Give a larger input.",
    }),
    "`facec explain FILE BACKBONE --input HxWxC` measures the backbone on another input than the spec's; pools and strides need room.",
  ),
  "values-wrong": error(
    (p: { path: string; what: string }) => ({
      title: "Values that cannot be used",
      text: `${p.path}: ${p.what}.`,
      hint: '`facec probe` reads JSON: {"x": [[..]], "W": [[..]], "b": [..], "y": [..], "states": {..}, "learned": {..}}.',
    }),
    "`facec probe FILE LOSS --input VALUES.json` takes the numbers that the loss is evaluated on. x is [samples][features], W is\n" +
      "[features][classes], b [classes], y the class of each sample, centers [classes][features]. What the loss does not use may be left out.",
  ),
  "phase-unknown": error(
    (p: { phase: string; known: readonly string[]; close: string | null }) => ({
      title: `No phase ${p.phase}`,
      text: `--print shows what one phase made: ${list(p.known)}.`,
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "The phases in order: cst (the text as the grammar sees it), ast, bound (names), typed, plan, improve.",
  ),
  "code-unknown": error(
    (p: { code: string; close: string | null }) => ({
      title: `No diagnostic ${p.code}`,
      text: `Neither a file nor a diagnostic is called ${p.code}.`,
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "`facec explain CODE` prints the help text of a diagnostic; the code stands in brackets in each message.",
  ),
} as const;

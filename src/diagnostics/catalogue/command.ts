import { error } from "../message.js";

function list(names: readonly string[]): string {
  return names.length === 0 ? "none" : names.join(", ");
}

export const refusalTexts: Readonly<Record<string, string>> = {
  EACCES: "this user may not write there",
  EPERM: "this user may not write there",
  EROFS: "the disk can only be read",
  EEXIST: "a file of that name stands where a folder should be",
  ENOTDIR: "a part of the path is a file, not a folder",
  EISDIR: "a folder of that name stands there",
  ENOENT: "there is no such file or folder",
  ENOSPC: "the disk is full",
};

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
  "command-wrong": error(
    (p: { said: string; close: string | null }) => ({
      title: "Wrong use of the command",
      text: `${p.said.charAt(0).toUpperCase()}${p.said.slice(1)}`.replace(/[^.]$/, "$&."),
      ...(p.close === null ? {} : { hint: `Did you mean ${p.close}?` }),
    }),
    "A command, option or argument that facec does not have. `facec --help` lists the commands, `facec COMMAND --help` the options of one.",
  ),
  "path-refused": error(
    (p: { path: string; why: string }) => ({
      title: "A path that cannot be used",
      text: `The result goes into a folder that is there or can be made; ${p.path} cannot be used: ${refusalTexts[p.why] ?? p.why}.`,
      hint: "Name another folder: `facec build FILE -o DIR`, `facec run FILE --out DIR`.",
    }),
    "`-o` and `--out` name a folder, which is made where it is missing. The system refused to make it or to write into it.",
  ),
  "no-spec": error(
    (p: { path: string; what: "a folder" | "not a text" }) => ({
      title: "This is no spec",
      text: `A spec is a text, by custom with the ending .face; ${p.path} is ${p.what}.`,
      ...(p.what === "a folder" ? { hint: `Name the files in it: ${p.path.replace(/\/+$/, "")}/*.face.` } : {}),
    }),
    "FILE is the path of a spec, a text in UTF-8, or the name of a standard module such as std.losses.",
  ),
  "explain-other": error(
    (p: { name: string; is: string; mend: string }) => ({
      title: "Nothing to explain by itself",
      text: `\`facec explain\` shows backbones, losses, weightings and schedules; ${p.name} is ${p.is}.`,
      hint: p.mend,
    }),
    "A block has no input of its own, and a weighting with a parameter that has no default no value: both show in what uses them.",
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
  "wheel-unfit": error(
    (p: { file: string; why: string; mend: string }) => ({
      title: "This wheel cannot be used",
      text: `The native library is built from wheels that facec knows by their hashes; ${p.file} ${p.why}.`,
      hint: p.mend,
    }),
    "`facec backends install --wheel FILE` takes one of TensorFlow's own wheels, as `pip download` fetches them, for this platform. The version\n" +
      "of Python in its name does not matter. Any other file is refused: facec loads what it builds from it into its own process.",
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

/** The words of a generated program: functions that make the plain objects of experiment.ts, with defaults filled in. */
import type { Arguments, ArgumentValue, Layer, Shape } from "./describe.js";
import type {
  Augmentation,
  Backbone,
  DataPart,
  Dataset,
  LearnedDescription,
  Loss,
  LossInputs,
  LossValue,
  OptimizerChoice,
  PairsProtocol,
  Split,
  StateDescription,
  Training,
} from "./experiment.js";
import type { Value } from "./step/record.js";
import type { Line } from "./step/step.js";

/** Lines of one spec: `const at = origin("quickstart.face")`, then `at(14)` says where a part comes from. */
export function origin(file: string): (line: number) => Line {
  return (line) => ({ file, line });
}

// ---------------------------------------------------------------- data

interface Images {
  /** Height, width, channels (1 grey, 3 red-green-blue) of what the network sees. */
  readonly image: readonly [height: number, width: number, channels: number];
  /** Files of another size are resized to `image`; otherwise they are errors. */
  readonly resized?: boolean;
  /** What the network sees of a pixel 0..255; one number in, one number out. */
  readonly scale: (v: number) => number;
  readonly augment?: readonly Augmentation[];
  readonly split?: Split | null;
  readonly at: Line;
}

/** Images in folders, one an identity; `path` is looked up beside the spec, in --data and in FACEC_DATA. Images: [height, width, channels]. */
export function folder(name: string, path: string, images: Images): Dataset {
  return dataset(name, { kind: "folder", path }, images);
}

/** Drawn faces: `identities` x `images` of them, the same on every machine for one `seed`. Images: [height, width, channels]. */
export function synthetic(
  name: string,
  drawn: { readonly identities: number; readonly images: number; readonly labelNoise?: number; readonly seed?: number },
  images: Images,
): Dataset {
  const { identities, images: each, labelNoise = 0, seed = 0 } = drawn;
  return dataset(name, { kind: "synthetic", identities, images: each, labelNoise, seed }, images);
}

function dataset(name: string, source: Dataset["source"], images: Images): Dataset {
  const { image, resized = false, scale, augment = [], split = null, at } = images;
  return { name, source, image, resized, scale, augment, split, at };
}

/** One part of a data set's split, or all of it: `part(orl, "train")`. Images of it: [sample, height, width, channel]. */
export function part(dataset: Dataset, name: string | null = null): DataPart {
  return { dataset, part: name };
}

/** Mirrors an image [height, width, channel] left to right, with probability `p`. */
export function flip(args: Arguments = {}): Augmentation {
  return { kind: "flip", args };
}

/** Moves an image [height, width, channel] by up to `pad` pixels along each axis; the size stays. */
export function crop(args: Arguments = {}): Augmentation {
  return { kind: "crop", args };
}

/** Multiplies the pixels of an image [height, width, channel] by one random factor from 1 - amount to 1 + amount. */
export function brightness(args: Arguments = {}): Augmentation {
  return { kind: "brightness", args };
}

// ---------------------------------------------------------------- network and loss

/** A network from images {sample, height, width, channel} of `input` to embeddings {sample, feature}. */
export function backbone(name: string, about: { readonly input: Shape; readonly at: Line }, layers: readonly Layer[]): Backbone {
  return { name, input: about.input, layers, at: about.at };
}

/** A loss as a program states it: `Learned` and `States` are the names of what it learns and what it keeps. */
export interface LossDescription<Learned extends string, States extends string> {
  readonly name: string;
  readonly formula: string;
  readonly at: Line;
  readonly uses: readonly ("x" | "y" | "W" | "b")[];
  readonly learned?: Readonly<Record<Learned, LearnedDescription>>;
  readonly states?: Readonly<Record<States, StateDescription>>;
  value(inputs: LossInputs & Readonly<Record<Learned | States, Value>>): LossValue;
  gradient(inputs: LossInputs & Readonly<Record<Learned | States, Value>>): Readonly<Record<string, Value>>;
  update?(inputs: LossInputs & Readonly<Record<Learned | States, Value>>): Readonly<Record<string, Value>>;
}

/**
 * A compiled loss: one number {sample} for each sample, and the gradients of their mean, each with the axes of what it
 * belongs to: x {sample, feature}, W {class, feature}, b {class}.
 */
export function loss<Learned extends string = never, States extends string = never>(description: LossDescription<Learned, States>): Loss {
  return description;
}

// ---------------------------------------------------------------- training

/** Other arguments for some groups of variables: `except(["bn", "bias"], { decay: 0 })`. Groups: weight, bias, bn, prelu, classifier, learned. */
export function except(
  groups: readonly string[],
  args: Arguments,
): { readonly groups: readonly string[]; readonly args: Readonly<Record<string, ArgumentValue>> } {
  return { groups, args };
}

/** Stochastic gradient descent; momentum and decay are plain numbers, each weight keeps a moment of its own shape. */
export function sgd(args: Arguments = {}, ...exceptions: OptimizerChoice["except"]): OptimizerChoice {
  return { kind: "sgd", args, except: exceptions };
}

type Optional = "clip" | "seed" | "precision" | "evaluate";

/** Everything that decides a run. Batches are [batch, height, width, channel]; `schedule` gives one rate for each step. */
export function training(settings: Omit<Training, Optional> & Partial<Pick<Training, Optional>>): Training {
  return { clip: null, seed: 1, precision: "float32", evaluate: null, ...settings };
}

/**
 * All pairs of images of the same identity in `data` and as many of different ones, drawn by `seed` and dealt into
 * `folds`; each pair is scored by the cosine of its two embeddings {feature}.
 */
export function pairs(data: DataPart, settings: { readonly folds?: number; readonly seed?: number } = {}): PairsProtocol {
  return { kind: "pairs", data, folds: settings.folds ?? 10, seed: settings.seed ?? 0 };
}

/** How many entries of a list of plain numbers satisfy the condition: `count([8, 11], (e) => epoch >= e)`. */
export function count<T>(list: readonly T[], condition: (entry: T) => boolean): number {
  let found = 0;
  for (const entry of list) if (condition(entry)) found++;
  return found;
}

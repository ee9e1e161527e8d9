/** Data sets and parts of them. */
import { nearest } from "../../diagnostics/suggest.js";
import type { Augmentation, Split } from "../../runtime/experiment.js";
import { apply, input, isFault, number } from "../formula/build.js";
import type { Expr } from "../formula/expr.js";
import { inOrder } from "../formula/walk.js";
import type * as Ast from "../syntax/ast.js";
import { checkArguments, type Described, withDefaults } from "../types/arguments.js";
import { newBody, Use } from "../types/body.js";
import { checkedText, expectWithin } from "../types/expect.js";
import { checkExpression } from "../types/formula.js";
import type { DataPartPlan, DatasetPlan } from "./plan.js";
import {
  constantBody,
  count,
  type Planning,
  reportUnknownWord,
  reportValue,
  settingNumber,
  textOf,
  unwrapped,
  whole,
  wordCall,
} from "./planning.js";

export interface DataUse {
  readonly plan: DataPartPlan;
  readonly dataset: DatasetPlan;
}

/** `orl` or `orl.train`. */
export function planData(planning: Planning, setting: string, expression: Ast.Expression): DataUse | null {
  const inner = unwrapped(expression);
  const base = inner.kind === "member" ? unwrapped(inner.base) : inner;
  if (base.kind !== "reference") {
    reportValue(planning, setting, expression, "a data set or a part of one, such as `orl.train`", "something else");
    return null;
  }
  const meaning = planning.checking.bound.meanings.get(base.name);
  if (meaning?.kind !== "declaration") return null;
  const { declaration } = meaning.definition;
  if (declaration.kind !== "dataset") {
    const params = { name: base.name.text, is: declaration.kind, wanted: "dataset", where: `\`${setting}\`` };
    planning.collector.report("wrong-kind", base.span, params, [{ place: declaration.name.span, text: "declared here" }]);
    return null;
  }
  const dataset = planDataset(planning, declaration);
  if (dataset === null) return null;
  if (inner.kind !== "member") return { plan: { dataset: dataset.name, part: null }, dataset };
  const parts = Object.keys(dataset.split?.parts ?? {});
  const part = inner.name.text;
  if (parts.includes(part)) return { plan: { dataset: dataset.name, part }, dataset };
  const params = { part, dataset: dataset.name, parts, near: nearest(part, parts) };
  planning.collector.report("unknown-part", inner.name.span, params, [{ place: declaration.name.span, text: "declared here" }]);
  return null;
}

export function planDataset(planning: Planning, declaration: Ast.Dataset): DatasetPlan | null {
  return planning.datasets.take(declaration, declaration.name.text, (name) => makeDataset(planning, declaration, name));
}

function makeDataset(planning: Planning, declaration: Ast.Dataset, name: string): DatasetPlan {
  const settings = collectSettings(planning, declaration);
  const source = planSource(planning, declaration.from);
  return {
    name,
    at: planning.locate(declaration.name.span),
    source,
    image: planImage(planning, declaration, settings.image),
    resized: settings.image?.resized != null,
    scale: planScale(planning, declaration, settings.scale),
    augment: settings.augment?.steps.flatMap((step) => planAugmentation(planning, step)) ?? [],
    split: settings.split === undefined ? null : planSplit(planning, declaration.name.text, settings.split, source),
  };
}

type Settings = { readonly [K in Ast.DatasetSetting["kind"]]?: Extract<Ast.DatasetSetting, { kind: K }> };

function collectSettings(planning: Planning, declaration: Ast.Dataset): Settings {
  const settings: Record<string, Ast.DatasetSetting> = {};
  for (const setting of declaration.settings) {
    if (settings[setting.kind] === undefined) settings[setting.kind] = setting;
    else planning.collector.report("repeated-setting", setting.span, { name: setting.kind, kind: "data set" });
  }
  return settings as Settings;
}

const syntheticArguments: Described = {
  name: "synthetic",
  arguments: [
    { name: "identities", kind: "count", positional: true, doc: "How many people." },
    { name: "images", kind: "count", positional: true, doc: "Images of each." },
    { name: "label_noise", kind: "fraction", positional: false, default: 0, doc: "Share of training images with another's label." },
    { name: "seed", kind: "whole", positional: false, default: 0, doc: "What the faces are drawn by." },
  ],
};

function planSource(planning: Planning, from: Ast.Expression): DatasetPlan["source"] {
  const nothing = { kind: "folder", path: "" } as const;
  const called = wordCall(from);
  if (called === null) {
    reportValue(planning, "dataset", from, 'where the images come from, `folder("...")` or `synthetic(...)`', "something else");
    return nothing;
  }
  if (called.name.text === "folder") {
    const [path, extra] = called.args;
    if (path === undefined) planning.collector.report("missing-argument", called.name.span, { name: "path", of: "folder" });
    if (extra !== undefined) {
      planning.collector.report("argument-count", extra.span, { of: "folder", most: 1, given: called.args.length, names: ["path"] });
    }
    return path === undefined ? nothing : { kind: "folder", path: textOf(planning, "folder", path.value) ?? "" };
  }
  if (called.name.text !== "synthetic") {
    reportUnknownWord(planning, "source of images", called.name, ["folder", "synthetic"]);
    return nothing;
  }
  const args = checkArguments(constantBody(planning, "`synthetic`"), syntheticArguments, called.args, called.name);
  const values = withDefaults(syntheticArguments, args ?? []);
  const numberOf = (name: string): number => (typeof values[name] === "number" ? values[name] : 0);
  return {
    kind: "synthetic",
    identities: numberOf("identities"),
    images: numberOf("images"),
    labelNoise: numberOf("label_noise"),
    seed: numberOf("seed"),
  };
}

function planImage(planning: Planning, declaration: Ast.Dataset, setting: Settings["image"]): readonly [number, number, number] {
  const fallback = [112, 112, 3] as const;
  if (setting === undefined) {
    const missing = [{ name: "image", example: "image 112x112x3" }];
    planning.collector.report("missing-settings", declaration.name.span, { kind: "data set", name: declaration.name.text, missing });
    return fallback;
  }
  const value = checkExpression(constantBody(planning, "the image size"), setting.size);
  if (value.kind === "unknown") return fallback;
  const sizes = value.kind === "size" ? value.sizes : [];
  const [height, width, channels] = sizes;
  const fits = sizes.length === 3 && sizes.every((each) => Number.isInteger(each) && each >= 1) && (channels === 1 || channels === 3);
  if (fits && height !== undefined && width !== undefined && channels !== undefined) return [height, width, channels];
  planning.collector.report("image-form", setting.size.span, { found: checkedText(value) });
  return fallback;
}

/** A formula over one pixel v, 0..255; without one, (v - 127.5) / 128 as the papers have it. */
function planScale(planning: Planning, declaration: Ast.Dataset, setting: Settings["scale"]): Expr {
  const pixel = input("scalar", "v", { axes: [], of: "number" });
  if (setting !== undefined) {
    const body = newBody(planning.checking, new Use(), "scale", `the scale of \`${declaration.name.text}\``);
    const expectation = { place: "the scale", wanted: "one number", why: "it says what the network sees of one pixel `v`" };
    const scale = expectWithin(body, checkExpression(body, setting.value), [], setting.value, expectation)?.expr ?? pixel;
    if (!inOrder([scale]).some((each) => each.kind === "input" && each.name === "v")) {
      const wanted = "a formula of the pixel `v`, such as `(v - 127.5) / 128`";
      reportValue(planning, "scale", setting.value, wanted, "a number that is the same for every pixel");
    }
    return scale;
  }
  const shifted = apply("subtract", [pixel, number(127.5)]);
  const scaled = isFault(shifted) ? shifted : apply("divide", [shifted, number(128)]);
  return isFault(scaled) ? pixel : scaled;
}

function planAugmentation(planning: Planning, step: Ast.Expression): readonly Augmentation[] {
  const { augmentations } = planning.catalogues;
  const called = wordCall(step);
  if (called === null) {
    reportValue(planning, "augment", step, "steps such as `flip(50%)`", "something else");
    return [];
  }
  const kind = called.name.text;
  if (!isAugmentation(kind, augmentations)) {
    reportUnknownWord(planning, "step of augmentation", called.name, Object.keys(augmentations));
    return [];
  }
  const described = augmentations[kind];
  const args = checkArguments(constantBody(planning, `\`${kind}\``), described, called.args, called.name);
  return args === null ? [] : [{ kind, args: withDefaults(described, args) }];
}

function isAugmentation(kind: string, known: object): kind is Augmentation["kind"] {
  return Object.hasOwn(known, kind);
}

function planSplit(
  planning: Planning,
  dataset: string,
  setting: Extract<Ast.DatasetSetting, { kind: "split" }>,
  source: DatasetPlan["source"],
): Split {
  if (setting.unit.text !== "identities") reportUnknownWord(planning, "thing to split by", setting.unit, ["identities"]);
  const sizes = new Map<string, number>();
  for (const part of setting.parts) {
    const size = settingNumber(planning, part.name.text, part.count, count);
    if (sizes.has(part.name.text)) {
      planning.collector.report("repeated-setting", part.name.span, { name: part.name.text, kind: "split" });
    } else if (part.name.text !== "") sizes.set(part.name.text, size ?? 1);
  }
  const parts = Object.fromEntries(sizes);
  const wanted = [...sizes.values()].reduce((sum, each) => sum + each, 0);
  if (source.kind === "synthetic" && source.identities > 0 && wanted > source.identities) {
    planning.collector.report("split-too-large", setting.span, { dataset, wanted, have: source.identities, parts: [...sizes] });
  }
  const { seed } = setting;
  if (seed === null) return { parts, seed: 0 };
  if (seed.kind === "reference" && seed.name.text === "run") return { parts, seed: "run" };
  return { parts, seed: settingNumber(planning, "seed", seed, whole) ?? 0 };
}

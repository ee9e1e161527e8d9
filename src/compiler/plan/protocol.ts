/** What is evaluated and how: `pairs(orl.test)`, `pairs(orl.test).accuracy`, `pairs(orl.test).tar(far = 0.001)`. */
import type { Measure } from "../../runtime/experiment.js";
import type * as Ast from "../syntax/ast.js";
import { checkArguments, type Described, withDefaults } from "../types/arguments.js";
import { type DataUse, planData } from "./dataset.js";
import type { ProtocolPlan } from "./plan.js";
import { constantBody, type Planning, reportUnknownWord, reportValue, settingNumber, unwrapped, whole, wordCall } from "./planning.js";

export interface ProtocolUse {
  readonly plan: ProtocolPlan;
  readonly data: DataUse;
  /** `pairs` is balanced; of `all_pairs` nearly all are of different people. */
  readonly balanced: boolean;
  readonly at: Ast.Expression;
}

const protocols = ["pairs", "all_pairs"];

/** The threshold of a fold comes from the others. */
const severalFolds = { wanted: "a whole number from 2", fits: (value: number) => Number.isInteger(value) && value >= 2 };

export function planProtocol(planning: Planning, setting: string, expression: Ast.Expression): ProtocolUse | null {
  const called = wordCall(expression);
  if (called === null) {
    reportValue(planning, setting, expression, "an evaluation such as `pairs(orl.test)`", "something else");
    return null;
  }
  const { name, args } = called;
  if (!protocols.includes(name.text)) {
    reportUnknownWord(planning, "evaluation", name, protocols);
    return null;
  }
  let data: DataUse | null = null;
  let folds = 10;
  let seed = 0;
  let given = 0;
  for (const argument of args) {
    if (argument.name === null && given === 0) {
      given += 1;
      data = planData(planning, name.text, argument.value);
    } else if (argument.name?.text === "folds") folds = settingNumber(planning, "folds", argument.value, severalFolds) ?? folds;
    else if (argument.name?.text === "seed") seed = settingNumber(planning, "seed", argument.value, whole) ?? seed;
    else reportArgument(planning, name.text, argument, args.length);
  }
  if (given === 0) planning.collector.report("missing-argument", name.span, { name: "data", of: name.text });
  if (data === null) return null;
  if (name.text === "pairs") reportTooFew(planning, expression, data, folds);
  return { plan: { kind: "pairs", data: data.plan, folds, seed }, data, balanced: name.text === "pairs", at: expression };
}

function reportArgument(planning: Planning, of: string, argument: Ast.Argument, given: number): void {
  const names = ["data", "folds", "seed"];
  if (argument.name === null) planning.collector.report("argument-count", argument.span, { of, most: 1, given, names: ["data"] });
  else planning.collector.report("unknown-argument", argument.name.span, { name: argument.name.text, of, near: null, names });
}

const measures: Readonly<Record<Measure["kind"], Described>> = {
  accuracy: { name: "accuracy", arguments: [] },
  auc: { name: "auc", arguments: [] },
  eer: { name: "eer", arguments: [] },
  tar: { name: "tar", arguments: [{ name: "far", kind: "fraction", positional: true, doc: "The largest false accept rate." }] },
};

export interface MeasureUse {
  readonly protocol: ProtocolUse;
  readonly measure: Measure;
}

export function planMeasure(planning: Planning, expression: Ast.Expression): MeasureUse | null {
  const inner = unwrapped(expression);
  const member = inner.kind === "call" && inner.callee.kind === "member" ? inner.callee : inner;
  if (member.kind !== "member") {
    reportValue(
      planning,
      "cell",
      expression,
      "a figure of an evaluation, such as `pairs(orl.test).accuracy`",
      "an evaluation without its figure",
    );
    return null;
  }
  const protocol = planProtocol(planning, "cell", member.base);
  const kind = member.name.text;
  if (!isMeasure(kind)) {
    reportUnknownWord(planning, "figure", member.name, Object.keys(measures));
    return null;
  }
  const args = inner.kind === "call" && inner !== unwrapped(member.base) ? inner.args : [];
  const checked = checkArguments(constantBody(planning, `\`${kind}\``), measures[kind], args, member.name);
  if (protocol === null || checked === null) return null;
  if (!protocol.balanced) {
    reportUnbalanced(planning, protocol, kind, member.name);
    return null;
  }
  const { far } = withDefaults(measures[kind], checked);
  const measure: Measure = kind === "tar" ? { kind, far: typeof far === "number" ? far : 0 } : { kind };
  return { protocol, measure };
}

function isMeasure(kind: string): kind is Measure["kind"] {
  return Object.hasOwn(measures, kind);
}

/** Accuracy says nothing there; the other figures do, but are not computed yet. */
function reportUnbalanced(planning: Planning, protocol: ProtocolUse, kind: Measure["kind"], at: Ast.Name): void {
  const data = partText(protocol.data.plan);
  if (kind !== "accuracy") {
    planning.collector.report("not-yet", protocol.at.span, {
      what: "`all_pairs`",
      instead: `Use balanced pairs: \`pairs(${data}).${kind}\`.`,
    });
    return;
  }
  planning.collector.report("unbalanced-accuracy", at.span, { data, share: differentShare(protocol.data) });
}

/** Percentage of pairs of different people, where the images are known at compile time. */
function differentShare({ dataset, plan }: DataUse): number | null {
  const { source, split } = dataset;
  if (source.kind !== "synthetic") return null;
  const identities = plan.part === null ? source.identities : (split?.parts[plan.part] ?? source.identities);
  const images = identities * source.images;
  return images < 2 ? null : (100 * (identities - 1) * source.images) / (images - 1);
}

/** What the split says already, said before a training that would end without its figure. Images in folders are counted later. */
function reportTooFew(planning: Planning, at: Ast.Expression, { dataset, plan }: DataUse, folds: number): void {
  const { source, split } = dataset;
  const part = plan.part === null ? null : (split?.parts[plan.part] ?? null);
  const identities = source.kind === "synthetic" ? (part ?? source.identities) : part;
  if (identities === null) return;
  const data = partText(plan);
  if (identities === 1) planning.collector.report("pairs-too-few", at.span, { why: `${data} has one identity, so no different pairs` });
  else if (source.kind === "synthetic") {
    const same = (identities * source.images * (source.images - 1)) / 2;
    if (same < folds) planning.collector.report("pairs-too-few", at.span, { why: `${data} has ${same} same pairs for ${folds} folds` });
  }
}

export function partText(data: { readonly dataset: string; readonly part: string | null }): string {
  return data.part === null ? data.dataset : `${data.dataset}.${data.part}`;
}

/** Whether two uses of data share images: one data set under two names counts as one. */
export function overlap(a: DataUse, b: DataUse): boolean {
  if (a.plan.dataset === b.plan.dataset) return a.plan.part === null || b.plan.part === null || a.plan.part === b.plan.part;
  if (JSON.stringify(a.dataset.source) !== JSON.stringify(b.dataset.source)) return false;
  const sameSplit = JSON.stringify(a.dataset.split) === JSON.stringify(b.dataset.split);
  return !(sameSplit && a.plan.part !== null && b.plan.part !== null && a.plan.part !== b.plan.part);
}

/** Trainings. */
import { nearest } from "../../diagnostics/suggest.js";
import type { OptimizerChoice, Precision } from "../../runtime/experiment.js";
import type * as Ast from "../syntax/ast.js";
import { type CheckedArgument, checkArguments, type Described, withDefaults } from "../types/arguments.js";
import { type DataUse, planData } from "./dataset.js";
import { planLoss, planSchedule } from "./formulas.js";
import { planBackbone } from "./network.js";
import type { TrainPlan } from "./plan.js";
import {
  constantBody,
  count,
  type Planning,
  positive,
  reportUnknownWord,
  reportValue,
  settingNumber,
  whole,
  wordCall,
} from "./planning.js";
import { overlap, type ProtocolUse, partText, planProtocol } from "./protocol.js";

type Setting = Extract<Ast.TrainSetting, { kind: "setting" }>;
type Evaluate = Extract<Ast.TrainSetting, { kind: "evaluate" }>;

/** Each required setting with a way to write it. */
const required: Readonly<Record<string, string>> = {
  data: "data faces.train",
  backbone: "backbone SmallRes",
  loss: "loss softmax",
  optimizer: "optimizer sgd(momentum = 0.9, decay = 5e-4)",
  schedule: "schedule steps(0.1)",
  batch: "batch 32",
  epochs: "epochs 20",
};
const optional = ["clip", "seed", "precision"];

/** A training with what tables need of it beside its plan. */
export interface TrainUse {
  readonly plan: TrainPlan;
  readonly data: DataUse;
  readonly evaluate: { readonly protocol: ProtocolUse; readonly keepBest: boolean } | null;
  readonly expressions: Readonly<Record<"backbone" | "loss" | "schedule", Ast.Expression>>;
}

/** The plan of a training; null (after messages) where something is missing or wrong. */
export function planTrain(planning: Planning, declaration: Ast.Train): TrainUse | null {
  const known = planning.trains.get(declaration);
  if (known !== undefined) return known;
  const made = makeTrain(planning, declaration);
  planning.trains.set(declaration, made);
  return made;
}

function makeTrain(planning: Planning, declaration: Ast.Train): TrainUse | null {
  const { settings, evaluate, misspelt } = collect(planning, declaration);
  const where = `the training \`${declaration.name.text}\``;
  const complete = reportMissing(planning, declaration, settings, misspelt);
  const numberOf = (name: string, wanted: typeof count): number | null => {
    const setting = settings.get(name);
    return setting === undefined ? null : settingNumber(planning, name, setting.value, wanted);
  };
  const written = (name: string): Ast.Expression => settings.get(name)?.value ?? { kind: "hole", span: declaration.span };
  const data = settings.has("data") ? planData(planning, "data", written("data")) : null;
  const backbone =
    data === null || !settings.has("backbone") ? null : planBackbone(planning, "backbone", written("backbone"), data.dataset.image);
  const loss = settings.has("loss") ? planLoss(planning, written("loss"), where) : null;
  const optimizer = settings.has("optimizer") ? planOptimizer(planning, written("optimizer")) : null;
  const schedule = settings.has("schedule") ? planSchedule(planning, written("schedule"), where) : null;
  const [batch, epochs] = [numberOf("batch", count), numberOf("epochs", count)];
  const [clip, seed] = [numberOf("clip", positive), numberOf("seed", whole)];
  const precision = planPrecision(planning, settings.get("precision"));
  const evaluation = evaluate === null ? null : planEvaluate(planning, evaluate, data);
  if (!complete || data === null || backbone === null || loss === null || optimizer === null || schedule === null) return null;
  if (batch === null || epochs === null) return null;
  const plan: TrainPlan = {
    name: declaration.name.text,
    at: planning.locate(declaration.name.span),
    data: data.plan,
    backbone: backbone.name,
    loss: loss.name,
    optimizer,
    schedule: schedule.name,
    clip,
    batch,
    epochs,
    seed: seed ?? 1,
    precision,
    evaluate: evaluation === null ? null : { protocol: evaluation.protocol.plan, every: evaluation.every, keepBest: evaluation.keepBest },
  };
  const expressions = { backbone: written("backbone"), loss: written("loss"), schedule: written("schedule") };
  return { plan, data, evaluate: evaluation, expressions };
}

function collect(
  planning: Planning,
  declaration: Ast.Train,
): { readonly settings: ReadonlyMap<string, Setting>; readonly evaluate: Evaluate | null; readonly misspelt: ReadonlySet<string> } {
  const settings = new Map<string, Setting>();
  const misspelt = new Set<string>();
  let evaluate: Evaluate | null = null;
  const known = [...Object.keys(required), ...optional, "evaluate"];
  for (const setting of declaration.settings) {
    const name = setting.kind === "evaluate" ? "evaluate" : setting.keyword.text;
    const at = setting.kind === "evaluate" ? setting.span : setting.keyword.span;
    if (name === "") continue;
    if (!known.includes(name)) {
      const near = nearest(name, known);
      if (near !== null) misspelt.add(near);
      planning.collector.report("unknown-setting", at, { name, kind: "training", near, known });
    } else if (settings.has(name) || (name === "evaluate" && evaluate !== null)) {
      planning.collector.report("repeated-setting", at, { name, kind: "training" });
    } else if (setting.kind === "evaluate") evaluate = setting;
    else settings.set(name, setting);
  }
  return { settings, evaluate, misspelt };
}

/** All that is missing in one message; what is there under a misspelt name is said already. */
function reportMissing(
  planning: Planning,
  declaration: Ast.Train,
  settings: ReadonlyMap<string, Setting>,
  misspelt: ReadonlySet<string>,
): boolean {
  const absent = Object.entries(required).filter(([name]) => !settings.has(name));
  const missing = absent.filter(([name]) => !misspelt.has(name)).map(([name, example]) => ({ name, example }));
  if (missing.length === 0) return absent.length === 0;
  planning.collector.report("missing-settings", declaration.name.span, { kind: "training", name: declaration.name.text, missing });
  return false;
}

const precisions: readonly Precision[] = ["float32", "bfloat16"];

function planPrecision(planning: Planning, setting: Setting | undefined): Precision {
  const written = setting?.value ?? null;
  if (written === null) return "float32";
  const named = written.kind === "reference" ? precisions.find((each) => each === written.name.text) : undefined;
  if (named !== undefined) return named;
  if (written.kind === "reference") reportUnknownWord(planning, "precision", written.name, precisions);
  else reportValue(planning, "precision", written, precisions.map((each) => `\`${each}\``).join(" or "), "something else");
  return "float32";
}

// ---------------------------------------------------------------- optimisers

const groups = ["weight", "bias", "bn", "prelu", "classifier", "learned"];

function planOptimizer(planning: Planning, value: Ast.Expression): OptimizerChoice | null {
  const { optimizers } = planning.catalogues;
  const called = wordCall(value);
  if (called === null) {
    reportValue(planning, "optimizer", value, "an optimiser such as `sgd(momentum = 0.9)`", "something else");
    return null;
  }
  const described = Object.hasOwn(optimizers, called.name.text) ? optimizers[called.name.text] : undefined;
  if (described === undefined) {
    reportUnknownWord(planning, "optimiser", called.name, Object.keys(optimizers));
    return null;
  }
  const own = called.args.filter((each) => !isExcept(each));
  const body = constantBody(planning, `\`${described.name}\``);
  const args = checkArguments(body, described, own, called.name);
  const except = called.args.filter(isExcept).map((each) => planExcept(planning, described, each.value));
  if (args === null || except.some((each) => each === null)) return null;
  return { kind: described.name, args: withDefaults(described, args), except: except.filter((each) => each !== null) };
}

function isExcept(argument: Ast.Argument): boolean {
  return argument.name === null && argument.value.kind === "call" && wordCall(argument.value)?.name.text === "except";
}

/** `except(bn, bias, decay = 0)`: groups first, then what differs for them. */
function planExcept(planning: Planning, described: Described, value: Ast.Expression): OptimizerChoice["except"][number] | null {
  const called = wordCall(value);
  if (called === null) return null;
  const named: string[] = [];
  for (const { name, value: group } of called.args) {
    if (name !== null) continue;
    if (group.kind === "reference" && groups.includes(group.name.text)) named.push(group.name.text);
    else if (group.kind === "reference") reportUnknownWord(planning, "group of weights", group.name, groups);
    else reportValue(planning, "except", group, "groups of weights, then what differs: `except(bn, bias, decay = 0)`", "something else");
  }
  // Nothing is required here: what is left out stays as it is for all.
  const lenient: Described = {
    name: described.name,
    arguments: described.arguments.map((each) => ({ ...each, default: each.default ?? 0 })),
  };
  const changed = checkArguments(
    constantBody(planning, "`except`"),
    lenient,
    called.args.filter((each) => each.name !== null),
    called.name,
  );
  return changed === null
    ? null
    : { groups: named, args: Object.fromEntries(changed.map((each: CheckedArgument) => [each.name, each.value])) };
}

// ---------------------------------------------------------------- evaluation

function planEvaluate(
  planning: Planning,
  setting: Evaluate,
  training: DataUse | null,
): { readonly protocol: ProtocolUse; readonly every: number; readonly keepBest: boolean } | null {
  const protocol = planProtocol(planning, "evaluate", setting.protocol);
  const every = setting.every === null ? 1 : settingNumber(planning, "every", setting.every, count);
  if (protocol === null || every === null) return null;
  if (!protocol.balanced) {
    planning.collector.report("not-yet", setting.protocol.span, { what: "`all_pairs`", instead: "Use balanced pairs: `pairs(...)`." });
    return null;
  }
  if (setting.keepBest && training !== null && overlap(protocol.data, training)) {
    planning.collector.report("selection-on-training", setting.protocol.span, { part: partText(protocol.data.plan) });
  }
  return { protocol, every, keepBest: setting.keepBest };
}

import { nearest } from "../../diagnostics/suggest.js";
import type * as Ast from "../syntax/ast.js";
import { laterLayer } from "./elsewhere.js";
import { bindArguments, bindExpression } from "./expressions.js";
import { type Declared, type Definition, givenNames, type Meaning } from "./meaning.js";
import type { Resolving } from "./resolve.js";
import { type FormulaKind, inner, isGiven, type Scope } from "./scope.js";

export function bindDeclaration(resolving: Resolving, declaration: Declared, top: ReadonlyMap<string, Definition>): void {
  const scope = (given: FormulaKind): Scope => ({ resolving, owner: declaration, top, given, local: new Map(), outer: null });
  switch (declaration.kind) {
    case "let":
      refuseGiven(scope("constant"), declaration.name, "constant");
      refuseBuiltIn(scope("constant"), declaration.name, "constant");
      bindExpression(scope("constant"), declaration.value);
      return;
    case "dataset":
      bindDataset(scope("scale"), declaration);
      return;
    case "block":
    case "backbone":
      bindBody(withParameters(scope("constant"), declaration.parameters), declaration.body);
      return;
    case "weighting":
    case "loss":
    case "schedule":
      refuseGiven(scope(declaration.kind), declaration.name, declaration.kind);
      bindFormula(scope(declaration.kind), declaration);
      return;
    case "train":
      for (const setting of declaration.settings) bindTrainSetting(scope("constant"), setting);
      return;
    case "table":
      for (const setting of declaration.settings) bindTableSetting(scope("constant"), setting);
      return;
  }
}

/** What formulas name at the top of a file must not be called as any formula's given values: those would come first. */
function refuseGiven(scope: Scope, name: Ast.Name, kind: string): void {
  const given = Object.values(givenNames).some((names) => (names as readonly string[]).includes(name.text));
  if (given) scope.resolving.collector.report("built-in-name", name.span, { name: name.text, kind, builtIn: "value" });
}

/** A parameter, let, learn or state must not hide what a formula is given, nor a function. */
function refuseBuiltIn(scope: Scope, name: Ast.Name, kind: string): void {
  const { collector, vocabulary } = scope.resolving;
  if (isGiven(scope, name.text)) collector.report("built-in-name", name.span, { name: name.text, kind, builtIn: "value" });
  else if (vocabulary.functions.has(name.text))
    collector.report("built-in-name", name.span, { name: name.text, kind, builtIn: "function" });
}

type Introduced = readonly [name: Ast.Name, meaning: Meaning, kind: string];

/** A scope with new names; each once, and none that the language has. */
function introduce(scope: Scope, introduced: readonly Introduced[]): Scope {
  const local = new Map<string, Meaning>();
  const first = new Map<string, Ast.Name>();
  for (const [name, meaning, kind] of introduced) {
    if (name.text === "") continue;
    refuseBuiltIn(scope, name, kind);
    const before = first.get(name.text);
    if (before !== undefined) {
      const where = `\`${scope.owner.name.text}\``;
      scope.resolving.collector.report("repeated-name", name.span, { name: name.text, where }, [
        { place: before.span, text: "first declared here" },
      ]);
      continue;
    }
    first.set(name.text, name);
    local.set(name.text, meaning);
  }
  return inner(scope, local);
}

function withParameters(scope: Scope, parameters: readonly Ast.Parameter[]): Scope {
  // A default is bound outside: it cannot see the other parameters.
  for (const parameter of parameters) if (parameter.default !== null) bindExpression(scope, parameter.default);
  return introduce(
    scope,
    parameters.map((node): Introduced => [node.name, { kind: "parameter", node }, "parameter"]),
  );
}

function bindDataset(scope: Scope, dataset: Ast.Dataset): void {
  const constant: Scope = { ...scope, given: "constant" };
  if (!reportBareFolder(constant, dataset.from)) bindArguments(constant, dataset.from);
  for (const setting of dataset.settings) {
    if (setting.kind === "image") bindExpression(constant, setting.size);
    else if (setting.kind === "scale") bindExpression(scope, setting.value);
    else if (setting.kind === "augment") for (const step of setting.steps) bindArguments(constant, step);
    else {
      for (const part of setting.parts) bindExpression(constant, part.count);
      const { seed } = setting;
      if (seed !== null && !(seed.kind === "reference" && seed.name.text === "run")) bindExpression(constant, seed);
    }
  }
}

/** `folder(faces)`: a path without its quotes reads as a name that nothing has. */
function reportBareFolder(scope: Scope, from: Ast.Expression): boolean {
  if (from.kind !== "call" || !isNamed(from.callee, "folder")) return false;
  const [path] = from.args;
  if (path?.value.kind !== "reference" || path.value.name.text === "" || scope.top.has(path.value.name.text)) return false;
  const wanted = `a text in quotes: \`folder("${path.value.name.text}")\``;
  scope.resolving.collector.report("setting-value", path.value.span, { name: "folder", wanted, found: "a name, and nothing has it" });
  return true;
}

// ---------------------------------------------------------------- networks

function bindBody(scope: Scope, body: Ast.LayerBody): void {
  for (const layer of body.layers) bindLayer(scope, layer);
}

function bindLayer(scope: Scope, layer: Ast.LayerCall): void {
  const { vocabulary, meanings, uses, collector, standardHome } = scope.resolving;
  const name = layer.callee;
  const known = vocabulary.layers.get(name.text);
  const definition = scope.top.get(name.text);
  let meaning: Meaning = { kind: "unknown" };
  if (definition !== undefined && definition.declaration.kind === "block") {
    meaning = { kind: "declaration", definition };
    uses.set(scope.owner, [...(uses.get(scope.owner) ?? []), { name, definition }]);
  } else if (known !== undefined) meaning = { kind: "layer", name: name.text };
  else if (definition !== undefined && definition.declaration.kind !== "let") meaning = bindNotALayer(scope, name, definition);
  else if (name.text !== "" && definition === undefined) {
    const later = laterLayer(name.text);
    if (later !== null) {
      collector.report("not-yet", name.span, later);
      meanings.set(name, meaning);
      return;
    }
    const blocks = [...scope.top].filter(([, each]) => each.declaration.kind === "block").map(([each]) => each);
    const home = standardHome(name.text);
    const near = home === null ? nearest(name.text, [...vocabulary.layers.keys(), ...blocks]) : null;
    collector.report("unknown-layer", name.span, { name: name.text, near, home, layers: [...vocabulary.layers.keys()] });
  }
  meanings.set(name, meaning);
  for (const argument of layer.args) bindArgument(scope, argument, known);
  for (const body of layer.bodies) bindBody(scope, body);
}

/** A backbone inside itself is a cycle, and said as one; anything else is not a layer. */
function bindNotALayer(scope: Scope, name: Ast.Name, definition: Definition): Meaning {
  const { collector, uses } = scope.resolving;
  const { declaration } = definition;
  if (declaration === scope.owner) uses.set(scope.owner, [...(uses.get(scope.owner) ?? []), { name, definition }]);
  else {
    collector.report("wrong-kind", name.span, { name: name.text, is: declaration.kind, wanted: "block", where: "a network" }, [
      { place: declaration.name.span, text: "declared here" },
    ]);
  }
  return { kind: "unknown" };
}

// ---------------------------------------------------------------- formulas

const itemKinds = { let: "constant", learn: "learned value", state: "state" } as const;

function bindFormula(scope: Scope, formula: Ast.FormulaDeclaration): void {
  const withParams = withParameters(scope, formula.parameters);
  const items = formula.items.flatMap((node): Introduced[] =>
    node.kind === "update" ? [] : [[node.name, { kind: "item", node }, itemKinds[node.kind]]],
  );
  const bindings = formula.bindings.map((node): Introduced => [node.name, { kind: "binding", node }, "name"]);
  refuseShadowing(withParams, [...items, ...bindings]);
  const body = introduce(withParams, [...items, ...bindings]);
  for (const item of formula.items) bindItem(body, item);
  reportNotUpdated(body, formula.items);
  for (const binding of formula.bindings) bindBinding(body, binding);
  bindExpression(body, formula.result);
}

/** Each state needs its update; where an update names no state at all, it may be the one that is missed. */
function reportNotUpdated(scope: Scope, items: readonly Ast.FormulaItem[]): void {
  const updates = items.filter((each) => each.kind === "update").map((each) => each.name);
  if (updates.some((each) => scope.resolving.meanings.get(each)?.kind !== "item")) return;
  const updated = new Set(updates.map((each) => each.text));
  for (const item of items) {
    if (item.kind !== "state" || item.name.text === "" || updated.has(item.name.text)) continue;
    scope.resolving.collector.report("state-not-updated", item.name.span, { name: item.name.text });
  }
}

/** Parameters and items share one body: hiding one by the other would only mislead. */
function refuseShadowing(withParams: Scope, introduced: readonly Introduced[]): void {
  for (const [name] of introduced) {
    const before = withParams.local.get(name.text);
    if (before === undefined || before.kind !== "parameter") continue;
    const where = `\`${withParams.owner.name.text}\``;
    withParams.resolving.collector.report("repeated-name", name.span, { name: name.text, where }, [
      { place: before.node.name.span, text: "first declared here" },
    ]);
  }
}

function bindItem(scope: Scope, item: Ast.FormulaItem): void {
  switch (item.kind) {
    case "let":
      bindExpression(scope, item.value);
      return;
    case "learn":
      bindInitial(scope, item.initial);
      for (const bound of [item.atLeast, item.atMost]) if (bound !== null) bindExpression(scope, bound);
      for (const axis of item.axes) if (axis.size !== null) bindExpression(scope, axis.size);
      return;
    case "state":
      bindExpression(scope, item.initial);
      return;
    case "update":
      if (item.name.text !== "") bindUpdated(scope, item.name);
      bindExpression(scope, item.value);
      return;
  }
}

/** `he`, `xavier` and `normal(0, 0.01)` are words of this place; anything else is a formula. */
function bindInitial(scope: Scope, initial: Ast.Expression): void {
  const isWord = initial.kind === "reference" && ["he", "xavier"].includes(initial.name.text);
  const isNormal = initial.kind === "call" && isNamed(initial.callee, "normal");
  if (isNormal) bindArguments(scope, initial);
  else if (!isWord) bindExpression(scope, initial);
}

function bindUpdated(scope: Scope, name: Ast.Name): void {
  const meaning = scope.local.get(name.text);
  if (meaning?.kind === "item" && meaning.node.kind === "state") {
    scope.resolving.meanings.set(name, meaning);
    return;
  }
  const states = [...scope.local].filter(([, each]) => each.kind === "item" && each.node.kind === "state").map(([each]) => each);
  const learned = meaning?.kind === "item" && meaning.node.kind === "learn";
  scope.resolving.collector.report("not-a-state", name.span, { name: name.text, states, learned });
  scope.resolving.meanings.set(name, { kind: "unknown" });
}

function bindBinding(scope: Scope, binding: Ast.Binding): void {
  const local = new Map<string, Meaning>(binding.parameters.map((node) => [node.text, { kind: "argument", node }]));
  bindExpression(local.size === 0 ? scope : inner(scope, local), binding.value);
}

// ---------------------------------------------------------------- trainings and tables

/** Settings whose value is an expression; words and settings that do not exist are looked at where they are planned. */
const valued: readonly string[] = ["data", "backbone", "loss", "schedule", "clip", "batch", "epochs", "seed"];

function bindTrainSetting(scope: Scope, setting: Ast.TrainSetting): void {
  if (setting.kind === "evaluate") {
    bindArguments(scope, setting.protocol);
    if (setting.every !== null) bindExpression(scope, setting.every);
  } else if (setting.keyword.text === "optimizer") bindOptimizer(scope, setting.value);
  else if (valued.includes(setting.keyword.text)) bindExpression(within(scope, setting.keyword.text), setting.value);
}

/** Losses, weightings and schedules are formulas wherever they stand: `rows weighting { easy(W[y]) }`. */
function within(scope: Scope, what: string): Scope {
  if (what === "loss" || what === "weighting") return { ...scope, given: "loss" };
  return what === "schedule" ? { ...scope, given: "schedule" } : scope;
}

/** `sgd(momentum = 0.9, except(bn, bias, decay = 0))`: the groups after `except` are words. */
function bindOptimizer(scope: Scope, value: Ast.Expression): void {
  if (value.kind !== "call") return;
  const words = value.callee.kind === "reference" ? scope.resolving.vocabulary.optimizers.get(value.callee.name.text) : undefined;
  for (const argument of value.args) {
    if (argument.value.kind === "call" && isNamed(argument.value.callee, "except")) {
      for (const each of argument.value.args) if (each.name !== null) bindArgument(scope, each, words);
    } else bindArgument(scope, argument, words);
  }
}

/** An argument that takes a word (`padding = valid`) names nothing. */
function bindArgument(scope: Scope, argument: Ast.Argument, words: ReadonlySet<string> | undefined): void {
  const { name, value } = argument;
  if (name !== null && words?.has(name.text) && value.kind === "reference") {
    scope.resolving.meanings.set(value.name, { kind: "word", name: value.name.text });
  } else bindExpression(scope, value);
}

function isNamed(callee: Ast.Expression, name: string): boolean {
  return callee.kind === "reference" && callee.name.text === name;
}

function bindTableSetting(scope: Scope, setting: Ast.TableSetting): void {
  switch (setting.kind) {
    case "from":
      bindExpression(scope, { kind: "reference", name: setting.train, span: setting.train.span });
      return;
    case "rows":
    case "columns":
      for (const entry of setting.entries) bindExpression(within(scope, setting.what.text), entry.value);
      return;
    case "seeds":
      bindExpression(scope, setting.value);
      return;
    case "cell":
      bindArguments(scope, setting.value);
      return;
    case "published":
      for (const entry of setting.entries) bindExpression(scope, entry.value);
      if (setting.within !== null) bindExpression(scope, setting.within);
      return;
  }
}

/** A loss as `loss({ value, gradient, update })` in its stable form; schedules and scales as short functions of numbers. */
import { type FunctionDeclarationStructure, StructureKind } from "ts-morph";
import type { Initial } from "../../runtime/describe.js";
import { axisOfSize } from "../formula/build.js";
import type { Axis, Expr, InputExpr, ParameterExpr } from "../formula/expr.js";
import { print } from "../formula/print.js";
import { share } from "../formula/share.js";
import { inOrder } from "../formula/walk.js";
import type { LossPlan, SchedulePlan } from "../plan/plan.js";
import { type Context, comment, constant, property } from "./context.js";
import { isHost, printFormula, printFresh, type Scope } from "./formula.js";
import { block, type Doc, list, object, render } from "./layout.js";
import { commentText, Names, numberLiteral, stringLiteral } from "./text.js";

/** `const cosface = loss({ ... });` with its formula and spec line above; `prefix` is `export const` for probe. */
export function lossStatement(context: Context, loss: LossPlan, prefix = "const"): string {
  const name = context.nameOf("Loss", loss.name);
  const parameters = parameterKeys(loss.parameters, rootsOf(loss));
  context.settle(
    name,
    [...parameters.values()].map(({ key, value }) => [key, numberLiteral(value)]),
  );
  const body = (roots: readonly Expr[], result: (scope: Scope) => Doc): Doc =>
    functionBody(context, { roots, owner: name, parameters, inputs: inputOrder(loss), host: false }, result);
  const method = (called: string, roots: readonly Expr[], result: (scope: Scope) => Doc): Doc => [called, body(roots, result)];
  const updates = loss.states.flatMap((state) => (state.update === null ? [] : [{ of: state.name, value: state.update }]));
  const weights = loss.weights !== null && !isConstant(loss.weights) ? loss.weights : null;
  const items: Doc[] = [
    property("name", stringLiteral(loss.title)),
    property("formula", stringLiteral(loss.formula)),
    property("at", context.at(loss.at)),
    property("uses", list(loss.uses.map(stringLiteral))),
    ...learnedItems(loss),
    ...stateItems(loss),
    method("value", weights === null ? [loss.perSample] : [loss.perSample, weights], (scope) =>
      object([
        property("perSample", printFormula(loss.perSample, scope)),
        ...(weights === null ? [] : [property("weights", printFormula(weights, scope))]),
      ]),
    ),
    method(
      "gradient",
      loss.gradients.map((each) => each.value),
      (scope) => recordOf(loss.gradients, scope),
    ),
    ...(updates.length === 0
      ? []
      : [
          method(
            "update",
            updates.map((each) => each.value),
            (scope) => recordOf(updates, scope),
          ),
        ]),
  ];
  const above = [...sourceComment(loss), ...stableForm(loss)];
  return [...above, constant(name, [`${context.use("loss")}(`, object(items, true), ")"], prefix)].join("\n");
}

/** Where a formula stands in the spec and what stands there; its name, where the text does not begin with it. */
function sourceComment({ title, at, formula }: LossPlan | SchedulePlan): string[] {
  return comment(`${at.file}:${at.line}: ${formula.startsWith(title) ? "" : `${title}, `}${formula}`);
}

/** The same number for every sample: nothing that a program should weigh by. */
function isConstant(weights: Expr): boolean {
  const inner = weights.kind === "operation" && weights.op === "broadcast" ? weights.args[0] : weights;
  return inner !== undefined && isHost(inner, { host: false });
}

/** The formula that is computed, where it can be read on a line. */
function stableForm(loss: LossPlan): string[] {
  const text = commentText(print(loss.perSample));
  return text.length <= 104 ? [`// computed as ${text}`] : [];
}

function rootsOf(loss: LossPlan): readonly Expr[] {
  const optional = [loss.weights, ...loss.states.map((state) => state.update)];
  return [loss.perSample, ...loss.gradients.map((each) => each.value), ...optional.filter((root) => root !== null)];
}

function recordOf(entries: readonly { readonly of: string; readonly value: Expr }[], scope: Scope): Doc {
  return object(entries.map((each) => property(each.of, printFormula(each.value, scope))));
}

function learnedItems(loss: LossPlan): Doc[] {
  if (loss.learned.length === 0) return [];
  const entries = loss.learned.map((each) => {
    const sizes = Object.entries(each.sizes).map(([axis, size]) => property(axis, numberLiteral(size)));
    return property(
      each.name,
      object([
        property("axes", list(each.axes.map(stringLiteral))),
        ...(sizes.length === 0 ? [] : [property("sizes", object(sizes))]),
        property("initial", initialDoc(each.initial)),
        ...(each.atLeast === null ? [] : [property("atLeast", numberLiteral(each.atLeast))]),
        ...(each.atMost === null ? [] : [property("atMost", numberLiteral(each.atMost))]),
      ]),
    );
  });
  return [property("learned", object(entries))];
}

function stateItems(loss: LossPlan): Doc[] {
  if (loss.states.length === 0) return [];
  const entries = loss.states.map((each) =>
    property(each.name, object([property("axes", list(each.axes.map(stringLiteral))), property("initial", numberLiteral(each.initial))])),
  );
  return [property("states", object(entries))];
}

function initialDoc(initial: Initial): Doc {
  const values = Object.entries(initial).map(([key, value]) =>
    property(key, typeof value === "number" ? numberLiteral(value) : stringLiteral(value)),
  );
  return object(values);
}

// ---------------------------------------------------------------- schedules and scales

/** `function steps({ epoch }: Progress): number { ... }`. */
export function scheduleFunction(
  context: Context,
  schedule: SchedulePlan,
): { readonly above: string; readonly made: FunctionDeclarationStructure } {
  const name = context.nameOf("Schedule", schedule.name);
  const parameters = parameterKeys(schedule.parameters, [schedule.rate]);
  context.settle(
    name,
    [...parameters.values()].map(({ key, value }) => [key, numberLiteral(value)]),
  );
  const writing = { roots: [schedule.rate], owner: name, parameters, inputs: ["epoch", "step", "progress"], host: true };
  const { head, statements } = functionParts(context, writing, (scope) => printFormula(schedule.rate, scope));
  return {
    above: sourceComment(schedule).join("\n"),
    made: {
      kind: StructureKind.Function,
      name,
      parameters: head === "" ? [] : [{ name: head, type: context.useType("Progress") }],
      returnType: "number",
      statements: statements.map((statement) => render(statement, "", 2)),
    },
  };
}

/** `(v) => (v - 127.5) / 128`. */
export function scaleFunction(context: Context, scale: Expr): Doc {
  const writing = { roots: [scale], owner: "", parameters: parameterKeys([], [scale]), inputs: ["v"], host: true };
  return ["(v) => ", printFormula(scale, scopeOf(context, writing, new Map([["v", "v"]]), []))];
}

// ---------------------------------------------------------------- bodies

interface Writing {
  readonly roots: readonly Expr[];
  /** Where its parameters stand: `parameters.<owner>`. */
  readonly owner: string;
  readonly parameters: ReadonlyMap<string, { readonly key: string; readonly value: number }>;
  /** What the function is given, in the order in which it is unpacked. */
  readonly inputs: readonly string[];
  readonly host: boolean;
}

function functionBody(context: Context, writing: Writing, result: (scope: Scope) => Doc): Doc {
  const { head, statements } = functionParts(context, writing, result);
  return [`(${head}) `, block(statements)];
}

/** The unpacked inputs, then parameters, shared locals and the result as statements. */
function functionParts(
  context: Context,
  writing: Writing,
  result: (scope: Scope) => Doc,
): { readonly head: string; readonly statements: readonly Doc[] } {
  const all = inOrder(writing.roots);
  const names = context.inner();
  const used = new Set(all.flatMap((expr) => (expr.kind === "input" ? [sizedBy(expr, all)?.name ?? expr.name] : [])));
  const inputs = new Map(writing.inputs.filter((name) => used.has(name)).map((name) => [name, names.claim(name)]));
  const scope = scopeOf(context, writing, inputs, all);
  const keys = parametersIn(all, writing.parameters);
  const called = keys.map((key) => [key, names.claim(key)] as const);
  const inside: Scope = { ...scope, parameter: (expr) => calledKey(called, keyOf(writing.parameters, expr)) };
  const { statements, scope: withLocals } = localStatements(writing, inside, names);
  return {
    head: inputs.size === 0 ? "" : render(object([...inputs].map(([name, local]) => property(name, local)))),
    statements: [
      ...(called.length === 0
        ? []
        : [["const ", object(called.map(([key, local]) => property(key, local))), ` = parameters.${writing.owner};`]]),
      ...statements,
      ["return ", result(withLocals), ";"],
    ],
  };
}

function localStatements(writing: Writing, scope: Scope, names: Names): { readonly statements: readonly Doc[]; readonly scope: Scope } {
  const locals = new Map<number, string>();
  const inside: Scope = { ...scope, local: (expr) => locals.get(expr.id) ?? null };
  const statements = share(writing.roots).locals.map((local): Doc => {
    const initializer = printFresh(local.expr, inside);
    const name = names.claim(local.name);
    locals.set(local.expr.id, name);
    return [`const ${name} = `, initializer, ";"];
  });
  return { statements, scope: inside };
}

function scopeOf(context: Context, writing: Writing, inputs: ReadonlyMap<string, string>, all: readonly Expr[]): Scope {
  return {
    host: writing.host,
    input: (expr: InputExpr) => {
      const sized = sizedBy(expr, all);
      if (sized === null) return inputs.get(expr.name) ?? expr.name;
      return `${context.use("size")}(${inputs.get(sized.name) ?? sized.name}, ${stringLiteral(sized.axis)})`;
    },
    parameter: (expr) => numberLiteral(expr.value),
    local: () => null,
    imports: context.use,
  };
}

/** Sizes other than N and C are asked of a value that has the axis: x for feature, a learned value for its own axes. */
function sizedBy(expr: InputExpr, all: readonly Expr[]): { readonly name: string; readonly axis: Axis } | null {
  const axis = axisOfSize(expr);
  if (axis === null || axis === "sample" || axis === "class") return null;
  const holder = all.find((each): each is InputExpr => each.kind === "input" && each.type.axes.includes(axis));
  return { name: holder?.name ?? "x", axis };
}

// ---------------------------------------------------------------- what a formula reads

function inputOrder(loss: LossPlan): readonly string[] {
  const own = [...loss.learned.map((each) => each.name), ...loss.states.map((each) => each.name)];
  return ["x", "y", "W", "b", ...own, "epoch", "step", "progress", "N", "C"];
}

/** Names for parameters; two of one name and different values (of a weighting and of the loss it multiplies) stay apart. */
function parameterKeys(
  declared: readonly { readonly name: string; readonly value: number }[],
  roots: readonly Expr[],
): ReadonlyMap<string, { readonly key: string; readonly value: number }> {
  const names = new Names();
  const keys = new Map<string, { readonly key: string; readonly value: number }>();
  const used = inOrder(roots).filter((expr) => expr.kind === "parameter");
  const order = declared.flatMap((each) => used.filter((expr) => expr.name === each.name && expr.value === each.value));
  for (const { name, value } of [...order, ...used]) {
    const id = `${name} ${value}`;
    if (!keys.has(id)) keys.set(id, { key: names.claim(name), value });
  }
  return keys;
}

function keyOf(parameters: Writing["parameters"], expr: ParameterExpr): string {
  return parameters.get(`${expr.name} ${expr.value}`)?.key ?? expr.name;
}

function parametersIn(all: readonly Expr[], parameters: Writing["parameters"]): readonly string[] {
  const used = new Set(all.flatMap((expr) => (expr.kind === "parameter" ? [keyOf(parameters, expr)] : [])));
  return [...parameters.values()].map((each) => each.key).filter((key) => used.has(key));
}

function calledKey(called: readonly (readonly [key: string, local: string])[], key: string): string {
  return called.find(([each]) => each === key)?.[1] ?? key;
}

import { describe, expect, test } from "vitest";
import type * as Ast from "../../src/compiler/syntax/ast.js";
import { quote } from "../../src/compiler/syntax/literals.js";
import { childrenOf, walk } from "../../src/compiler/syntax/walk.js";
import { read, specs } from "./specs.js";

/** A formula in a notation that shows how it was read: every operation in parentheses. */
function shape(node: Ast.Expression): string {
  switch (node.kind) {
    case "number":
      return node.unit === null ? String(node.value) : `${node.value}:${node.unit}`;
    case "string":
      return quote(node.value);
    case "size":
      return `<${node.sizes.join(" ")}>`;
    case "list":
      return `[${node.items.map(shape).join(", ")}]`;
    case "range":
      return `(${shape(node.from)} .. ${shape(node.to)})`;
    case "reference":
      return node.name.text;
    case "call": {
      const args = node.args.map(({ name, value }) => `${name === null ? "" : `${name.text}=`}${shape(value)}`);
      const { over } = node;
      if (over === null) return `${shape(node.callee)}(${args.join(", ")})`;
      const names = over.names.map((name) => name.text).join(" ");
      const rest = [over.by && `by ${over.by.text}`, over.in && `in ${shape(over.in)}`, over.where && `where ${shape(over.where)}`];
      return `${shape(node.callee)}(${args.join(", ")} | ${[names, ...rest.filter((part) => part !== null)].join(" ")})`;
    }
    case "index":
      return `${shape(node.base)}[${shape(node.index)}]`;
    case "member":
      return `${shape(node.base)}.${node.name.text}`;
    case "unary":
      return `(${node.operator} ${shape(node.operand)})`;
    case "binary":
      return `(${shape(node.left)} ${node.operator} ${shape(node.right)})`;
    case "comparison":
      return `(${node.operands.map((operand, i) => (i === 0 ? "" : ` ${node.operators[i - 1]} `) + shape(operand)).join("")})`;
    case "if":
      return `(if ${shape(node.condition)} then ${shape(node.then)} else ${shape(node.otherwise)})`;
    case "group":
      return shape(node.inner);
    case "hole":
      return "?";
  }
}

function formula(text: string): string {
  const { value, diagnostics } = read(`let f = ${text}`);
  expect(diagnostics).toEqual([]);
  const [first, ...more] = value.declarations;
  expect(more).toEqual([]);
  return first?.kind === "let" ? shape(first.value) : "";
}

test.each([
  ["a + b * c", "(a + (b * c))"],
  ["a - b - c", "((a - b) - c)"],
  ["2^3^2", "(2 ^ (3 ^ 2))"],
  ["-x^2", "(- (x ^ 2))"],
  ["2^-3", "(2 ^ (- 3))"],
  ["-a * b", "((- a) * b)"],
  ["a / -b", "(a / (- b))"],
  ["a < b < c + 1", "(a < b < (c + 1))"],
  ["(a < b) < c", "((a < b) < c)"],
  ["not a == b and c or d", "(((not (a == b)) and c) or d)"],
  ["not not a", "(not (not a))"],
  ["if a then b else if c then d else e + 1", "(if a then b else (if c then d else (e + 1)))"],
  ["s * (if a then b else c) - 1", "((s * (if a then b else c)) - 1)"],
  ["1..6", "(1 .. 6)"],
  ["[0.02, 5e-4, 1E+3]", "[0.02, 0.0005, 1000]"],
  ["f(3x3, g = 112x92x1)", "f(<3 3>, g=<112 92 1>)"],
  ["f(50%, 0.7%, 4GB, 2MiB)", "f(0.5:percent, 0.007:percent, 4000000000:bytes, 2097152:bytes)"],
  ["180deg", `${Math.PI}:degrees`],
  ["W[y]", "W[y]"],
  ["pairs(orl.test).accuracy", "pairs(orl.test).accuracy"],
  ["mean(w over sample)", "mean(w | sample)"],
  ["sum(x - k[y] over sample by class)", "sum((x - k[y]) | sample by class)"],
  ["count(over sample)", "count( | sample)"],
  ["count(epoch >= e over e in [1, 2])", "count((epoch >= e) | e in [1, 2])"],
  ["mean(d(a, p) over a, p where y[a] == y[p])", "mean(d(a, p) | a p where (y[a] == y[p]))"],
  ["train + loss * schedule.base - data(seed = image)", "((train + (loss * schedule.base)) - data(seed=image))"],
  ["inner(state2, orange, iffy, epochs, seeds)", "inner(state2, orange, iffy, epochs, seeds)"],
  [String.raw`"a \"b\" \\ \u{3b8}\n"`, String.raw`"a \"b\" \\ θ\n"`],
])("%s is read as %s", (text, expected) => {
  expect(formula(text)).toBe(expected);
});

describe("lines", () => {
  test("a bracket on a new line begins something new", () => {
    const { value, diagnostics } = read("loss a {\n  let c = x\n  (c + 1) * 2\n}");
    expect(diagnostics).toEqual([]);
    const [loss] = value.declarations;
    expect(loss?.kind === "loss" && shape(loss.result)).toBe("((c + 1) * 2)");
  });

  test("a minus that touches what follows begins a line's formula; one that does not goes on with the line above", () => {
    const sign = read("loss a {\n  let c = x\n  -c\n}").value.declarations[0];
    expect(sign?.kind === "loss" && shape(sign.result)).toBe("(- c)");
    const minus = read("loss a =\n  x\n  - c\nloss b = f(x\n  -c)");
    expect(minus.diagnostics).toEqual([]);
    expect(minus.value.declarations.map((found) => found.kind === "loss" && shape(found.result))).toEqual(["(x - c)", "f((x - c))"]);
  });

  test("separators are not needed, and do no harm", () => {
    const [tight, loose] = ["train t { batch 32 epochs 24 clip 5 }", ";train t {;\nbatch 32;; epochs 24\n\nclip 5;\n};"].map((text) =>
      read(text),
    );
    expect(tight?.diagnostics).toEqual([]);
    expect(loose?.diagnostics).toEqual([]);
    const settings = [tight, loose].map((found) => {
      const train = found?.value.declarations[0];
      return train?.kind === "train" ? train.settings.map((setting) => setting.kind === "setting" && setting.keyword.text) : null;
    });
    expect(settings).toEqual([
      ["batch", "epochs", "clip"],
      ["batch", "epochs", "clip"],
    ]);
  });

  test("a byte order mark, carriage returns and no-break spaces are space", () => {
    expect(read("\ufeffloss a =\u00a0softmax\r\nloss b = a\r\n").diagnostics).toEqual([]);
  });
});

describe("broken text", () => {
  test("other declarations stay whole, and a broken one keeps its name and parameters", () => {
    const { value, diagnostics } = read("loss a(s = 2, m) = s * * m\nloss b = a(1)\ntrain t { batch ) }\nlet c = 1");
    expect(diagnostics.map((found) => found.code)).toEqual(["unexpected-text", "unopened-bracket"]);
    expect(
      value.declarations.map((found) => [
        found.kind,
        found.kind === "use" ? "" : found.name.text,
        found.kind !== "use" && found.broken === true,
      ]),
    ).toEqual([
      ["loss", "a", true],
      ["loss", "b", false],
      ["train", "t", true],
      ["let", "c", false],
    ]);
    const [first] = value.declarations;
    expect(first?.kind === "loss" && first.parameters.map((parameter) => parameter.name.text)).toEqual(["s", "m"]);
    expect(first?.kind === "loss" && first.result.kind).toBe("hole");
  });

  test("a slip of spelling is reported, and read as it was meant", () => {
    const { value, diagnostics } = read("let f = a ** 2 && !b");
    expect(diagnostics.map((found) => found.code)).toEqual(["foreign-operator", "foreign-operator", "foreign-operator"]);
    const [first] = value.declarations;
    expect(first?.kind === "let" && shape(first.value)).toBe("((a ^ 2) and (not b))");
  });

  test.each([
    ["brackets", `let a = ${"(".repeat(10_000)}1${")".repeat(10_000)}`, "brackets-too-deep"],
    ["braces", `backbone b ${"{ repeat(2) ".repeat(10_000)}${"}".repeat(10_000)}`, "brackets-too-deep"],
    ["open brackets alone", "[".repeat(10_000), "brackets-too-deep"],
    ["signs", `let a = ${"-".repeat(10_000)}1`, "formula-too-long"],
    ["powers", `let a = 1${" ^ 1".repeat(10_000)}`, "formula-too-long"],
    ["cases", `let a = ${"if b then c else ".repeat(10_000)}d`, "formula-too-long"],
    ["indices", `let a = b${"[c]".repeat(10_000)}`, "formula-too-long"],
    ["members", `let a = b${".c".repeat(10_000)}`, "formula-too-long"],
    ["calls", `let a = b${"()".repeat(10_000)}`, "formula-too-long"],
    ["levels of levels", `let a = ${"(1 + ".repeat(99).replaceAll("1", `1${" + 1".repeat(20)}`)}1${")".repeat(99)}`, "formula-too-long"],
  ])("10,000 %s give one message", (_, text, code) => {
    expect(read(text).diagnostics.map((found) => found.code)).toEqual([code]);
  });

  test("the deepest text that is allowed is read", () => {
    const text = `let a = ${"(".repeat(100)}1${")".repeat(100)}\nlet b = 1${" + 1".repeat(1000)}\nlet c = ${"-".repeat(900)}1`;
    expect(read(text).diagnostics).toEqual([]);
  });
});

test.each(specs)("$name is read without a mistake, each node within its parent", (source) => {
  const { value, diagnostics } = read(source.text);
  expect(diagnostics).toEqual([]);
  walk(value, (node) => {
    for (const child of childrenOf(node)) {
      if (child.span.start < node.span.start || child.span.end > node.span.end)
        throw new Error(`${child.kind} reaches out of ${node.kind}`);
    }
  });
});

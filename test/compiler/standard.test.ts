/** The standard library: sound, laid out, and equal to what papers publish. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { formatFile } from "../../src/compiler/format/format.js";
import { type Bindings, evaluate, evaluateAll } from "../../src/compiler/formula/evaluate.js";
import { nodeHost, standardModules } from "../../src/compiler/host.js";
import type { LossPlan } from "../../src/compiler/plan/plan.js";
import { parseFile } from "../../src/compiler/syntax/build.js";
import type { NamedArray } from "../../src/runtime/describe.js";
import { array, distance } from "../numeric/formulas.js";
import { compileText } from "./check.js";

describe.each(standardModules)("%s", (module) => {
  const text = nodeHost().standard(module) ?? "";

  it("compiles without a word", () => {
    expect(compile(nodeHost(), module).diagnostics).toEqual([]);
  });

  it("is laid out", () => {
    expect(formatFile(parseFile({ name: module, text }).value)).toBe(text);
  });
});

// ---------------------------------------------------------------- networks

const imagenet = [224, 224, 3] as const;
const faces = [112, 112, 3] as const;

// Parameters and multiply-adds of torchvision's networks, and of the same with 512 features on 112x112 images.
test.each([
  ["ResNet18", 1000, imagenet, 11_689_512, 1_814_073_344],
  ["ResNet34", 1000, imagenet, 21_797_672, 3_663_761_408],
  ["ResNet50", 1000, imagenet, 25_557_032, 4_089_184_256],
  ["ResNet101", 1000, imagenet, 44_549_160, 7_801_405_440],
  ["ResNet18", 512, faces, 11_439_168, 485_109_760],
  ["ResNet34", 512, faces, 21_547_328, 965_226_496],
  ["ResNet50", 512, faces, 24_557_120, 1_076_899_840],
  ["ResNet101", 512, faces, 43_549_248, 2_004_955_136],
] as const)("%s with %i features has its published size", (name, features, input, parameters, multiplyAdds) => {
  const { value } = compile(nodeHost(), "std.backbones", { set: { features: String(features) }, target: name, input, until: "plan" });
  const backbone = value.plan?.backbones.find((each) => each.name === name);
  expect(backbone?.output).toEqual([features]);
  expect(backbone?.parameterCount).toBe(parameters);
  expect(backbone?.multiplyAdds).toBe(multiplyAdds);
});

// ---------------------------------------------------------------- losses

interface Case {
  readonly name: string;
  readonly params: Readonly<Record<string, number | string | boolean>>;
  readonly per_sample: readonly number[];
  readonly weights?: readonly number[];
  readonly grad_x: readonly (readonly number[])[];
  readonly grad_W?: readonly (readonly number[])[];
  readonly grad_b?: readonly number[];
}

interface Reference {
  readonly x: readonly (readonly number[])[];
  readonly W: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly centres: readonly (readonly number[])[];
  readonly y: readonly number[];
  readonly cases: readonly Case[];
}

/** A case as a user writes it with the standard library; null for losses of later versions. */
function specOf({ name, params }: Case): string | null {
  const { s, m, gamma, lambda, map, centre, mean1, stop_gradient: stop } = params;
  const inLanguage: readonly (readonly [prefix: string, spec: string])[] = [
    ["focal_gamma_2_stopped", `loss it = focal_stopped(${gamma}) * softmax`],
    ["focal_", `loss it = focal_softmax(${gamma})`],
    ["normface_", `loss it = normface_fixed(${s})`],
    ["cosface_", `loss it = cosface(s = ${s}, m = ${m})`],
    ["arcface_", `loss it = arcface(${s}, ${m})`],
    ["softmax_center_", `loss it = centre(lambda = ${lambda})`],
    ["softmax_ring_", `loss it = softmax + ${lambda} / 2 * (norm(x) - ${params.R})^2`],
  ];
  if (name === "softmax") return "loss it = softmax";
  if (name.startsWith("csoftmax_")) {
    const cosine = `${map}_cosine(${centre === "W" ? "W" : "k"}[y])`;
    const normal = mean1 === true ? `normalised(${cosine})` : cosine;
    return `loss it {\n  state k[class]: feature = 0\n  update k = k\n  ${stop === true ? `stopped(${normal})` : normal} * softmax\n}`;
  }
  return inLanguage.find(([prefix]) => name.startsWith(prefix))?.[1] ?? null;
}

const head = `use std.losses { arcface, centre, cosface, focal_softmax, normface_fixed, softmax }
use std.weightings { exp_cosine, focal_stopped, half_cosine, normalised, relu_cosine, stopped }
`;

const file = join(process.env.FACEC_DATA ?? join(import.meta.dirname, "../../../shared/data"), "../reference/losses.json");
const reference: Reference | null = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Reference) : null;

function matrix(axes: readonly string[], rows: readonly (readonly number[])[]): NamedArray {
  return array(axes, [rows.length, rows[0]?.length ?? 0], rows.flat());
}

/** The reference keeps W as features x classes. */
function turned(rows: readonly (readonly number[])[]): NamedArray {
  return matrix(
    ["class", "feature"],
    (rows[0] ?? []).map((_, column) => rows.map((row) => row[column] ?? Number.NaN)),
  );
}

function compareAll(loss: LossPlan, test: Case, { x, W, b, y, centres }: Reference): void {
  const bindings: Bindings = {
    x: matrix(["sample", "feature"], x),
    W: turned(W),
    b: array(["class"], [b.length], b),
    y: array(["sample"], [y.length], y),
    k: matrix(["class", "feature"], centres),
  };
  const sizes = new Map([
    ["sample", x.length],
    ["class", b.length],
    ["feature", x[0]?.length ?? 0],
  ]);
  const perSample = (values: readonly number[]): NamedArray => array(["sample"], [values.length], values);
  expect(distance(evaluate(loss.perSample, bindings, sizes), perSample(test.per_sample))).toBeLessThan(1e-9);
  if (test.weights !== undefined) {
    if (loss.weights === null) throw new Error(`${test.name} has weights`);
    expect(distance(evaluate(loss.weights, bindings, sizes), perSample(test.weights))).toBeLessThan(1e-9);
  }
  const wanted: Readonly<Record<string, NamedArray | null>> = {
    x: matrix(["sample", "feature"], test.grad_x),
    W: test.grad_W === undefined ? null : turned(test.grad_W),
    b: test.grad_b === undefined ? null : array(["class"], [test.grad_b.length], test.grad_b),
  };
  const found = evaluateAll(
    loss.gradients.map((each) => each.value),
    bindings,
    sizes,
  );
  expect(loss.gradients.map((each) => each.of)).toEqual(Object.keys(wanted).filter((name) => wanted[name] !== null));
  for (const [index, gradient] of loss.gradients.entries()) {
    const [got, expected] = [found[index], wanted[gradient.of]];
    if (got === undefined || expected === undefined || expected === null) throw new Error(`no gradient by ${gradient.of}`);
    expect(distance(got, expected)).toBeLessThan(1e-9);
  }
}

describe.skipIf(reference === null)("losses as the language has them, compiled, against published figures", () => {
  const cases = (reference?.cases ?? []).flatMap((each) => {
    const spec = specOf(each);
    return spec === null ? [] : [[each.name, each, spec] as const];
  });

  it("covers every loss of this version", () => {
    expect(cases.length).toBeGreaterThanOrEqual(36);
  });

  it.each(cases)("%s", (_, each, spec) => {
    const { value, codes } = improvedText(`${head}\n${spec}\n`);
    expect(codes).toEqual([]);
    if (reference !== null) compareAll(value, each, reference);
  });
});

function improvedText(text: string): { readonly value: LossPlan; readonly codes: readonly string[] } {
  const { improved, codes } = compileText(text);
  const value = improved?.losses.find((each) => each.name === "it");
  if (value === undefined) throw new Error(`not compiled: ${codes.join(" ")}`);
  return { value, codes };
}

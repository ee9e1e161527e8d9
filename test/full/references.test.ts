/** Every reference case of today's losses through `facec probe`, as a user asks for it, on wasm, cpu and webgpu. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { facec, folderWith } from "../cli/facec.js";
import { projectRoot } from "../golden.js";
import { prepareVulkan } from "./webgpu/vulkan.js";

type Nested = number | readonly Nested[];

interface Case {
  readonly name: string;
  readonly loss: number;
  readonly per_sample: readonly number[];
  readonly weights?: readonly number[];
  readonly grad_x: Nested;
  readonly grad_W?: Nested;
  readonly grad_b?: Nested;
}

interface Probed {
  readonly per_sample: readonly number[];
  readonly loss: number;
  readonly weights: readonly number[] | null;
  readonly gradients: Readonly<Record<string, Nested>>;
}

interface Answer {
  readonly compiled: Probed;
  readonly reference: Probed;
  readonly max_relative_difference: number;
  readonly max_transposed_difference: number;
}

const withoutVulkan = prepareVulkan();
const spec = join(projectRoot, "specs", "references.face");
const file = join(process.env.FACEC_DATA ?? join(projectRoot, "../shared/data"), "../reference/losses.json");
const given = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : null;
const inSpec = (name: string): string => name.replace(/[.-]/g, "_");

/** Those that the spec declares: the losses of papers that the language has so far. */
const declared = new Set(["softmax", ...[...readFileSync(spec, "utf8").matchAll(/^loss (\w+)/gm)].map((found) => found[1])]);
const cases: readonly Case[] = (given?.cases ?? []).filter(({ name }: Case) => declared.has(inSpec(name)));

function flat(value: Nested): readonly number[] {
  return typeof value === "number" ? [value] : value.flatMap(flat);
}

/** max |a - b| / max |b|; an array of zeros must be met exactly. */
function apart(a: Nested, b: Nested): number {
  const [ours, theirs] = [flat(a), flat(b)];
  expect(ours.length).toBe(theirs.length);
  const worst = Math.max(...theirs.map((value, i) => Math.abs(value - (ours[i] ?? Number.NaN))));
  return worst === 0 ? 0 : worst / Math.max(...theirs.map(Math.abs));
}

function compare(found: Probed, wanted: Case, within: number): void {
  expect(apart(found.per_sample, wanted.per_sample)).toBeLessThan(within);
  expect(apart(found.loss, wanted.loss)).toBeLessThan(within);
  if (wanted.weights !== undefined) expect(apart(found.weights ?? [], wanted.weights)).toBeLessThan(within);
  const gradients = { x: wanted.grad_x, W: wanted.grad_W, b: wanted.grad_b };
  for (const [name, gradient] of Object.entries(gradients)) {
    if (gradient !== undefined) expect(apart(found.gradients[name] ?? [], gradient)).toBeLessThan(within);
  }
}

describe.skipIf(given === null)(
  "facec probe specs/references.face, against values from automatic differentiation (needs FACEC_DATA)",
  () => {
    test("has every case of the losses it declares", () => {
      expect(cases.length).toBe(declared.size);
    });

    // A software GPU takes seconds a case: some of them.
    const backendsOf = (i: number) => ["wasm", "cpu", ...(withoutVulkan === null && i % 4 === 0 ? ["webgpu"] : [])];

    test.each(cases.flatMap((wanted, i) => backendsOf(i).map((backend) => ({ backend, wanted }))))(
      "$wanted.name on $backend",
      ({ backend, wanted }) => {
        const folder = folderWith({});
        const values = join(folder, "values.json");
        writeFileSync(values, JSON.stringify({ x: given.x, W: given.W, b: given.b, y: given.y, centers: given.centres }));
        const { code, out, err } = facec(["probe", spec, inSpec(wanted.name), "--input", values, "--backend", backend, "--json"]);
        expect(`${code} ${err}`).toBe("0 ");
        const answer: Answer = JSON.parse(out);
        compare(answer.reference, wanted, 1e-9);
        compare(answer.compiled, wanted, 1e-4);
        expect(answer.max_relative_difference).toBeLessThan(1e-4);
        expect(answer.max_transposed_difference).toBeLessThan(1e-4);
      },
    );
  },
);

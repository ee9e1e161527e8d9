/**
 * Programs as goldens: `<slug>.face` and beside it `<slug>.<program>.ts` for each program that it emits. All of them, and
 * those of every spec under specs/, are checked by TypeScript in one project, strictly.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Project, ts } from "ts-morph";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { emit, emitLoss, type GeneratedFile } from "../../src/compiler/emit/program.js";
import { toJavaScript } from "../../src/compiler/emit/script.js";
import { formatFile } from "../../src/compiler/format/format.js";
import { nodeHost, standardModules } from "../../src/compiler/host.js";
import type { Plan } from "../../src/compiler/plan/plan.js";
import { projectRoot, slugsOf } from "../golden.js";

const folder = "test/golden/programs";
const slugs = slugsOf(folder, ".face");
const examples = slugsOf("specs", ".face").map((slug) => `specs/${slug}.face`);

function planOf(spec: string): Plan {
  const { value, diagnostics } = compile(nodeHost(), spec);
  expect(diagnostics.map((each) => `${each.code}: ${each.wording.text}`)).toEqual([]);
  if (value.improved === null) throw new Error(`${spec} has no plan`);
  return value.improved;
}

function programsOf(spec: string): readonly GeneratedFile[] {
  return emit(planOf(spec));
}

describe("program goldens", () => {
  test.each(slugs)("%s", async (slug) => {
    for (const { path, text } of programsOf(`${folder}/${slug}.face`)) {
      await expect(text).toMatchFileSnapshot(join(projectRoot, folder, `${slug}.${path}`));
    }
  });

  test("no golden without its program", () => {
    const emitted = slugs.flatMap((slug) => programsOf(`${folder}/${slug}.face`).map((each) => `${slug}.${each.path}`));
    const there = readdirSync(join(projectRoot, folder)).filter((name) => name.endsWith(".ts"));
    expect(there.sort()).toEqual(emitted.sort());
  });

  test("the same spec gives the same bytes again", () => {
    for (const slug of slugs) expect(programsOf(`${folder}/${slug}.face`)).toEqual(programsOf(`${folder}/${slug}.face`));
  });
});

describe("specs", () => {
  test.each([...examples, ...standardModules])("%s compiles without a warning and is in the canonical layout", (spec) => {
    const { value, diagnostics } = compile(nodeHost(), spec);
    expect(diagnostics.map((each) => `${each.code}: ${each.wording.text}`)).toEqual([]);
    const file = value.bound?.main.file;
    expect(file === undefined ? null : formatFile(file)).toBe(file?.source.text);
  });
});

describe("generated TypeScript", () => {
  const programs = [...slugs.map((slug) => `${folder}/${slug}.face`), ...examples].flatMap((spec) =>
    programsOf(spec).map((program) => ({ ...program, spec })),
  );
  const losses = standardModules.flatMap((module) => {
    const plan = planOf(module);
    return plan.losses.map((loss) => ({ path: `${loss.name}.loss.ts`, text: emitLoss(plan, loss.name), spec: module }));
  });

  test("has programs and losses to look at", () => {
    expect(programs.length).toBeGreaterThan(8);
    expect(losses.length).toBeGreaterThan(8);
  });

  test("is type-checked under strict", { timeout: 300_000 }, () => {
    const project = new Project({
      compilerOptions: {
        target: ts.ScriptTarget.ES2023,
        module: ts.ModuleKind.ESNext,
        moduleResolution: ts.ModuleResolutionKind.Bundler,
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        noUnusedLocals: true,
        noUnusedParameters: true,
        noEmit: true,
        skipLibCheck: true,
        types: ["node"],
        paths: { "facec/runtime": [join(projectRoot, "src/runtime/index.ts")] },
      },
    });
    const checked = [...programs, ...losses].map(({ spec, path, text }) =>
      project.createSourceFile(join(projectRoot, "generated", spec.replaceAll(/[^a-z0-9]/gi, "-"), path), text),
    );
    const found = checked.flatMap((file) =>
      project.getProgram().getSemanticDiagnostics(file).concat(project.getProgram().getSyntacticDiagnostics(file)),
    );
    expect(project.formatDiagnosticsWithColorAndContext(found)).toBe("");
  });

  test("keeps within the width of a page where words allow it", () => {
    const long = programs.flatMap(({ spec, path, text }) =>
      text
        .split("\n")
        .flatMap((line, i) =>
          line.length > 120 && !/^\s*(formula|name|title|source): "|^\s*\{? ?"?.*".*"/.test(line) ? [`${spec} ${path}:${i + 1}`] : [],
        ),
    );
    expect(long).toEqual([]);
  });

  test("becomes a module whose one import is an installed runtime", () => {
    for (const { text } of programs) {
      const script = toJavaScript(text, "file:///runtime.js");
      expect(script.match(/from "[^"]*"/g)).toEqual(['from "file:///runtime.js"']);
    }
  });
});

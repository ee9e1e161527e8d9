/** What the documents show is what there is: each spec in them compiles, each link leads somewhere, each command exists. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { compile } from "../src/compiler/compile.js";
import { functions } from "../src/compiler/formula/functions.js";
import { memoryHost } from "../src/compiler/host.js";
import { layers } from "../src/runtime/layers/index.js";
import { optimizers } from "../src/runtime/optimizers/index.js";
import { projectRoot } from "./golden.js";

const documents = [
  "README.md",
  "CHANGELOG.md",
  "CONTRIBUTING.md",
  ...readdirSync(join(projectRoot, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];

function read(path: string): string {
  return readFileSync(join(projectRoot, path), "utf8");
}

interface Block {
  readonly title: string;
  readonly fragment: boolean;
  readonly spec: string;
}

/** The ```face blocks of a document, also indented ones; `face fragment` marks those that lack what `prelude` has. */
function specsOf(path: string): Block[] {
  const text = read(path);
  return [...text.matchAll(/^( *)```face( fragment)?\n([\s\S]*?)^ *```$/gm)].map(([, indent = "", fragment, body = ""], index) => ({
    title: `${path}, spec ${index + 1}`,
    fragment: fragment !== undefined,
    spec: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
  }));
}

/** What fragments take for granted: names of the standard library, and the data and training of the quickstart. */
function prelude(): string {
  const uses = "use std.losses { cosface }\nuse std.weightings { uniform }\n";
  const quickstart = read("specs/quickstart.face");
  return `${uses}${quickstart.slice(0, quickstart.indexOf("\ntable "))}\n`;
}

const blocks = documents.flatMap(specsOf);

describe("specs in documents", () => {
  test("are found", () => {
    expect(blocks.length).toBeGreaterThan(8);
  });

  test.each(blocks.map((block) => [block.title, block] as const))("%s compiles without a word", (_title, { fragment, spec }) => {
    const { diagnostics } = compile(memoryHost({ "shown.face": fragment ? prelude() + spec : spec }), "shown.face");
    expect(diagnostics.map((each) => `${each.code}: ${each.wording.text}`)).toEqual([]);
  });
});

test("the language page names every layer, function and optimiser, with its arguments", () => {
  const page = read("docs/language.md");
  const described = [...Object.values(layers), ...Object.values(optimizers)].flatMap(({ name, arguments: args }) => [
    name,
    ...args.flatMap((each) => (each.positional ? [] : [each.name])),
  ]);
  const words = new Set(page.match(/[a-z_]+/g));
  expect([...described, ...Object.keys(functions)].filter((name) => !words.has(name))).toEqual([]);
});

test.each(documents)("%s links to files that exist", (path) => {
  for (const [, link = ""] of read(path).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)) {
    expect(existsSync(join(projectRoot, dirname(path), link)), link).toBe(true);
  }
});

test.each(documents)("%s names scripts and sources that exist", (path) => {
  const text = read(path);
  const { scripts } = JSON.parse(read("package.json"));
  for (const [, script = ""] of text.matchAll(/\bnpm run ([a-z][a-z:]*)/g)) expect(scripts, `npm run ${script}`).toHaveProperty([script]);
  for (const [, source = ""] of text.matchAll(/`((?:src|test|specs|scripts|grammar|bench|docs)\/[a-zA-Z0-9_./-]*\.[a-z]+)`/g)) {
    expect(existsSync(join(projectRoot, source)), source).toBe(true);
  }
});

/** What the README shows is what there is. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { compile } from "../src/compiler/compile.js";
import { emit } from "../src/compiler/emit/program.js";
import { nodeHost } from "../src/compiler/host.js";
import { version } from "../src/runtime/version.js";
import { projectRoot } from "./golden.js";

const readme = read("README.md");

function read(path: string): string {
  return readFileSync(join(projectRoot, path), "utf8");
}

/** The blocks of code in a language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map((match) => match[1] ?? "");
}

test("begins with how to start and how to test", () => {
  expect(readme).toMatch(/^# facec\n\n```\nnpm install && npm start.*\nnpm install && npm test\n```\n/);
});

test("shows the whole quickstart spec", () => {
  expect(blocks("face")[0]).toBe(read("specs/quickstart.face"));
});

test("shows a loss as the program has it", () => {
  const plan = compile(nodeHost(), join(projectRoot, "specs/quickstart.face")).value.improved;
  const program = plan === null ? "" : (emit(plan).find((each) => each.path === "losses.ts")?.text ?? "");
  expect(program).toContain(blocks("ts")[0]);
});

test("names files that exist and the version of the changelog", () => {
  for (const [, path] of readme.matchAll(/\]\(([^)#]+)\)/g)) expect(() => read(path ?? "")).not.toThrow();
  expect(read("CHANGELOG.md")).toContain(`## ${version}`);
  expect(JSON.parse(read("package.json")).version).toBe(version);
});

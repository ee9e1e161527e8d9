import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderCst, renderReference } from "../../grammar/reference.js";

const read = (name: string): string => readFileSync(new URL(`../../grammar/${name}`, import.meta.url), "utf8");

test("cst.ts is what parser.ts gives: npm run grammar writes it", () => {
  expect(read("cst.ts")).toBe(renderCst());
});

test("REFERENCE.md is what parser.ts gives: npm run grammar writes it", () => {
  expect(read("REFERENCE.md")).toBe(renderReference());
});

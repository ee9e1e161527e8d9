import { expect, test } from "vitest";
import { catalogue } from "../src/diagnostics/catalogue/index.js";
import { goldenCodes } from "./golden.js";

test("every code of the catalogue occurs in an error golden, and every golden's code in the catalogue", () => {
  expect([...goldenCodes()].sort()).toEqual(Object.keys(catalogue).sort());
});

test.each(Object.entries(catalogue))("%s has a page of help", (code, entry) => {
  expect(code).toMatch(/^[a-z]+(-[a-z0-9]+)*$/);
  expect(entry.help.trim().length).toBeGreaterThan(40);
});

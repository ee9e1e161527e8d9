import { expect, test } from "vitest";
import { formatFile } from "../../src/compiler/format/format.js";
import { goldenPairs } from "../golden.js";
import { read, specs } from "./specs.js";

goldenPairs("format", {
  input: ".face",
  output: ".txt",
  make: (text) => {
    const { value, diagnostics } = read(text);
    expect(diagnostics).toEqual([]);
    return formatFile(value);
  },
});

test.each(specs.filter(({ name }) => name.startsWith("specs/")))("$name stands in the canonical layout (facec fmt)", ({ text }) => {
  expect(formatFile(read(text).value)).toBe(text);
});

import { expect, test } from "vitest";
import { compile } from "../../src/compiler/compile.js";
import { memoryHost } from "../../src/compiler/host.js";
import { specs } from "./specs.js";

const quickstart = specs.find(({ name }) => name === "specs/quickstart.face")?.text ?? "";

function codes(files: Readonly<Record<string, string>>): readonly string[] {
  return compile(memoryHost(files), "main.face").diagnostics.map((found) => found.code);
}

test.each([
  ["a use", "{ softmax, csoftmax }", "{ softmax, = csoftmax }"],
  ["a name that is brought in", "{ focal }", "{ }}"],
  ["a module", "use std.weightings", "use std."],
  ["a dataset", "scale (v - 127.5) / 128", "scal (v - 127.5) / 128"],
  ["the name of a dataset", "dataset faces", "dataset"],
  ["the parameters of a block", "Basic(width, stride = 1) {", "Basic(width stride = 1) {"],
  ["a block", "residual {", "residual { ,"],
  ["a backbone", "conv(3x3, 16); bn", "conv(3x3, 16; bn"],
  ["the word of a backbone", "backbone Tiny(", "bakbone Tiny("],
  ["a schedule", "base * 0.1 ^", "base * * 0.1 ^"],
  ["a train", "batch 32", "batch 32)"],
  ["a table", "from quick", "form quick"],
  ["a brace", "train quick {", "train quick"],
])("one mistake in %s gives one message, whatever names it", (_, sound, broken) => {
  expect(quickstart).toContain(sound);
  expect(codes({ "main.face": quickstart })).toEqual([]);
  expect(codes({ "main.face": quickstart.replace(sound, broken) })).toHaveLength(1);
});

test("a broken declaration of another file gives one message too", () => {
  const main = 'use "./mine.face" { mine }\nloss first = mine(2)\nloss second = first * first';
  expect(codes({ "main.face": main, "mine.face": "loss mine(s = 1) = s * * 2" })).toEqual(["unexpected-text"]);
});

test("what does not name the broken part is judged as usual", () => {
  expect(codes({ "main.face": "loss first = 1 * * 2\n\nloss second = nowhere" })).toEqual(["unexpected-text", "unknown-name"]);
});

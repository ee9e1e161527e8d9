import { expect, test } from "vitest";
import { nearest } from "../../src/diagnostics/suggest.js";

test.each([
  ["sofmax", ["softmax", "focal", "soft"], "softmax"],
  ["cosien", ["cosine", "cos", "sin"], "cosine"],
  ["resnet50", ["ResNet50", "ResNet18"], "ResNet50"],
  ["RESIDUAL", ["residual"], "residual"],
  ["bns", ["bn", "relu"], "bn"],
  ["zzz", ["softmax"], null],
  ["x", ["y", "W", "b"], null],
  ["m", ["s"], null],
  ["softmax", ["softmax"], null],
  ["rat", ["rate", "raw"], "rate"],
  ["trian", ["train", "test"], "train"],
  ["abc", [], null],
])("%s among %j: %s", (name, candidates, expected) => {
  expect(nearest(name, candidates)).toBe(expected);
});

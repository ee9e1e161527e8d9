import { describe, expect, it } from "vitest";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { pairs, synthetic } from "../../../src/runtime/declare.js";
import { drawPairs, protocolText } from "../../../src/runtime/evaluate/pairs.js";

const dataset = synthetic("toy", { identities: 6, images: 5 }, { image: [4, 4, 1], scale: (v) => v, at: { file: "toy.face", line: 3 } });
const protocol = (folds = 10, seed = 0) => pairs({ dataset, part: "test" }, { folds, seed });
const labels = Int32Array.from({ length: 30 }, (_, i) => Math.floor(i / 5));

describe("pairs(S)", () => {
  const drawn = drawPairs(labels, protocol());
  const list = [...drawn.first].map((a, i) => ({ a, b: drawn.second[i] ?? 0, same: drawn.same[i] === 1, fold: drawn.fold[i] ?? 0 }));

  it("has all same pairs and as many different ones, none twice", () => {
    expect(list.filter((pair) => pair.same)).toHaveLength(6 * 10);
    expect(list.filter((pair) => !pair.same)).toHaveLength(6 * 10);
    for (const { a, b, same } of list) expect(labels[a] === labels[b]).toBe(same);
    expect(new Set(list.map(({ a, b }) => `${Math.min(a, b)} ${Math.max(a, b)}`)).size).toBe(120);
  });
  it("deals both kinds evenly into the folds", () => {
    for (let fold = 0; fold < 10; fold++) {
      expect(list.filter((pair) => pair.fold === fold && pair.same)).toHaveLength(6);
      expect(list.filter((pair) => pair.fold === fold && !pair.same)).toHaveLength(6);
    }
  });
  it("is a function of its seed", () => {
    expect(drawPairs(labels, protocol())).toEqual(drawn);
    expect(drawPairs(labels, protocol(10, 1)).second).not.toEqual(drawn.second);
  });
  it("lists all different pairs where nearly all are wanted", () => {
    const few = Int32Array.from([0, 0, 0, 1, 1, 1]);
    const all = drawPairs(few, protocol(2));
    const keys = [...all.first].map((a, i) => a * 6 + (all.second[i] ?? 0));
    expect(new Set(keys).size).toBe(12);
    for (let i = 6; i < 12; i++) expect(few[all.first[i] ?? 0]).not.toBe(few[all.second[i] ?? 0]);
  });
  it("refuses data that cannot be balanced or dealt", () => {
    expect(() => drawPairs(Int32Array.from([0, 0, 0, 0, 1]), protocol(2))).toThrow(FaceError);
    expect(() => drawPairs(Int32Array.from([0, 0, 1, 1]), protocol(10))).toThrow(/2 same pairs for 10 folds/);
  });
  it("says itself in full", () => {
    expect(protocolText(protocol(), { same: 450, different: 450 })).toBe(
      "pairs of toy.test: 450 same + 450 different, seed 0, 10 folds, cosine, threshold from the other nine folds",
    );
    expect(protocolText(protocol(2), null)).toContain("threshold from the other fold");
  });
});

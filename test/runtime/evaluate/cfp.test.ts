/**
 * AUC, EER and strict TAR at FAR on CFP's own pairs and real embeddings, against figures computed with numpy in float64
 * (flips summed, cosine of the unit vectors).
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cosines } from "../../../src/runtime/evaluate/cosine.js";
import { auc, eer, tarAtFar } from "../../../src/runtime/evaluate/roc.js";
import { projectRoot } from "../../golden.js";

const data = process.env.FACEC_DATA ?? join(projectRoot, "../shared/data");
const there = existsSync(join(data, "embeddings", "cfp-mobileface.npy"));

const reference = {
  FF: {
    auc: 0.975921551020408,
    eer: 0.07657142857142857,
    tar: { "0.1": 0.9371428571428572, "0.01": 0.7508571428571429, "0.001": 0.5708571428571428 },
  },
  FP: {
    auc: 0.783232,
    eer: 0.29028571428571426,
    tar: { "0.1": 0.4774285714285714, "0.01": 0.16742857142857143, "0.001": 0.08228571428571428 },
  },
};

describe.skipIf(!there)("CFP (needs FACEC_DATA with embeddings/ and cfp/)", () => {
  const width = 256;
  const npy = (name: string) => {
    const bytes = readFileSync(join(data, "embeddings", name));
    const start = 10 + bytes.readUInt16LE(8);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length));
  };
  const lists = (name: string) =>
    new Map(
      readFileSync(join(data, "cfp", "Protocol", name), "utf8")
        .trim()
        .split("\n")
        .map(entry),
    );
  const entry = (line: string): [string, string] => {
    const [number = "", path = ""] = line.trim().split(/\s+/);
    return [number, path.replace("../Data/Images/", "")];
  };

  it.each(["FF", "FP"] as const)("%s", (set) => {
    const plain = npy("cfp-mobileface.npy");
    const rows = npy("cfp-mobileface-flip.npy").map((value, i) => value + (plain[i] ?? 0));
    const names = readFileSync(join(data, "embeddings", "cfp-mobileface.txt"), "utf8")
      .trim()
      .split("\n");
    const place = new Map(names.map((name, i) => [name.trim(), i]));
    const [front, other] = [lists("Pair_list_F.txt"), lists(set === "FF" ? "Pair_list_F.txt" : "Pair_list_P.txt")];
    const pairs = ["same", "diff"].flatMap((kind) =>
      Array.from({ length: 10 }, (_, i) => String(i + 1).padStart(2, "0")).flatMap((fold) =>
        readFileSync(join(data, "cfp", "Protocol", "Split", set, fold, `${kind}.txt`), "utf8")
          .trim()
          .split("\n")
          .map((line) => {
            const [a = "", b = ""] = line.trim().split(",");
            return { a: place.get(front.get(a) ?? "") ?? -1, b: place.get(other.get(b) ?? "") ?? -1, same: kind === "same" };
          }),
      ),
    );
    expect(pairs).toHaveLength(7000);
    const scores = cosines(rows, width, {
      first: Uint32Array.from(pairs, ({ a }) => a),
      second: Uint32Array.from(pairs, ({ b }) => b),
      same: Uint8Array.from(pairs, ({ same }) => (same ? 1 : 0)),
      fold: new Uint32Array(pairs.length),
      folds: 1,
    });
    const same = scores.filter((_, i) => pairs[i]?.same === true);
    const different = scores.filter((_, i) => pairs[i]?.same === false);
    const expected = reference[set];
    expect(auc(same, different)).toBeCloseTo(expected.auc, 6);
    expect(eer(same, different)).toBeCloseTo(expected.eer, 10);
    for (const [far, tar] of Object.entries(expected.tar)) expect(tarAtFar(same, different, Number(far))).toBeCloseTo(tar, 10);
  });
});

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { listImages, openData, readPixels, reportData } from "../../../src/runtime/data/index.js";
import { naturalSort } from "../../../src/runtime/data/natural.js";
import { forgetSurveys } from "../../../src/runtime/data/survey.js";
import type { Dataset } from "../../../src/runtime/experiment.js";
import { faults, folderData, people, pgm, TemporaryFolder } from "./folders.js";

let folder = new TemporaryFolder();
const fresh = (files: Record<string, Uint8Array | string>) => {
  folder.remove();
  folder = new TemporaryFolder(files);
  return folder;
};
const open = (dataset: Dataset, part: string | null = null, seed = 1) => {
  forgetSurveys();
  return openData({ dataset, part }, { seed, data: null, beside: folder.path });
};

afterEach(() => {
  delete process.env.FACEC_DATA;
  folder.remove();
});

describe("natural order", () => {
  it("compares numbers as numbers", () => {
    expect(naturalSort(["s10", "s2", "s1", "10.pgm", "2.pgm", "a", "s02", "s"])).toEqual([
      "2.pgm",
      "10.pgm",
      "a",
      "s",
      "s1",
      "s02",
      "s2",
      "s10",
    ]);
    expect(naturalSort(["x1y10", "x1y9", "x01y9", "x"])).toEqual(["x", "x01y9", "x1y9", "x1y10"]);
    const names = ["s10", "s2", "12345678901234567890", "12345678901234567891", "é", "e", "1a", "a1", ""];
    for (const a of names) for (const b of names) expect(naturalSort([a, b])).toEqual(naturalSort([b, a]));
  });
});

describe("folders of identities", () => {
  it("are listed in natural order, without hidden files and files that are no images", async () => {
    fresh({
      "faces/s10/1.pgm": pgm(4, 6, 3),
      "faces/s2/10.pgm": pgm(4, 6, 2),
      "faces/s2/2.PGM": pgm(4, 6, 1),
      "faces/s2/deep/er/1.pgm": pgm(4, 6, 9),
      "faces/s2/.hidden.pgm": "",
      "faces/.git/1.pgm": "",
      "faces/s2/README": "hello",
      "faces/pairs.txt": "1 2",
    });
    const data = await open(folderData());
    expect(data.identities).toEqual(["s2", "s10"]);
    expect(listImages(data)).toEqual(["s2/2.PGM", "s2/10.pgm", "s2/deep/er/1.pgm", "s10/1.pgm"]);
    expect([...data.labels]).toEqual([0, 0, 0, 1]);
    expect([...(await readPixels(data)).filter((_, i) => i % 24 === 0)]).toEqual([1, 2, 9, 3]);
    expect(data.warnings.map((found) => found.code)).toEqual(["data-single-images"]);
  });

  it("tell what they pass over", async () => {
    fresh({ ...people(2, 2), "faces/loose.png": "x", "faces/p1/old.bmp": "x", "faces/notes/a.txt": "x" });
    const data = await open(folderData());
    expect(data.warnings.map((found) => found.wording.text.replaceAll(folder.path, "TMP"))).toEqual([
      "In TMP/faces: 1 image lies in no identity's folder, 1 file is of a format that is not read (p1/old.bmp) and 1 folder holds no image.",
    ]);
  });

  it("follow links, but not up", async () => {
    fresh(people(2, 1));
    symlinkSync(join(folder.path, "faces/p1"), join(folder.path, "faces/p3"));
    symlinkSync(join(folder.path, "faces"), join(folder.path, "faces/p2/up"));
    expect((await open(folderData())).identities).toEqual(["p1", "p2", "p3"]);
  });

  it("are looked up beside the spec, then in --data, then in FACEC_DATA", async () => {
    fresh({
      ...people(2, 1),
      "a/faces/x/1.pgm": pgm(4, 6),
      "a/faces/y/1.pgm": pgm(4, 6),
      "b/faces/v/1.pgm": pgm(4, 6),
      "b/faces/w/1.pgm": pgm(4, 6),
    });
    process.env.FACEC_DATA = join(folder.path, "b");
    const names = async (beside: string, data: string | null) =>
      (await openData({ dataset: folderData(), part: null }, { seed: 1, data, beside: join(folder.path, beside) })).identities;
    expect(await names(".", "unused")).toEqual(["p1", "p2"]);
    expect(await names("nowhere", join(folder.path, "a"))).toEqual(["x", "y"]);
    expect(await names("nowhere", null)).toEqual(["v", "w"]);
  });

  it("convert channels to those of the data set", async () => {
    fresh(people(2, 1));
    expect((await readPixels(await open(folderData({ image: [4, 6, 3] })))).slice(0, 6)).toEqual(new Uint8Array([0, 0, 0, 1, 1, 1]));
  });

  it("resize where the data set says so", async () => {
    fresh({ ...people(2, 1), "faces/p2/2.pgm": pgm(8, 9) });
    const data = await open(folderData({ resized: true, image: [2, 3, 1] }));
    expect((await readPixels(data)).length).toBe(3 * 6);
  });
});

describe("odd folders", () => {
  const names = async () => (await open(folderData())).identities;

  it("may hold links that lead in a circle, to themselves or to the root", async () => {
    fresh(people(2, 2));
    const faces = join(folder.path, "faces");
    symlinkSync(join(faces, "p2"), join(faces, "p1/other"));
    symlinkSync(join(faces, "p1"), join(faces, "p2/other"));
    symlinkSync("self", join(faces, "self"));
    symlinkSync("self.pgm.png", join(faces, "p1/loop"));
    symlinkSync(".", join(faces, "root"));
    const data = await open(folderData());
    expect(data.identities).toEqual(["p1", "p2"]);
    const own = ["1.pgm", "2.pgm", "other/1.pgm", "other/2.pgm"];
    expect(listImages(data)).toEqual(["p1", "p2"].flatMap((name) => own.map((file) => `${name}/${file}`)));
  });

  it.skipIf(process.platform !== "linux")("with names that are not UTF-8 are told", async () => {
    fresh(people(2, 2));
    const faces = join(folder.path, "faces/");
    mkdirSync(Buffer.concat([Buffer.from(faces), Buffer.from([0xff, 0x61])]));
    expect(await faults(open(folderData()), folder.path)).toContain("(its name is not UTF-8)");
    fresh(people(2, 2));
    writeFileSync(Buffer.concat([Buffer.from(join(folder.path, "faces/p1/")), Buffer.from([0xff]), Buffer.from(".pgm")]), pgm(4, 6));
    expect(await faults(open(folderData()), folder.path)).toContain("(its name is not UTF-8)");
  });

  it.skipIf(process.platform === "win32")("pass over what is no file, for a pipe never ends", async () => {
    fresh(people(2, 2));
    expect(spawnSync("mkfifo", [join(folder.path, "faces/p1/3.pgm")]).status).toBe(0);
    expect((await open(folderData())).images).toBe(4);
    expect(await names()).toEqual(["p1", "p2"]);
  });

  it("tell names apart that differ by case", async () => {
    fresh({ ...people(2, 1), "faces/P1/1.pgm": pgm(4, 6, 9) });
    if (readdirSync(join(folder.path, "faces")).length === 3) expect(await names()).toEqual(["P1", "p1", "p2"]);
  });

  it("must not change between the look through them and the decoding", async () => {
    fresh(people(2, 2));
    const data = await open(folderData());
    folder.write("faces/p2/1.pgm", pgm(4, 6, 99));
    const found = await faults(readPixels(data), folder.path);
    expect(found).toContain("image-changed");
    expect(found).toContain("faces/p2/1.pgm");
    expect((await readPixels(await open(folderData())))[48]).toBe(99);
  });
});

describe("what is known of files", () => {
  it("decides the fingerprint by names and contents alone", async () => {
    fresh(people(2, 2));
    const first = (await open(folderData())).fingerprint;
    folder.write("faces/p1/1.pgm", pgm(4, 6, 0), 1_500_000_000);
    folder.write("faces/README", "not part of it");
    expect((await open(folderData())).fingerprint).toBe(first);
    folder.write("faces/p1/1.pgm", pgm(4, 6, 1), 1_500_000_000);
    const changed = (await open(folderData())).fingerprint;
    expect(changed).not.toBe(first);
    fresh(people(2, 2));
    expect((await open(folderData())).fingerprint).toBe(first);
    fresh({ ...people(1, 2), "faces/p3/1.pgm": pgm(4, 6, 40), "faces/p3/2.pgm": pgm(4, 6, 47) });
    expect((await open(folderData())).fingerprint).not.toBe(first);
  });

  it("is kept, so that a file is not read again, and a broken cache is written anew", async () => {
    fresh(people(2, 2));
    const files = () => readdirSync(join(folder.path, ".cache/data"));
    const first = (await open(folderData())).fingerprint;
    await new Promise((resolve) => setTimeout(resolve, 1100)); // files this young are not kept
    await open(folderData());
    expect(files()).toHaveLength(1);
    const cache = join(folder.path, ".cache/data", files()[0] ?? "");
    const kept = JSON.parse(readFileSync(cache, "utf8"));
    expect(Object.keys(kept.files)).toHaveLength(4);
    // A hash that no file has shows that the cache is believed.
    kept.files["p1/1.pgm"][3] = "0".repeat(64);
    writeFileSync(cache, JSON.stringify(kept));
    expect((await open(folderData())).fingerprint).not.toBe(first);
    for (const broken of ["{", "null", '{"version":1,"files":{"p1/1.pgm":[1,2]}}', '{"version":1}', '{"version":1,"files":null}']) {
      writeFileSync(cache, broken);
      expect((await open(folderData())).fingerprint).toBe(first);
      expect(Object.keys(JSON.parse(readFileSync(cache, "utf8")).files)).toHaveLength(4);
    }
    expect(files()).toHaveLength(1);
  });

  it("does without a cache where none can be written", async () => {
    fresh({ ...people(2, 2), file: "x" });
    process.env.FACEC_CACHE = join(folder.path, "file");
    expect((await open(folderData())).images).toBe(4);
    expect(existsSync(join(folder.path, "file/data"))).toBe(false);
  });
});

describe("splits", () => {
  const split = { parts: { train: 3, validation: 1, test: 2 }, seed: "run" as const };

  it("put no identity in two parts, leave the rest unused, and are redrawn by the seed", async () => {
    fresh(people(8, 1));
    const parts = (seed: number, data = folderData({ split })) =>
      Promise.all(Object.keys(split.parts).map((part) => open(data, part, seed)));
    const first = await parts(1);
    expect(first.map((part) => part.identities.length)).toEqual([3, 1, 2]);
    const names = first.flatMap((part) => part.identities);
    expect(new Set(names).size).toBe(6);
    for (const part of first) expect(naturalSort(part.identities)).toEqual(part.identities);
    expect((await parts(1)).map((part) => part.identities)).toEqual(first.map((part) => part.identities));
    const drawn = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) for (const name of (await parts(seed))[2]?.identities ?? []) drawn.add(name);
    expect(drawn.size).toBe(8);
    const fixed = folderData({ split: { ...split, seed: 5 } });
    expect((await parts(1, fixed))[0]?.identities).toEqual((await parts(2, fixed))[0]?.identities);
    expect(first[0]?.fingerprint).toBe(first[2]?.fingerprint);
  });
});

describe("a part of any name", () => {
  it("has its people", async () => {
    fresh(people(6, 1));
    const split = { parts: { ["__proto__"]: 3, constructor: 1, test: 2 }, seed: 1 };
    const parts = await Promise.all(["__proto__", "constructor", "test"].map((part) => open(folderData({ split }), part)));
    expect(parts.map(({ identities }) => identities.length)).toEqual([3, 1, 2]);
    expect(new Set(parts.flatMap(({ identities }) => identities)).size).toBe(6);
    await expect(open(folderData({ split }), "toString")).rejects.toThrow("toString");
  });
});

describe("report", () => {
  it("counts, and lists what cannot be used", async () => {
    fresh({ ...people(3, 2), "faces/p1/3.pgm": pgm(5, 5), "faces/p2/x.jpg": "", "faces/q/readme.txt": "", "faces/z.pgm": pgm(1, 1) });
    const report = await reportData(folderData(), { beside: folder.path, data: null });
    const relative = JSON.parse(JSON.stringify(report).replaceAll(folder.path, "TMP"));
    expect(relative).toEqual({
      name: "faces",
      folder: "TMP/faces",
      identities: 3,
      images: 8,
      sizes: [
        { height: 4, width: 6, channels: 1, images: 6 },
        { height: 5, width: 5, channels: 1, images: 1 },
      ],
      imagesPerIdentity: [
        { images: 2, identities: 1 },
        { images: 3, identities: 2 },
      ],
      unreadable: [{ path: "TMP/faces/p2/x.jpg", why: "it is empty" }],
      otherSize: [{ path: "TMP/faces/p1/3.pgm", why: "5x5" }],
      loose: 1,
      otherFormats: [],
      emptyFolders: ["q"],
      fingerprint: null,
    });
  });
});

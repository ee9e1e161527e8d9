import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Diagnostic, diagnostic, FaceError } from "../../../src/diagnostics/diagnostic.js";
import { openData } from "../../../src/runtime/data/index.js";
import { startMaker } from "../../../src/runtime/data/maker.js";
import { pixelCacheLimit } from "../../../src/runtime/data/pixel-cache.js";
import type { Dataset } from "../../../src/runtime/experiment.js";
import { diagnosticsOf, goldenErrors } from "../../golden.js";
import { at, drawnData, folderData, people, pgm, TemporaryFolder } from "./folders.js";

const folders: TemporaryFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});

interface Case {
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly dataset?: Dataset;
  readonly part?: string | null;
  /** --data and FACEC_DATA, within the folder of the case. */
  readonly data?: string;
  readonly environment?: string;
}

/** Opens a data set on a folder of its own; what is found is told as if that folder were `work`. */
function opening({ files = {}, dataset = folderData(), part = null, data, environment }: Case): () => Promise<readonly Diagnostic[]> {
  return async () => {
    const folder = new TemporaryFolder(files);
    folders.push(folder);
    const within = (path: string | undefined) => (path === undefined ? null : join(folder.path, path));
    const before = process.env.FACEC_DATA;
    process.env.FACEC_DATA = within(environment) ?? "";
    const found = await diagnosticsOf(async () => {
      return (await openData({ dataset, part }, { seed: 1, data: within(data), beside: folder.path })).warnings;
    });
    process.env.FACEC_DATA = before ?? "";
    const told = (text: string) => text.replaceAll(folder.path, "work");
    return found.map(({ wording, ...rest }) => ({
      ...rest,
      wording: { ...wording, title: told(wording.title), text: told(wording.text), hint: wording.hint && told(wording.hint) },
    }));
  };
}

const broken = Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`faces/p1/${i + 1}.png`, i === 0 ? "" : `broken ${i}`]));
const split = { parts: { train: 4, validation: 1, test: 2 }, seed: 1 };
const from = (path: string) => folderData({ source: { kind: "folder", path } });
const oneDrawn = drawnData({ source: { kind: "synthetic", identities: 1, images: 4, labelNoise: 0, seed: 1 } });

goldenErrors("data", {
  cases: {
    "folder-missing": opening({ files: people(2, 1), dataset: from("face"), data: "faces", environment: "elsewhere" }),
    "file-for-folder": opening({ files: { faces: "x" } }),
    "no-identities": opening({ files: { "faces/1.pgm": pgm(4, 6), "faces/2.pgm": pgm(4, 6) } }),
    "empty-folder": opening({ files: { "faces/README": "x" } }),
    "one-identity": opening({ files: people(1, 3) }),
    "one-identity-drawn": opening({ dataset: oneDrawn }),
    "unreadable-image": opening({ files: { ...people(2, 2), "faces/p1/2.pgm": pgm(4, 6).subarray(0, 20) } }),
    "unreadable-images": opening({ files: { ...people(2, 2), ...broken, "faces/p2/9.pgm": pgm(5, 6) } }),
    "hostile-file-name": opening({ files: { ...people(2, 2), "faces/p1/\u001b[31mred\u2028.pgm": "P5" } }),
    "other-size": opening({ files: { ...people(2, 2), "faces/p2/2.pgm": pgm(8, 9) } }),
    "split-too-large": opening({ files: people(5, 1), dataset: folderData({ split }), part: "train" }),
    "part-unknown": opening({ files: people(5, 1), dataset: folderData({ split }), part: "rest" }),
    "part-of-no-split": opening({ files: people(5, 1), part: "train" }),
    "scale-not-finite": opening({ dataset: drawnData({ scale: (v) => Math.log(v) }) }),
    "single-images": opening({ files: { ...people(2, 2), "faces/q/1.pgm": pgm(4, 6) } }),
    "passed-over": opening({ files: { ...people(2, 2), "faces/loose.png": "x", "faces/p1/old.bmp": "x", "faces/notes/a.txt": "x" } }),
    "folder-unreadable": () => [diagnostic("data-folder-unreadable", at, { folder: "work/faces/p1", why: "EACCES" })],
    "image-changed": () => [diagnostic("image-changed", at, { path: "work/faces/p1/1.pgm" })],
    "pixel-cache-size": () => diagnosticsOf(() => pixelCacheLimit(at, "a lot")),
    "worker-stopped": () => [diagnostic("data-worker", at, { why: "it ended with code 1" })],
  },
});

test("what is wrong in a thread, but not in the data, is said as that", async () => {
  const { recipe, images } = await openData({ dataset: drawnData(), part: null }, { seed: 1, data: null, beside: "/" });
  // A cache that is smaller than it says makes the thread throw on its first image.
  const cache = { capacity: 1000, bytes: new SharedArrayBuffer(4), filled: new SharedArrayBuffer(1000) };
  const maker = startMaker({ ...recipe, cache }, { images, batch: 2, order: { kind: "once" }, from: 0 }, 1);
  const failed = await maker.next().then(
    () => null,
    (found: unknown) => found,
  );
  await maker.close();
  expect(failed).toBeInstanceOf(FaceError);
  expect(failed instanceof FaceError && failed.diagnostics[0]?.code).toBe("data-worker");
});

/** Throw-away folders of images for the tests of this room, and data sets on them. */
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FaceError } from "../../../src/diagnostics/diagnostic.js";
import { forgetSurveys } from "../../../src/runtime/data/survey.js";
import type { Dataset } from "../../../src/runtime/experiment.js";

export const at = { file: "test.face", line: 3 };

/** A folder with the given files, and a cache folder of its own for what is known of them. */
export class TemporaryFolder {
  readonly path = mkdtempSync(join(tmpdir(), "facec-data-"));

  constructor(files: Readonly<Record<string, Uint8Array | string>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
    process.env.FACEC_CACHE = join(this.path, ".cache");
  }

  /** Writes a file whose time lies in the past, as that of a data set does. */
  write(name: string, content: Uint8Array | string, time = 1_600_000_000): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    utimesSync(path, time, time);
    forgetSurveys();
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A raw PGM whose pixels count up from `first`. */
export function pgm(height: number, width: number, first = 0): Uint8Array {
  const pixels = Uint8Array.from({ length: height * width }, (_, i) => (first + i) % 256);
  return Buffer.concat([Buffer.from(`P5\n${width} ${height}\n255\n`), pixels]);
}

/** Identities a, b, c, ... with `images` images of 4x6 each. */
export function people(identities: number, images: number): Record<string, Uint8Array> {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < identities; i++) {
    for (let j = 0; j < images; j++) files[`faces/p${i + 1}/${j + 1}.pgm`] = pgm(4, 6, 40 * i + 7 * j);
  }
  return files;
}

export function folderData(changes: Partial<Dataset> = {}): Dataset {
  return {
    name: "faces",
    source: { kind: "folder", path: "faces" },
    image: [4, 6, 1],
    resized: false,
    scale: (v) => v,
    augment: [],
    split: null,
    at,
    ...changes,
  };
}

export function drawnData(changes: Partial<Dataset> = {}, labelNoise = 0): Dataset {
  return folderData({
    name: "drawn",
    source: { kind: "synthetic", identities: 6, images: 5, labelNoise, seed: 3 },
    image: [24, 24, 3],
    scale: (v) => (v - 127.5) / 128,
    ...changes,
  });
}

/** The diagnostics that `work` fails with, as users read them but for the folder of the test. */
export async function faults(work: Promise<unknown>, folder: string): Promise<string> {
  const found: unknown = await work.then(
    () => null,
    (error: unknown) => error,
  );
  if (!(found instanceof FaceError)) throw new Error(`expected a FaceError, got ${String(found)}`);
  return found.diagnostics
    .map(({ code, wording }) => [code, wording.title, wording.text, wording.hint ?? ""].join("\n"))
    .join("\n\n")
    .replaceAll(folder, "TMP");
}

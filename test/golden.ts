/**
 * Golden pairs: an input and, beside it, exactly what the user gets for it. `npm run golden` accepts new output; with CI=true
 * nothing is ever written. A golden whose input is gone fails, as does an input that has become sound.
 *
 * Errors lie in test/golden/errors/<area>/: `<slug>.face` with `<slug>.txt`. A case that is no spec (a torn checkpoint, an
 * unreadable image) is made by a function and has its `<slug>.txt` alone. Files that cases `use` lie in `<area>/parts/`.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { type Diagnostic, FaceError } from "../src/diagnostics/diagnostic.js";
import { renderAll } from "../src/diagnostics/render.js";

export const projectRoot = fileURLToPath(new URL("..", import.meta.url));
const errors = "test/golden/errors";

type Found = readonly Diagnostic[] | Promise<readonly Diagnostic[]>;

export interface ErrorGoldens {
  /** What is found in the spec at `path` (relative to the project's root). */
  readonly check?: (path: string) => Found;
  /** Mistakes that show only outside a spec, by the slug of their golden: each returns what it found, or throws it as a FaceError. */
  readonly cases?: Readonly<Record<string, () => unknown>>;
}

/** Declares the tests of one area of error goldens; call it once for each area. */
export function goldenErrors(area: string, { check, cases = {} }: ErrorGoldens): void {
  const folder = `${errors}/${area}`;
  describe(`error goldens: ${area}`, () => {
    const specs = check === undefined ? [] : slugsOf(folder, ".face");
    for (const slug of specs) {
      test(slug, async () => {
        const found = (await check?.(`${folder}/${slug}.face`)) ?? [];
        await expectGolden(folder, slug, found);
      });
    }
    for (const [slug, make] of Object.entries(cases)) {
      test(slug, async () => {
        await expectGolden(folder, slug, await diagnosticsOf(make));
      });
    }
    test("no golden without its case", () => {
      expect(slugsOf(folder, ".txt").filter((slug) => !specs.includes(slug) && !(slug in cases))).toEqual([]);
    });
  });
}

/** What `make` reports, thrown or returned. Any other exception goes through: it is a defect. */
export async function diagnosticsOf(make: () => unknown): Promise<readonly Diagnostic[]> {
  try {
    const result = await make();
    return Array.isArray(result) ? result : [];
  } catch (thrown) {
    if (thrown instanceof FaceError) return thrown.diagnostics;
    throw thrown;
  }
}

async function expectGolden(folder: string, slug: string, found: readonly Diagnostic[]): Promise<void> {
  expect(found, `${slug} reports nothing: an error golden needs a mistake`).not.toEqual([]);
  // Paths are shown as seen from the folder of the golden, wherever the project lies.
  const text = [join(projectRoot, folder), folder].reduce(
    (shown, prefix) => shown.replaceAll(`${prefix}/`, ""),
    renderAll(found, { color: false }),
  );
  await expect(`${text}\n`).toMatchFileSnapshot(join(projectRoot, folder, `${slug}.txt`));
}

export interface GoldenPairs {
  readonly input: string; // ending of the inputs, such as ".face"
  readonly output: string; // ending of the goldens beside them
  readonly make: (text: string, path: string) => string | Promise<string>;
}

/** Declares the tests of a folder of pairs under test/golden: each input, and what is made of it. */
export function goldenPairs(folderName: string, { input, output, make }: GoldenPairs): void {
  const folder = `test/golden/${folderName}`;
  describe(`goldens: ${folderName}`, () => {
    const slugs = slugsOf(folder, input).filter((slug) => !`${slug}${input}`.endsWith(output));
    for (const slug of slugs) {
      test(slug, async () => {
        const path = `${folder}/${slug}${input}`;
        const made = await make(readFileSync(join(projectRoot, path), "utf8"), path);
        await expect(made).toMatchFileSnapshot(join(projectRoot, folder, `${slug}${output}`));
      });
    }
    test("no golden without its input", () => {
      expect(slugsOf(folder, output).filter((slug) => !slugs.includes(slug))).toEqual([]);
    });
  });
}

/** Names of the files of `folder` that end so, without the ending, in a fixed order. */
export function slugsOf(folder: string, ending: string): string[] {
  const path = join(projectRoot, folder);
  if (!existsSync(path)) return [];
  const names = readdirSync(path).filter((name) => name.endsWith(ending));
  return names.map((name) => name.slice(0, -ending.length)).sort();
}

/** The codes that occur in any error golden, of any area. */
export function goldenCodes(): ReadonlySet<string> {
  const root = join(projectRoot, errors);
  const texts = (existsSync(root) ? readdirSync(root) : []).flatMap((area) =>
    slugsOf(`${errors}/${area}`, ".txt").map((slug) => readFileSync(join(root, area, `${slug}.txt`), "utf8")),
  );
  return new Set(texts.flatMap((text) => [...text.matchAll(/^(?:error|warning)\[([a-z0-9-]+)\]/gm)].map((match) => match[1] ?? "")));
}

/** Images to be measured with: faces as 112x112 JPEG, all encoded in one way, in a folder for the time of the measurement. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { drawFace } from "../../src/runtime/data/synthetic/draw.js";

export const SIZE = 112;
const IDENTITIES = 100;
const EACH = 20;
/** As aligned faces are usually kept. */
const QUALITY = 90;

export interface Images {
  /** Holds faces/<identity>/<number>.jpg. */
  readonly folder: string;
  readonly count: number;
  /** What they are, in words. */
  readonly what: string;
  readonly remove: () => void;
}

/** Of the photographs in FACEC_DATA (lfw or cfp), or drawn ones where there are none. */
export async function makeImages(): Promise<Images> {
  const data = process.env.FACEC_DATA ?? fileURLToPath(new URL("../../../shared/data", import.meta.url));
  const source = ["lfw", "cfp"].find((name) => existsSync(join(data, name)));
  const photographs = source === undefined ? [] : jpegsBelow(join(data, source));
  const folder = mkdtempSync(join(tmpdir(), "facec-pipeline-"));
  const count = IDENTITIES * EACH;
  for (let number = 0; number < count; number++) {
    const identity = join(folder, "faces", String(Math.floor(number / EACH)));
    mkdirSync(identity, { recursive: true });
    const photograph = photographs[Math.floor((number * photographs.length) / count)];
    const image = photograph === undefined ? drawn(number) : sharp(photograph).resize(SIZE, SIZE);
    await image.jpeg({ quality: QUALITY }).toFile(join(identity, `${number % EACH}.jpg`));
  }
  const what = `${count} ${photographs.length > 0 ? `photographs of ${source}` : "drawn faces"}, ${SIZE}x${SIZE}, JPEG quality ${QUALITY}`;
  return { folder, count, what, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

function jpegsBelow(folder: string): readonly string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names
    .filter((name) => /\.jpe?g$/i.test(name))
    .sort()
    .map((name) => join(folder, name));
}

function drawn(number: number): sharp.Sharp {
  const pixels = new Uint8Array(SIZE * SIZE * 3);
  drawFace(1, Math.floor(number / EACH), number % EACH, [SIZE, SIZE, 3], pixels);
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 3 } });
}

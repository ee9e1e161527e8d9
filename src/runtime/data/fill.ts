/** Makes images by a recipe: the same code on the main thread and in workers, so that both give the same bytes. */
import { type Diagnostic, diagnostic, FaceError, fail } from "../../diagnostics/diagnostic.js";
import { stream } from "../random.js";
import { Pass, writeScaled } from "./augment.js";
import { decodeImage, fitImage } from "./decode.js";
import { fileOf, shownPath } from "./folder.js";
import { contentHash, readBytes } from "./inspect.js";
import { Unreadable } from "./raster.js";
import { DIGEST, type FilePixels, type FillTask, type Recipe } from "./recipe.js";
import { drawFace } from "./synthetic/draw.js";

export class Filler {
  private readonly size: number;
  private readonly pass: Pass;
  private readonly cached: Uint8Array;
  private readonly filled: Uint8Array;

  constructor(private readonly recipe: Recipe) {
    const [height, width, channels] = recipe.image;
    this.size = height * width * channels;
    this.pass = new Pass(height, width);
    this.cached = new Uint8Array(recipe.cache.bytes);
    this.filled = new Uint8Array(recipe.cache.filled);
  }

  /** Writes the images of the task. Throws FaceError on an image that can no longer be read. */
  async fill({ images, draws, out, first }: FillTask): Promise<void> {
    const floats = new Float32Array(out);
    const { augment, scale, image } = this.recipe;
    for (let slot = 0; slot < images.length; slot++) {
      const number = images[slot] ?? 0;
      const pixels = this.kept(number) ?? (await this.make(number));
      // After the await: the pass is this filler's only one, and another task may have run meanwhile.
      if (draws === null) this.pass.reset();
      else this.pass.draw(augment, stream(draws.seed, "augment", draws.epochs[slot] ?? 0, draws.places[slot] ?? 0));
      writeScaled(pixels, image[2], this.pass, scale, floats, (first + slot) * this.size);
    }
  }

  /** Pixels [height, width, channels] of an image, 0..255. */
  async pixels(number: number): Promise<Uint8Array> {
    return this.kept(number) ?? (await this.make(number));
  }

  private kept(number: number): Uint8Array | null {
    if (number >= this.recipe.cache.capacity || Atomics.load(this.filled, number) === 0) return null;
    return this.cached.subarray(number * this.size, (number + 1) * this.size);
  }

  private async make(number: number): Promise<Uint8Array> {
    const { cache, pixels, image } = this.recipe;
    const made = new Uint8Array(this.size);
    if (pixels.kind === "drawn") drawFace(pixels.seed, pixels.identities[number] ?? 0, pixels.numbers[number] ?? 0, image, made);
    else made.set(await this.read(pixels, number));
    if (number < cache.capacity) {
      // Two threads may make the same image; they write the same bytes.
      this.cached.set(made, number * this.size);
      Atomics.store(this.filled, number, 1);
    }
    return made;
  }

  private async read({ root, files, digests, resized }: FilePixels, number: number): Promise<Uint8Array> {
    const [height, width, channels] = this.recipe.image;
    const path = fileOf(root, files[number] ?? "");
    try {
      const bytes = await readBytes(path);
      // The run says by which images its numbers came about; an image put in its place meanwhile is another.
      if (contentHash(bytes).compare(digests, number * DIGEST, (number + 1) * DIGEST, 0, DIGEST) !== 0)
        fail("image-changed", this.recipe.at, { path: shownPath(path) });
      const raster = await decodeImage(bytes);
      const fitted = await fitImage(raster, channels, resized ? [height, width] : null);
      if (fitted.height === height && fitted.width === width) return fitted.data;
      throw new FaceError(sizeFault(this.recipe, [{ path: shownPath(path), height: fitted.height, width: fitted.width }], 1));
    } catch (found) {
      if (!(found instanceof Unreadable)) throw found;
      const shown = [{ path: shownPath(path), why: found.message }];
      throw new FaceError(diagnostic("image-unreadable", this.recipe.at, { shown, count: 1 }));
    }
  }
}

/** Images whose size is not that of the data set. */
export function sizeFault(
  { image, at }: Pick<Recipe, "image" | "at">,
  shown: readonly { readonly path: string; readonly height: number; readonly width: number }[],
  count: number,
): Diagnostic {
  const [height, width, channels] = image;
  const first = shown[0];
  return diagnostic("image-size", at, {
    shown: shown.map((found) => ({ path: found.path, why: `${found.height}x${found.width}` })),
    count,
    wanted: `${height}x${width}`,
    found: `${first?.height ?? 0}x${first?.width ?? 0}`,
    channels,
  });
}

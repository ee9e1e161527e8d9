/** Makes images by a recipe: the same code on the main thread and in workers, so that both give the same bytes. */
import { type Diagnostic, diagnostic, FaceError, fail } from "../../diagnostics/diagnostic.js";
import { stream } from "../random.js";
import { Pass, writeScaled } from "./augment.js";
import { decodeImage, fitImage } from "./decode.js";
import { fileOf, shownPath } from "./folder.js";
import { contentHash, readBytes } from "./inspect.js";
import type { Order, Place } from "./order.js";
import { KeptPixels } from "./pixel-cache.js";
import { Unreadable } from "./raster.js";
import { DIGEST, type FilePixels, type Recipe } from "./recipe.js";
import { drawFace } from "./synthetic/draw.js";

export class Filler {
  private readonly size: number;
  private readonly pass: Pass;
  private readonly kept: KeptPixels;

  constructor(private readonly recipe: Recipe) {
    const [height, width, channels] = recipe.image;
    this.size = height * width * channels;
    this.pass = new Pass(height, width);
    this.kept = new KeptPixels(recipe.cache, this.size);
  }

  /**
   * Writes images into `out` [slot, height, width, channels] from slot `first` on: augmented in shuffled orders, scaled.
   * Throws FaceError on an image that can no longer be read.
   */
  async fill(places: readonly Place[], order: Order, out: Float32Array, first: number): Promise<void> {
    const { augment, scale, image } = this.recipe;
    let offset = first * this.size;
    for (const { image: number, epoch, place } of places) {
      const pixels = this.kept.get(number) ?? (await this.make(number));
      if (order.kind === "once") this.pass.reset();
      else this.pass.draw(augment, stream(order.seed, "augment", epoch, place));
      writeScaled(pixels, image[2], this.pass, scale, out, offset);
      offset += this.size;
    }
  }

  /** Pixels [height, width, channels] of an image, 0..255. */
  async pixels(number: number): Promise<Uint8Array> {
    return this.kept.get(number) ?? (await this.make(number));
  }

  private async make(number: number): Promise<Uint8Array> {
    const made = await this.fresh(number);
    this.kept.put(number, made);
    return made;
  }

  private async fresh(number: number): Promise<Uint8Array> {
    const { pixels, image } = this.recipe;
    if (pixels.kind === "files") return this.read(pixels, number);
    const made = new Uint8Array(this.size);
    drawFace(pixels.seed, pixels.identities[number] ?? 0, pixels.numbers[number] ?? 0, image, made);
    return made;
  }

  private async read({ root, files, digests, resized }: FilePixels, number: number): Promise<Uint8Array> {
    const [height, width, channels] = this.recipe.image;
    const path = fileOf(root, files[number] ?? "");
    try {
      const bytes = readBytes(path);
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

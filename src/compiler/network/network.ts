/** A network as a chain of catalogue layers with every argument known: blocks written out, the lines of the spec kept. */
import type { Span } from "../../diagnostics/source.js";
import type { Layer, Shape } from "../../runtime/describe.js";

/** Where a layer stands, and the block calls that brought it there, outermost first. */
export interface LayerOrigin {
  readonly span: Span;
  readonly calls: readonly Span[];
}

export interface Network {
  readonly layers: readonly Layer[];
  readonly origins: ReadonlyMap<Layer, LayerOrigin>;
}

/** "56x46x32", "[128]": height x width x channels, or features. */
export function shapeText(shape: Shape): string {
  return shape.length === 1 ? `[${shape[0]}]` : shape.join("x");
}

/** The layers of the language. A new layer is a file and its two lines here. */
import type { LayerDescription } from "../describe.js";
import { avgpoolLayer } from "./avgpool.js";
import { bnLayer } from "./bn.js";
import { convLayer } from "./conv.js";
import { denseLayer } from "./dense.js";
import { dropoutLayer } from "./dropout.js";
import { flattenLayer } from "./flatten.js";
import { globalpoolLayer } from "./globalpool.js";
import { maxpoolLayer } from "./maxpool.js";
import { preluLayer } from "./prelu.js";
import { reluLayer } from "./relu.js";
import { repeatLayer } from "./repeat.js";
import { residualLayer } from "./residual.js";

export { avgpool, bn, conv, dense, dropout, flatten, globalpool, maxpool, prelu, relu, repeat, residual } from "./factory.js";

export const layers: Readonly<Record<string, LayerDescription>> = Object.fromEntries(
  [
    convLayer,
    bnLayer,
    reluLayer,
    preluLayer,
    maxpoolLayer,
    avgpoolLayer,
    globalpoolLayer,
    residualLayer,
    repeatLayer,
    flattenLayer,
    denseLayer,
    dropoutLayer,
  ].map((layer) => [layer.name, layer]),
);

/** The description of a layer that was checked before. */
export function layerNamed(kind: string): LayerDescription {
  const found = layers[kind];
  if (found === undefined) throw new TypeError(`There is no layer ${kind}.`);
  return found;
}

/** Shapes, parameters and cost of a network, by asking the layers' descriptions. Returns facts; `types` words them. */
import type { Layer, LayerFault, Shape } from "../../runtime/describe.js";
import { flattened, measureLayers } from "../../runtime/layers/measure.js";
import type { LayerOrigin, Network } from "./network.js";

export interface ShapeFault {
  readonly layer: Layer;
  readonly origin: LayerOrigin | null;
  readonly fault: LayerFault;
}

export interface Shapes {
  /** Output of each layer for one image; the last one where a layer is repeated. */
  readonly outputs: ReadonlyMap<Layer, Shape>;
  /** Null after a fault. */
  readonly output: Shape | null;
  readonly parameterCount: number;
  readonly multiplyAdds: number;
  readonly faults: readonly ShapeFault[];
}

export function measureNetwork(network: Network, input: Shape): Shapes {
  const faults: ShapeFault[] = [];
  const chain = measureLayers(network.layers, input, (layer, fault) =>
    faults.push({ layer, origin: network.origins.get(layer) ?? null, fault }),
  );
  return {
    outputs: new Map(flattened(chain.layers).map((each) => [each.layer, each.output])),
    output: chain.output,
    parameterCount: chain.parameters,
    multiplyAdds: chain.multiplyAdds,
    faults,
  };
}
